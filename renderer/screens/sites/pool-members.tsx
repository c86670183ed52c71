/** The rows of a pool, and those of the pools in it; they are moved within their own pool. */
import { Fragment } from 'react';
import { Pencil, Plus, Trash2 } from 'lucide-react';
import { BackendRow } from './backend-row.tsx';
import { ShareBar, useGot } from './share-bar.tsx';
import { IconButton } from '../../parts/button.tsx';
import { formatCount } from '../../parts/format.ts';
import { HealthMark } from '../../parts/health-mark.tsx';
import { SortableList, useSortableItem } from '../../parts/sortable.tsx';
import { isPool, summarise } from '../../../shared/state.ts';
import { editConfig } from '../../store/changes.ts';
import { openDraft } from '../../store/draft.ts';
import { backendsOf } from '../../store/live-state.ts';
import { memberPath, sharesOf } from '../../store/places.ts';
import type { Edit } from '../../../shared/protocol.ts';
import type { BackendState, PoolState, SiteState } from '../../../shared/state.ts';

/** More rows than anyone reads in one pool; the rest is counted. */
const ROWS_MAX = 200;

interface MembersProps {
  site: SiteState;
  pool: PoolState;
  /** Of the site or route: shares are shares of what it gets. */
  top: PoolState;
  depth: number;
  /** Of the pool itself, from 0 to 1. */
  share: number;
}

const idOf = (member: BackendState | PoolState): string => (isPool(member) ? `pool ${member.name}` : member.id);

export function PoolMembers({ site, pool, top, depth, share }: MembersProps) {
  const shares = sharesOf(pool.members);
  const rest = pool.members.length - ROWS_MAX;
  const shown = pool.members.slice(0, ROWS_MAX);
  const gotOf = useGot(top);
  const move = (from: number, to: number): void => {
    const [moved, target] = [shown[from], shown[to]];
    const path = moved && memberPath(moved, depth);
    const end = target && memberPath(target, depth);
    if (!path || !end) return;
    const edit: Edit = { op: 'move', path: [...path], to: Number(end.at(-1)) };
    void editConfig([edit], `${moved.name} moved.`);
  };
  return (
    <SortableList ids={shown.map(idOf)} onMove={move}>
      {shown.map((member, index) => {
        const due = share * (shares[index] ?? 0);
        const props = { site, depth, canMove: pool.members.length > 1 };
        if (!isPool(member))
          return <BackendRow key={idOf(member)} {...props} backend={member} share={{ due, got: gotOf([member]) }} />;
        return (
          <Fragment key={idOf(member)}>
            <PoolRow {...props} pool={member} share={{ due, got: gotOf(backendsOf(member)) }} />
            <PoolMembers site={site} pool={member} top={top} depth={depth + 1} share={due} />
          </Fragment>
        );
      })}
      {rest > 0 && (
        <tr>
          <td className="col-handle" />
          <td colSpan={2} className="muted">
            and {formatCount(rest)} more
          </td>
        </tr>
      )}
    </SortableList>
  );
}

interface PoolRowProps {
  site: SiteState;
  pool: PoolState;
  depth: number;
  share: { due: number; got: number | undefined };
  canMove: boolean;
}

/** Cells for every column, since a narrow table hides some of them. */
function PoolRow({ site, pool, depth, share, canMove }: PoolRowProps) {
  const enabled = backendsOf(pool).filter((backend) => !backend.disabled);
  const { attach, style, isDragging, handle } = useSortableItem(`pool ${pool.name}`, pool.name);
  return (
    <tr ref={attach} style={style} className={`pool-row ${isDragging ? 'is-dragged' : ''}`}>
      <td className="col-handle">{canMove && handle}</td>
      <td className="col-state">
        <HealthMark health={summarise(enabled.map((backend) => backend.health))} />
      </td>
      <td className={`col-name mono indent-${Math.min(depth, 3)}`}>{pool.name}</td>
      <td className="col-url">pool, {pool.strategy.replaceAll('_', ' ')}</td>
      <td className="col-num col-weight num">{pool.weight}</td>
      <td className="col-share">
        <ShareBar {...share} />
      </td>
      <td className="col-num col-active" />
      <td className="col-num col-requests" />
      <td className="col-num col-failures" />
      <td className="col-last" />
      <td className="col-actions">
        <PoolRowActions site={site} pool={pool} depth={depth} />
      </td>
    </tr>
  );
}

function PoolRowActions({ site, pool, depth }: Pick<PoolRowProps, 'site' | 'pool' | 'depth'>) {
  const path = memberPath(pool, depth);
  if (!path) return null;
  const edit = (): void => void openDraft({ form: 'backend.edit', site: site.name, label: pool.name, path });
  const add = (): void => {
    const at = [...path, 'balance', pool.members.length];
    void openDraft({ form: 'backend.add', site: site.name, label: pool.name, path: at });
  };
  const remove = (): void => void editConfig([{ op: 'remove', path: [...path] }], `${pool.name} removed.`);
  return (
    <span className="row-actions">
      <IconButton label={`Edit ${pool.name}`} icon={<Pencil size={14} aria-hidden />} onClick={edit} />
      <IconButton label={`Add to ${pool.name}`} icon={<Plus size={14} aria-hidden />} onClick={add} />
      <IconButton label={`Remove ${pool.name}`} icon={<Trash2 size={14} aria-hidden />} onClick={remove} />
    </span>
  );
}
