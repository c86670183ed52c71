/** A backend beside the map: how it fares, why it failed last, and what can be done or rehearsed. */
import { useStore } from 'zustand';
import { Button } from '../../parts/button.tsx';
import { failureHint } from '../../parts/failure-hint.ts';
import { formatCount, formatRate, formatTime } from '../../parts/format.ts';
import { HealthMark } from '../../parts/health-mark.tsx';
import { setBackendDisabled, setBackendDrain } from '../../store/changes.ts';
import { checkBackend } from '../../store/map-changes.ts';
import { sharesOf } from '../../store/places.ts';
import { NO_RATE, ratesStore } from '../../store/rates.ts';
import { Facts, InspectFigures, InspectHead, showInSites } from './inspect-parts.tsx';
import { RehearsePart } from './rehearse-part.tsx';
import type { Thing } from './graph.ts';

type BackendThing = Extract<Thing, { kind: 'backend' }>;

export function InspectBackend({ thing, onClose }: { thing: BackendThing; onClose: () => void }) {
  const { site, route, backend, pool } = thing;
  const rate = useStore(ratesStore, ({ backends }) => backends.get(backend.id) ?? NO_RATE);
  const share = sharesOf(pool.members)[pool.members.indexOf(backend)] ?? 0;
  return (
    <>
      <InspectHead
        title={backend.name}
        lead={`Backend of ${site.name}${route.path === '/' ? '' : ` for ${route.path}`}`}
        mark={<HealthMark health={backend.health} disabled={backend.disabled} />}
        onClose={onClose}
      />
      <InspectFigures
        figures={[
          ['Requests/s', formatRate(rate.perSecond)],
          ['Errors/s', formatRate(rate.errorsPerSecond), rate.errorsPerSecond > 0 ? 'state-down' : ''],
          ['Requests', formatCount(backend.requests)],
          ['Failures', formatCount(backend.failures)],
        ]}
      />
      {backend.lastFailure !== undefined && (
        <p className={`inspect-failure ${backend.health === 'down' ? 'is-down' : ''}`}>
          <span className="muted">Last failure</span> {backend.lastFailure}
          {backend.health === 'down' && <span className="muted">{failureHint(backend.lastFailure)}</span>}
        </p>
      )}
      <Actions thing={thing} />
      <RehearsePart site={site} backend={backend} />
      <Facts
        facts={[
          [
            'Address',
            <span key="url" className="mono">
              {backend.url}
            </span>,
          ],
          ['Share now', `${Math.round(share * 100)} % (weight ${backend.weight})`],
          ['Active now', formatCount(backend.active)],
          ['Last check', backend.checkedAt === undefined ? 'none yet' : formatTime(backend.checkedAt).slice(0, 8)],
        ]}
      />
    </>
  );
}

function Actions({ thing: { site, backend } }: { thing: BackendThing }) {
  return (
    <div className="inspect-actions">
      <Button onClick={() => void setBackendDrain(site, backend, !backend.drain)}>
        {backend.drain ? 'Stop draining' : 'Drain'}
      </Button>
      <Button onClick={() => void setBackendDisabled(site, backend, !backend.disabled)}>
        {backend.disabled ? 'Enable' : 'Disable'}
      </Button>
      <Button onClick={() => void checkBackend(site, backend)}>Check now</Button>
      <Button onClick={() => showInSites(site.name)}>Open in Sites</Button>
    </div>
  );
}
