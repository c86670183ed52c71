/** Is it on, what is broken, how much passes: the figures above the map. */
import { useMemo } from 'react';
import { useStore } from 'zustand';
import { formatCount, formatMs, formatRate } from '../../parts/format.ts';
import { liveStore } from '../../store/live.ts';
import { backendsOfSite, upOf } from '../../store/live-state.ts';
import { setMapView } from '../../store/map-view.ts';
import type { SiteState } from '../../../shared/state.ts';

export function MapHead() {
  const sites = useStore(liveStore, ({ snapshot }) => snapshot?.sites);
  const counts = useMemo(() => countsOf(sites ?? []), [sites]);
  const traffic = useStore(liveStore, (state) => state.snapshot?.traffic);
  const isStopped = useStore(liveStore, (state) => state.snapshot?.status === 'stopped');
  const flows = (traffic?.requestsPerSecond ?? 0) > 0;
  return (
    <header className="map-head">
      <h1 className="hidden" tabIndex={-1}>
        Map
      </h1>
      <dl className="map-figures">
        <Figure label="Sites up" value={isStopped ? undefined : counts.sitesUp} of={counts.sites} />
        <Figure label="Backends up" value={isStopped ? undefined : counts.up} of={counts.backends} />
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

/** The value is undefined while nobody looks: what was last known is not what is. */
type FigureProps = { label: string } & ({ value: number | undefined; of: number } | { text: string; tone?: string });

function Figure(props: FigureProps) {
  if ('text' in props)
    return (
      <div>
        <dt>{props.label}</dt>
        <dd className={`num ${props.tone ?? ''}`}>{props.text}</dd>
      </div>
    );
  const { label, value, of } = props;
  const bad = value !== undefined && value < of;
  return (
    <div className="has-of">
      <dt>{label}</dt>
      <dd className={`num ${bad ? 'state-down' : ''}`}>
        {value === undefined ? '–' : formatCount(value)}
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
    const { backends, up } = backendCounts(site);
    counts.sites += 1;
    if (site.health !== 'down') counts.sitesUp += 1;
    counts.backends += backends;
    counts.up += up;
  }
  return counts;
}

type BackendCounts = Pick<Counts, 'backends' | 'up'>;

/** A site that did not change is the same object, and is not counted again. */
const counted = new WeakMap<SiteState, BackendCounts>();

function backendCounts(site: SiteState): BackendCounts {
  const known = counted.get(site);
  if (known) return known;
  const { up, of } = upOf(backendsOfSite(site));
  const counts = { backends: of, up };
  counted.set(site, counts);
  return counts;
}
