/** Asks once before a site is removed, and says what follows. */
import { useEffect, useRef } from 'react';
import { Button } from '../../parts/button.tsx';
import { plural } from '../../parts/format.ts';
import { removeSite } from '../../store/changes.ts';
import { backendsOfSite } from '../../store/live-state.ts';
import type { SiteState } from '../../../shared/state.ts';

export function RemoveSiteDialog({ site, onClose }: { site: SiteState; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const remove = (): void => {
    dialog.current?.close();
    void removeSite(site);
  };
  const count = backendsOfSite(site).length;
  return (
    <dialog ref={dialog} className="dialog" aria-labelledby="remove-title" onClose={onClose}>
      <h2 id="remove-title">
        Remove <span className="mono">{site.name}</span>?
      </h2>
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
      <div className="dialog-actions">
        <Button autoFocus onClick={() => dialog.current?.close()}>
          Cancel
        </Button>
        <Button look="danger" onClick={remove}>
          Remove this site
        </Button>
      </div>
    </dialog>
  );
}
