/** How far the work on a service is: the pull in bytes, the steps by name, and the way to end it. */
import { Button } from '../../parts/button.tsx';
import { formatBytes } from '../../parts/format.ts';
import { cancelWork } from '../../store/service-actions.ts';
import type { ServiceState, ServiceStatus } from '../../../shared/service.ts';

const SAID: Partial<Record<ServiceStatus, string>> = {
  pulling: 'Pulling the image',
  creating: 'Making the container',
  starting: 'Waiting for it to answer',
  stopping: 'Waiting for it to end',
  removing: 'Taking it away',
};

export function ServiceProgress({ service }: { service: ServiceState }) {
  const { status, pull, image, name } = service;
  const text = status === 'pulling' ? `Pulling ${image}` : (SAID[status] ?? '');
  const canCancel = status !== 'removing' && status !== 'stopping';
  return (
    <div className="service-progress">
      <div className="service-progress-head">
        <span role="status">{text}</span>
        <span className="num muted">{status === 'pulling' && pull !== undefined && pullText(pull)}</span>
        {canCancel && <Button onClick={() => void cancelWork(name)}>Cancel</Button>}
      </div>
      {pull === undefined ? (
        <progress aria-label={text} />
      ) : (
        <progress aria-label={text} max={100} value={pull.percent} />
      )}
    </div>
  );
}

const pullText = ({ percent, bytes, totalBytes }: NonNullable<ServiceState['pull']>): string =>
  totalBytes === 0 ? '' : `${formatBytes(bytes)} of ${formatBytes(totalBytes)}, ${Math.floor(percent)} %`;
