/** What stands in the way of a service, and what differs between it and the config; each with what mends it. */
import { useState } from 'react';
import { ChangeList } from './change-list.tsx';
import { RecreateDialog } from './recreate-dialog.tsx';
import { Button } from '../../parts/button.tsx';
import { HealthShape } from '../../parts/health-mark.tsx';
import { Notes } from '../../parts/notes.tsx';
import { changeAsked, startService } from '../../store/service-actions.ts';
import { editService } from '../../store/service-form.ts';
import { SERVICE_WORDS } from '../../store/service-words.ts';
import { isBroken, isBusy } from '../../store/services.ts';
import { setView } from '../../store/view.ts';
import type { ServiceState } from '../../../shared/service.ts';

export function ServiceNotes({ service }: { service: ServiceState }) {
  return (
    <>
      <Broken service={service} />
      {service.domain?.problem !== undefined && (
        <div className="service-note">
          <Notes problems={[service.domain.problem]} />
        </div>
      )}
      <Changes service={service} />
      <NotInConfig service={service} />
      {service.status === 'absent' && (
        <p className="service-note muted">The config has it, and it has no container yet. Start makes one.</p>
      )}
    </>
  );
}

/** The loudest thing on the screen. */
function Broken({ service }: { service: ServiceState }) {
  const { problem, status, container, inConfig } = service;
  // Docker's own silence stands above all services.
  if (problem === undefined || !isBroken(service)) return null;
  const isUnmade = status === 'failed' && container === undefined;
  return (
    <div className={`broken broken-${status === 'failed' ? 'down' : 'degraded'} service-broken`} role="alert">
      <HealthShape health={SERVICE_WORDS[status].shape} />
      <div>
        <p>{problem.message}</p>
        {problem.fix !== undefined && <p className="muted">{problem.fix}</p>}
        {isUnmade && (
          <div className="service-broken-actions">
            <Button onClick={() => void startService(service.name)}>Try again</Button>
            <Button onClick={() => (inConfig ? void editService(service.name) : changeAsked(service))}>
              Change its settings
            </Button>
          </div>
        )}
      </div>
    </div>
  );
}

function Changes({ service }: { service: ServiceState }) {
  const [isAsking, setAsking] = useState(false);
  if (service.changes.length === 0) return null;
  return (
    <section className="service-changes" aria-label="Changed in the config">
      <h2>The config says something else now</h2>
      <ChangeList service={service} />
      <Button disabled={isBusy(service)} onClick={() => setAsking(true)}>
        Recreate…
      </Button>
      {isAsking && <RecreateDialog service={service} onClose={() => setAsking(false)} />}
    </section>
  );
}

/** It goes on until it is deleted; one that is being made is put in at the end. */
function NotInConfig({ service: { inConfig, container, name, status } }: { service: ServiceState }) {
  if (inConfig || container === undefined || status === 'starting') return null;
  return (
    <div className="form-note service-note">
      <p>
        {name} is not in the config any more. It goes on until you delete it; to keep it for good, put it back under
        services.
      </p>
      <Button onClick={() => setView({ screen: 'config' })}>Open the config</Button>
    </div>
  );
}
