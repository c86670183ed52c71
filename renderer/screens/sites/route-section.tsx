/** One route of a site: its rule, its middlewares, and its pool or where else it leads. */
import { HeartPulse, Plus } from 'lucide-react';
import { BackendTable } from './backend-table.tsx';
import { Button } from '../../parts/button.tsx';
import { STRATEGIES } from '../../../shared/config.ts';
import { checkHealth, editConfig, setSite } from '../../store/changes.ts';
import { openDraft } from '../../store/draft.ts';
import { backendsOf } from '../../store/live-state.ts';
import { balancePath, routePath } from '../../store/places.ts';
import type { ConfigPath } from '../../../shared/problem.ts';
import type { Strategy } from '../../../shared/config.ts';
import type { PoolState, RouteState, SiteState } from '../../../shared/state.ts';

const STRATEGY_WORDS: Record<Strategy, string> = {
  round_robin: 'Round robin',
  least_connections: 'Least connections',
  random: 'Random',
  ip_hash: 'IP hash',
};

export function RouteSection({ site, route }: { site: SiteState; route: RouteState }) {
  const isTop = route.path === '/';
  return (
    <section className="route" aria-label={isTop ? 'Pool' : `Route ${route.path}`}>
      <div className="route-head">
        <h2>
          {isTop ? 'Pool' : <span className="mono">{route.path}</span>}
          {isTop && site.routes.length > 1 && <span className="muted"> all other paths</span>}
        </h2>
        <Middlewares names={route.middlewares} />
        {route.pool && <PoolActions site={site} route={route} pool={route.pool} />}
        {!route.pool && isTop && (
          <span className="pool-actions">
            <AddBackend site={site} path={undefined} />
          </span>
        )}
      </div>
      {route.pool && backendsOf(route.pool).length > 0 && <BackendTable site={site} pool={route.pool} />}
      {!route.pool && <p className="empty-line muted">No backend takes these paths. Add one to serve them.</p>}
    </section>
  );
}

/** Routes that no backend takes: a folder of files, or a redirect. */
export function PlainRoutes({ routes }: { routes: readonly RouteState[] }) {
  if (routes.length === 0) return null;
  return (
    <section className="route" aria-label="Files and redirects">
      <div className="route-head">
        <h2>Files and redirects</h2>
      </div>
      <ul className="plain-routes">
        {routes.map((route) => (
          <li key={route.path}>
            <span className="mono rule">{route.path === '/' ? 'all other paths' : route.path}</span>
            <span>
              <span className="muted">{route.kind === 'static' ? 'files from' : 'redirects to'}</span>{' '}
              <span className="mono">{route.target}</span>
            </span>
            <Middlewares names={route.middlewares} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Middlewares({ names }: { names: readonly string[] }) {
  if (names.length === 0) return null;
  return (
    <ul className="middlewares" aria-label="Middlewares, the outermost first">
      {names.map((name, index) => (
        <li key={`${name} ${index}`} className="tag">
          {name}
        </li>
      ))}
    </ul>
  );
}

function PoolActions({ site, route, pool }: { site: SiteState; route: RouteState; pool: PoolState }) {
  const isTop = route.path === '/';
  const at = isTop ? undefined : routePath(route);
  const list = balancePath(pool);
  const choose = (strategy: Strategy): void => {
    const done = `${isTop ? site.name : route.path} now uses ${STRATEGY_WORDS[strategy].toLowerCase()}.`;
    if (isTop) void setSite(site, { strategy }, done);
    else if (at) void editConfig([{ op: 'set', path: [...at, 'strategy'], value: strategy }], done);
  };
  return (
    <span className="pool-actions">
      <label className="inline-field">
        <span className="label-text">Strategy</span>
        <select
          value={pool.strategy}
          disabled={!isTop && !at}
          onChange={(event) => choose(event.target.value as Strategy)}
        >
          {STRATEGIES.map((strategy) => (
            <option key={strategy} value={strategy}>
              {STRATEGY_WORDS[strategy]}
            </option>
          ))}
        </select>
      </label>
      {isTop && (
        <Button look="quiet" onClick={() => void checkHealth(site.name)}>
          <HeartPulse size={14} aria-hidden /> <span className="label-text">Check now</span>
        </Button>
      )}
      <AddBackend site={site} path={isTop ? undefined : list ? [...list, pool.members.length] : at} />
    </span>
  );
}

function AddBackend({ site, path }: { site: SiteState; path: ConfigPath | undefined }) {
  return (
    <Button onClick={() => void openDraft({ form: 'backend.add', site: site.name, path })}>
      <Plus size={14} aria-hidden /> Add backend
    </Button>
  );
}
