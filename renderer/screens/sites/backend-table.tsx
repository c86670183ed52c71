/** The backends of a pool: state, address, share, counts, and what can be done to each. */
import { PoolMembers } from './pool-members.tsx';
import { PoolShare } from './share-bar.tsx';
import type { PoolState, SiteState } from '../../../shared/state.ts';

/** Class and heading of each, from left to right; the handles and the actions have no visible heading. */
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
    <>
      <PoolShare pool={pool} />
      <table className="backends">
        <thead>
          <tr>
            <th scope="col" className="col-handle">
              <span className="hidden">Order</span>
            </th>
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
          <PoolMembers site={site} pool={pool} top={pool} depth={0} share={1} />
        </tbody>
      </table>
    </>
  );
}
