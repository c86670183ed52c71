/** The backends of a pool: state, address, share, counts, and what can be done to each. */
import { Fragment } from 'react';
import { CirclePause, CirclePlay, Hourglass, Pencil, Play, Trash2 } from 'lucide-react';
import { IconButton } from '../../parts/button.tsx';
import { formatCount } from '../../parts/format.ts';
import { HealthMark } from '../../parts/health-mark.tsx';
import { isPool, summarise } from '../../../shared/state.ts';
import { removeBackend, setBackendDisabled, setBackendDrain } from '../../store/changes.ts';
import { openDraft } from '../../store/draft.ts';
import { backendsOf } from '../../store/live-state.ts';
import { isInTopPool, sharesOf } from '../../store/places.ts';
import type { BackendState, PoolState, SiteState } from '../../../shared/state.ts';

/** More rows than anyone reads in one pool; the rest is counted. */
const ROWS_MAX = 200;

/** Class and heading of each, from left to right; the actions at the end have no visible heading. */
const COLUMNS = [
  ['col-state', 'State'],
  ['col-name', 'Name'],
  ['col-url', 'URL'],
  ['col-num col-weight', 'Weight'],
  ['col-share', 'Share'],
  ['col-num col-active', 'Active'],
  ['col-num col-requests', 'Requests'],
  ['col-num col-failures', 'Failures'],
  ['col-last', 'Last failure'],
] as const;

export function BackendTable({ site, pool }: { site: SiteState; pool: PoolState }) {
  return (
    <table className="backends">
      <thead>
        <tr>
          {COLUMNS.map(([className, title]) => (
            <th key={title} scope="col" className={className}>
              {title}
            </th>
          ))}
          <th scope="col" className="col-actions">
            <span className="hidden">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        <Members site={site} pool={pool} depth={0} share={1} />
      </tbody>
    </table>
  );
}

interface MembersProps {
  site: SiteState;
  pool: PoolState;
  depth: number;
  /** Of the pool itself, from 0 to 1. */
  share: number;
}

function Members({ site, pool, depth, share }: MembersProps) {
  const shares = sharesOf(pool.members);
  const rest = pool.members.length - ROWS_MAX;
  return (
    <>
      {pool.members.slice(0, ROWS_MAX).map((member, index) => {
        const own = share * (shares[index] ?? 0);
        if (!isPool(member))
          return <BackendRow key={member.id} site={site} backend={member} depth={depth} share={own} />;
        return (
          <Fragment key={`pool ${member.name}`}>
            <PoolRow pool={member} share={own} />
            <Members site={site} pool={member} depth={depth + 1} share={own} />
          </Fragment>
        );
      })}
      {rest > 0 && (
        <tr>
          <td colSpan={2} className="muted">
            and {formatCount(rest)} more
          </td>
        </tr>
      )}
    </>
  );
}

/** Cells for every column, since a narrow table hides some of them. */
function PoolRow({ pool, share }: { pool: PoolState; share: number }) {
  const enabled = backendsOf(pool).filter((backend) => !backend.disabled);
  return (
    <tr className="pool-row">
      <td className="col-state">
        <HealthMark health={summarise(enabled.map((backend) => backend.health))} />
      </td>
      <td className="col-name mono">{pool.name}</td>
      <td className="col-url">pool, {pool.strategy.replaceAll('_', ' ')}</td>
      <td className="col-num col-weight num">{pool.weight}</td>
      <td className="col-share">
        <ShareBar share={share} />
      </td>
      <td className="col-num col-active" />
      <td className="col-num col-requests" />
      <td className="col-num col-failures" />
      <td className="col-last" />
      <td className="col-actions" />
    </tr>
  );
}

interface BackendRowProps {
  site: SiteState;
  backend: BackendState;
  depth: number;
  share: number;
}

function BackendRow({ site, backend, depth, share }: BackendRowProps) {
  return (
    <tr className={backend.disabled ? 'is-off' : `is-${backend.health}`}>
      <td className="col-state">
        <HealthMark health={backend.health} disabled={backend.disabled} />
      </td>
      <td
        className={`col-name mono indent-${Math.min(depth, 3)}`}
        title={backend.backup ? `${backend.name}, backup` : backend.name}
      >
        {backend.name}
        {backend.backup && <span className="tag">backup</span>}
      </td>
      <td className="col-url mono" title={backend.url}>
        {backend.url}
      </td>
      <td className="col-num col-weight num">{backend.weight}</td>
      <td className="col-share">
        <ShareBar share={share} />
      </td>
      <td className="col-num col-active num">{formatCount(backend.active)}</td>
      <td className="col-num col-requests num">{formatCount(backend.requests)}</td>
      <td className={`col-num col-failures num ${backend.failures > 0 ? '' : 'muted'}`}>
        {formatCount(backend.failures)}
      </td>
      <td className="col-last muted" title={backend.lastFailure}>
        {backend.lastFailure ?? '–'}
      </td>
      <td className="col-actions">
        <RowActions site={site} backend={backend} />
      </td>
    </tr>
  );
}

function ShareBar({ share }: { share: number }) {
  const percent = Math.round(share * 100);
  return (
    <span className="share">
      <span className="share-bar" aria-hidden="true">
        <span style={{ width: `${percent}%` }} />
      </span>
      <span className="num">{percent} %</span>
    </span>
  );
}

function RowActions({ site, backend }: { site: SiteState; backend: BackendState }) {
  const draining = backend.drain;
  const edit = (): void =>
    void openDraft({
      form: 'backend.edit',
      site: site.name,
      backend: backend.name,
      path: backend.path,
      byPath: !isInTopPool(site, backend),
    });
  return (
    <span className="row-actions">
      <IconButton label={`Edit ${backend.name}`} icon={<Pencil size={14} aria-hidden />} onClick={edit} />
      <IconButton
        label={`${backend.disabled ? 'Enable' : 'Disable'} ${backend.name}`}
        icon={backend.disabled ? <CirclePlay size={14} aria-hidden /> : <CirclePause size={14} aria-hidden />}
        onClick={() => void setBackendDisabled(site, backend, !backend.disabled)}
      />
      <IconButton
        label={`${draining ? 'Stop draining' : 'Drain'} ${backend.name}`}
        icon={draining ? <Play size={14} aria-hidden /> : <Hourglass size={14} aria-hidden />}
        onClick={() => void setBackendDrain(site, backend, !draining)}
      />
      <IconButton
        label={`Remove ${backend.name}`}
        icon={<Trash2 size={14} aria-hidden />}
        onClick={() => void removeBackend(site, backend)}
      />
    </span>
  );
}
