/** Asks once before a site is removed, and says what follows. */
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx';
import { plural } from '../../parts/format.ts';
import { removeSite } from '../../store/changes.ts';
import { backendsOfSite } from '../../store/live-state.ts';
import type { SiteState } from '../../../shared/state.ts';

export function RemoveSiteDialog({ site, onClose }: { site: SiteState; onClose: () => void }) {
  const count = backendsOfSite(site).length;
  return (
    <ConfirmDialog
      title={
        <>
          Remove <span className="mono">{site.name}</span>?
        </>
      }
      confirm="Remove this site"
      onConfirm={() => void removeSite(site)}
      onClose={onClose}
    >
      <p>
        Requests to{' '}
        {site.hosts.slice(0, 3).map((host) => (
          <code key={host} className="tag">
            {host}
          </code>
        ))}
        {site.hosts.length > 3 && ` and ${site.hosts.length - 3} more`} will be answered 404.
        {count > 0 &&
          ` ${plural(count, 'backend')} ${count === 1 ? 'leaves' : 'leave'} the config; the dev servers themselves keep running.`}{' '}
        You can undo this.
      </p>
    </ConfirmDialog>
  );
}
