/** What is broken, and why, while nothing is inspected: each line leads to its place on the map. */
import { useMemo } from 'react';
import { Check } from 'lucide-react';
import { HEALTH_WORDS, HealthShape } from '../../parts/health-mark.tsx';
import { failureHint, failureText } from '../../parts/failure-hint.ts';
import { formatCount } from '../../parts/format.ts';
import { backendsOfSite } from '../../store/live-state.ts';
import { isBad } from './graph.ts';
import { setMapView } from '../../store/map-view.ts';
import type { BackendState, SiteState } from '../../../shared/state.ts';

/** More are counted; the filter of the map shows them. */
const LINES_MAX = 12;

export function BrokenList({
  sites,
  onFind,
}: {
  sites: readonly SiteState[];
  onFind: (site: SiteState, id: string) => void;
}) {
  const broken = useMemo(() => brokenOf(sites), [sites]);
  return (
    <section className="map-broken" aria-label="What is broken">
      <h2>What is broken</h2>
      {broken.length === 0 ? (
        <Well hasSites={sites.some(({ disabled }) => !disabled)} />
      ) : (
        <ul>
          {broken.slice(0, LINES_MAX).map(({ site, backend }) => (
            <li key={backend.id}>
              <button
                type="button"
                className={`map-fault is-${backend.health}`}
                onClick={() => onFind(site, `backend ${backend.id}`)}
              >
                <span className={`map-fault-head state-${backend.health}`}>
                  <HealthShape health={backend.health} /> {HEALTH_WORDS[backend.health]}
                </span>
                <span className="mono">{backend.name}</span> <span className="muted">of {site.name}</span>
                <span className="map-fault-why">
                  {failureText(backend.lastFailure)} <span className="muted">{failureHint(backend.lastFailure)}</span>
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {broken.length > LINES_MAX && (
        <button type="button" className="text-link" onClick={() => setMapView({ onlyBroken: true })}>
          and {formatCount(broken.length - LINES_MAX)} more
        </button>
      )}
    </section>
  );
}

function Well({ hasSites }: { hasSites: boolean }) {
  if (!hasSites) return <p className="muted">Nothing is routed yet.</p>;
  return (
    <p className="map-well">
      <Check size={14} aria-hidden /> Nothing. Every backend answers.
    </p>
  );
}

/** Those that are down before those that are not well. */
function brokenOf(sites: readonly SiteState[]): { site: SiteState; backend: BackendState }[] {
  const bad = sites
    .filter((site) => !site.disabled && (site.health === 'down' || site.health === 'degraded'))
    .flatMap((site) =>
      backendsOfSite(site)
        .filter(isBad)
        .map((backend) => ({ site, backend })),
    );
  return bad.sort((a, b) => Number(b.backend.health === 'down') - Number(a.backend.health === 'down'));
}
