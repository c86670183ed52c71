/** Asks once before a service is deleted; its data stay unless that is ticked. */
import { useId, useState } from 'react';
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx';
import { deleteService, wasMade } from '../../store/service-actions.ts';
import type { ServiceState } from '../../../shared/service.ts';

/** Folders of this machine are never deleted. */
const isFolder = (volume: string): boolean => /^([/\\~]|[A-Za-z]:[/\\])/.test(volume);

function whatGoes({ container, inConfig }: ServiceState): string {
  if (container === undefined) return inConfig ? 'Its entry in the config is removed.' : 'It leaves the list.';
  return `Its container is removed${inConfig ? ', and its entry in the config' : ''}.`;
}

function whatStays({ inConfig }: ServiceState, withData: boolean): string {
  if (withData) return 'Its data and its password go too. This cannot be undone.';
  const kept = 'Its data and its password are kept: a service of the same name finds them again.';
  return inConfig ? `${kept} You can undo this.` : kept;
}

export function DeleteDialog({ service, onClose }: { service: ServiceState; onClose: () => void }) {
  const [withData, setWithData] = useState(false);
  const id = useId();
  const { name } = service;
  const isMade = wasMade(service);
  const volumes = service.volumes.filter((volume) => !isFolder(volume));
  const remove = async (): Promise<void> => {
    if (await deleteService(service, withData)) document.querySelector<HTMLElement>('.list .rows')?.focus();
  };
  return (
    <ConfirmDialog
      title={`Delete ${name}?`}
      confirm={withData ? 'Delete it and its data' : 'Delete'}
      onConfirm={() => void remove()}
      onClose={onClose}
    >
      <p>
        {whatGoes(service)} {isMade && whatStays(service, withData)}
      </p>
      {isMade && volumes.length > 0 && (
        <div className="field field-check delete-data">
          <input id={id} type="checkbox" checked={withData} onChange={(event) => setWithData(event.target.checked)} />
          <label htmlFor={id}>
            Delete its data too:{' '}
            {volumes.map((volume) => (
              <code key={volume} className="tag">
                {volume}
              </code>
            ))}
          </label>
        </div>
      )}
    </ConfirmDialog>
  );
}
