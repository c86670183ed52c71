/** The pool of a site, and what can be done to the pool of a site or route. */
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

/** The pool of the site itself: what no route takes. */
export function TopPool({ site, route }: { site: SiteState; route: RouteState }) {
  const isOnly = site.routes.length < 2;
  return (
    <section className="route" aria-label="Pool">
      <div className="part-head">
        <h2>Pool</h2>
        {!isOnly && <span className="muted part-lead">all other paths</span>}
        {!route.pool && route.target !== undefined && <span className="mono">{route.target}</span>}
        <span className="pool-actions">
          {route.pool ? (
            <PoolActions site={site} route={route} pool={route.pool} />
          ) : (
            <AddBackend site={site} path={undefined} />
          )}
        </span>
      </div>
      {route.pool && backendsOf(route.pool).length > 0 && <BackendTable site={site} pool={route.pool} />}
      {!route.pool && route.kind === 'proxy' && (
        <p className="empty-line muted">No backend takes these paths. Add one to serve them.</p>
      )}
    </section>
  );
}

export function MiddlewareTags({ names }: { names: readonly string[] }) {
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

export function PoolActions({ site, route, pool }: { site: SiteState; route: RouteState; pool: PoolState }) {
  const isTop = route.path === '/';
  const at = isTop ? undefined : routePath(route);
  const list = balancePath(pool);
  const choose = (strategy: Strategy): void => {
    const done = `${isTop ? site.name : route.path} now uses ${STRATEGY_WORDS[strategy].toLowerCase()}.`;
    if (isTop) void setSite(site, { strategy }, done);
    else if (at) void editConfig([{ op: 'set', path: [...at, 'strategy'], value: strategy }], done);
  };
  return (
    <>
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
        <Button onClick={() => void checkHealth(site.name)}>
          <HeartPulse size={14} aria-hidden /> <span className="label-text">Check now</span>
        </Button>
      )}
      <AddBackend
        site={site}
        path={isTop ? undefined : list ? [...list, pool.members.length] : at}
        label={isTop ? undefined : route.path}
      />
    </>
  );
}

interface AddBackendProps {
  site: SiteState;
  path: ConfigPath | undefined;
  /** The route it is added to. */
  label?: string | undefined;
}

function AddBackend({ site, path, label }: AddBackendProps) {
  return (
    <Button onClick={() => void openDraft({ form: 'backend.add', site: site.name, path, label })}>
      <Plus size={14} aria-hidden /> Add backend
    </Button>
  );
}
