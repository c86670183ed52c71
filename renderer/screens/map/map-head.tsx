/** Is it on, what is broken, how much passes: the figures above the map. */
import { useMemo } from 'react';
import { useStore } from 'zustand';
import { formatCount, formatMs, formatRate } from '../../parts/format.ts';
import { liveStore } from '../../store/live.ts';
import { backendsOfSite } from '../../store/live-state.ts';
import { setMapView } from '../../store/map-view.ts';
import type { SiteState } from '../../../shared/state.ts';

export function MapHead() {
  const sites = useStore(liveStore, ({ snapshot }) => snapshot?.sites);
  const counts = useMemo(() => countsOf(sites ?? []), [sites]);
  const traffic = useStore(liveStore, (state) => state.snapshot?.traffic);
  const flows = (traffic?.requestsPerSecond ?? 0) > 0;
  return (
    <header className="map-head">
      <h1 className="hidden" tabIndex={-1}>
        Map
      </h1>
      <dl className="map-figures">
        <Figure label="Sites up" value={counts.sitesUp} of={counts.sites} bad={counts.sitesUp < counts.sites} />
        <Figure label="Backends up" value={counts.up} of={counts.backends} bad={counts.up < counts.backends} />
        <Figure label="Requests/s" text={formatRate(traffic?.requestsPerSecond ?? 0)} />
        <Figure
          label="Errors/s"
          text={formatRate(traffic?.errorsPerSecond ?? 0)}
          tone={(traffic?.errorsPerSecond ?? 0) > 0 ? 'state-down' : ''}
        />
        <Figure label="p50" text={flows && traffic ? formatMs(traffic.p50Ms) : '–'} />
        <Figure label="p99" text={flows && traffic ? formatMs(traffic.p99Ms) : '–'} />
      </dl>
    </header>
  );
}

type FigureProps = { label: string } & ({ value: number; of: number; bad: boolean } | { text: string; tone?: string });

function Figure(props: FigureProps) {
  if ('text' in props)
    return (
      <div>
        <dt>{props.label}</dt>
        <dd className={`num ${props.tone ?? ''}`}>{props.text}</dd>
      </div>
    );
  const { label, value, of, bad } = props;
  return (
    <div className="has-of">
      <dt>{label}</dt>
      <dd className={`num ${bad ? 'state-down' : ''}`}>
        {formatCount(value)}
        <span className="figure-of"> of {formatCount(of)}</span>
        {bad && (
          <button type="button" className="map-show" onClick={() => setMapView({ onlyBroken: true })}>
            Show
          </button>
        )}
      </dd>
    </div>
  );
}

interface Counts {
  sites: number;
  sitesUp: number;
  backends: number;
  up: number;
}

/** What is disabled counts for nothing. */
export function countsOf(sites: readonly SiteState[]): Counts {
  const counts: Counts = { sites: 0, sitesUp: 0, backends: 0, up: 0 };
  for (const site of sites) {
    if (site.disabled) continue;
    counts.sites += 1;
    if (site.health !== 'down') counts.sitesUp += 1;
    for (const { disabled, health } of backendsOfSite(site)) {
      if (disabled) continue;
      counts.backends += 1;
      if (health !== 'down') counts.up += 1;
    }
  }
  return counts;
}
