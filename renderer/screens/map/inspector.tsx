/** Beside the map: the item that was chosen, with its figures and what can be done to it. */
import { useStore } from 'zustand';
import { ExternalLink } from 'lucide-react';
import { Button } from '../../parts/button.tsx';
import { formatCount, formatMs, formatRate, plural } from '../../parts/format.ts';
import { HealthMark } from '../../parts/health-mark.tsx';
import { summarise } from '../../../shared/state.ts';
import { checkHealth, openUrl, setSite } from '../../store/changes.ts';
import { liveStore } from '../../store/live.ts';
import { backendsOf, backendsOfSite, upOf } from '../../store/live-state.ts';
import { NO_RATE, ratesStore } from '../../store/rates.ts';
import { Facts, InspectFigures, InspectHead, showInSites } from './inspect-parts.tsx';
import { InspectBackend } from './inspect-backend.tsx';
import { poolTitle } from './words.ts';
import type { MapItem, Thing } from './graph.ts';
import type { BackendState } from '../../../shared/state.ts';

type Of<K extends Thing['kind']> = Extract<Thing, { kind: K }>;

export function Inspector({ item, onClose }: { item: MapItem; onClose: () => void }) {
  const { thing } = item;
  return (
    <section className="inspector" aria-label="Inspector">
      {thing.kind === 'clients' && <InspectClients onClose={onClose} />}
      {thing.kind === 'site' && <InspectSite thing={thing} onClose={onClose} />}
      {(thing.kind === 'route' || thing.kind === 'end') && <InspectRoute thing={thing} onClose={onClose} />}
      {thing.kind === 'pool' && <InspectPool thing={thing} onClose={onClose} />}
      {thing.kind === 'backend' && <InspectBackend thing={thing} onClose={onClose} />}
    </section>
  );
}

function InspectClients({ onClose }: { onClose: () => void }) {
  const snapshot = useStore(liveStore, (state) => state.snapshot);
  if (!snapshot) return null;
  const { traffic, listeners } = snapshot;
  return (
    <>
      <InspectHead title="Clients" lead="Browsers and programs that ask" onClose={onClose} />
      <InspectFigures
        figures={[
          ['Requests/s', formatRate(traffic.requestsPerSecond)],
          ['Errors/s', formatRate(traffic.errorsPerSecond), traffic.errorsPerSecond > 0 ? 'state-down' : ''],
          ['p50', formatMs(traffic.p50Ms)],
          ['p99', formatMs(traffic.p99Ms)],
        ]}
      />
      <Facts
        facts={listeners.map(({ kind, address, port, problem }) => [
          kind,
          <span key={port} className={`mono ${problem ? 'state-down' : ''}`}>
            {address}:{port}
            {problem && ' failed'}
          </span>,
        ])}
      />
    </>
  );
}

function InspectSite({ thing: { site }, onClose }: { thing: Of<'site'>; onClose: () => void }) {
  const rate = useStore(ratesStore, ({ sites }) => sites.get(site.name) ?? NO_RATE);
  const backends = backendsOfSite(site);
  const toggle = (): void =>
    void setSite(site, { disabled: !site.disabled }, `${site.name} ${site.disabled ? 'enabled' : 'disabled'}.`);
  return (
    <>
      <InspectHead
        title={site.name}
        lead="Site"
        mark={<HealthMark health={site.health} disabled={site.disabled} />}
        onClose={onClose}
      />
      <InspectFigures
        figures={[
          ['Requests/s', formatRate(rate.perSecond)],
          ['Errors/s', formatRate(rate.errorsPerSecond), rate.errorsPerSecond > 0 ? 'state-down' : ''],
          ['Requests', formatCount(site.requests)],
          ['Backends up', upText(backends)],
        ]}
      />
      <div className="inspect-actions">
        <Button look="accent" onClick={() => void openUrl(site.url)}>
          <ExternalLink size={14} aria-hidden /> Open address
        </Button>
        <Button onClick={() => showInSites(site.name)}>Open in Sites</Button>
        <Button onClick={() => void checkHealth(site.name)}>Check now</Button>
        <Button onClick={toggle}>{site.disabled ? 'Enable site' : 'Disable site'}</Button>
      </div>
      <Facts
        facts={[
          ['Names', <Hosts key="hosts" hosts={site.hosts} />],
          [
            'Address',
            <span key="url" className="mono">
              {site.url}
            </span>,
          ],
          ['Routes', formatCount(site.routes.length)],
        ]}
      />
    </>
  );
}

/** A site may have thousands of names. */
const HOSTS_SHOWN = 8;

function Hosts({ hosts }: { hosts: readonly string[] }) {
  return (
    <span className="mono">
      {hosts.slice(0, HOSTS_SHOWN).join(', ')}
      {hosts.length > HOSTS_SHOWN && ` and ${plural(hosts.length - HOSTS_SHOWN, 'more name')}`}
    </span>
  );
}

function upText(backends: readonly BackendState[]): string {
  const { up, of } = upOf(backends);
  return `${up} of ${of}`;
}

function InspectRoute({ thing: { site, route }, onClose }: { thing: Of<'route'> | Of<'end'>; onClose: () => void }) {
  const kind = { proxy: 'to backends', static: 'files of a folder', redirect: 'redirect' }[route.kind];
  return (
    <>
      <InspectHead title={route.path} lead={`Route of ${site.name}`} onClose={onClose} />
      <Facts
        facts={[
          [
            'Leads to',
            route.target ? (
              <span key="target" className="mono">
                {route.target}
              </span>
            ) : (
              kind
            ),
          ],
          ['Kind', kind],
          ['Middlewares', route.middlewares.length > 0 ? route.middlewares.join(' → ') : 'none'],
        ]}
      />
      <div className="inspect-actions">
        <Button onClick={() => showInSites(site.name)}>Open in Sites</Button>
      </div>
    </>
  );
}

function InspectPool({ thing: { site, route, pool }, onClose }: { thing: Of<'pool'>; onClose: () => void }) {
  const backends = backendsOf(pool);
  const enabled = backends.filter(({ disabled }) => !disabled);
  const sum = (count: (backend: BackendState) => number): string =>
    formatCount(backends.reduce((total, backend) => total + count(backend), 0));
  return (
    <>
      <InspectHead
        title={poolTitle(pool)}
        lead={`Pool of ${site.name}${route.path === '/' ? '' : ` for ${route.path}`}`}
        mark={<HealthMark health={summarise(enabled.map(({ health }) => health))} />}
        onClose={onClose}
      />
      <InspectFigures
        figures={[
          ['Backends up', upText(backends)],
          ['Active now', sum(({ active }) => active)],
          ['Requests', sum(({ requests }) => requests)],
          ['Failures', sum(({ failures }) => failures)],
        ]}
      />
      <div className="inspect-actions">
        <Button onClick={() => showInSites(site.name)}>Open in Sites</Button>
        <Button onClick={() => void checkHealth(site.name)}>Check now</Button>
      </div>
    </>
  );
}
