/** Asks once before a container is made anew: what becomes of the data, change by change. */
import { ChangeList } from './change-list.tsx';
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx';
import { recreateService } from '../../store/service-actions.ts';
import type { ServiceState } from '../../../shared/service.ts';

export function RecreateDialog({ service, onClose }: { service: ServiceState; onClose: () => void }) {
  const { name, changes, volumes } = service;
  const isRisky = changes.some(({ data }) => data === 'risk');
  return (
    <ConfirmDialog
      title={`Recreate ${name}?`}
      confirm={isRisky ? 'Recreate in spite of the risk' : 'Recreate'}
      look={isRisky ? 'danger' : 'accent'}
      onConfirm={() => void recreateService(name)}
      onClose={onClose}
    >
      <p>
        A new container is made as the config says{volumes.length > 0 && `, on ${volumes.join(', ')}`}. Its clients lose
        their connection for a moment. The old one goes only when the new one answers; when it does not, the old one
        goes on.
      </p>
      {changes.length > 0 && <ChangeList service={service} />}
    </ConfirmDialog>
  );
}
