/** What can be done to a service now: the usual in buttons, the rest in a menu. */
import { useState } from 'react';
import { DropdownMenu } from 'radix-ui';
import { Ellipsis, Play, RotateCw, Square } from 'lucide-react';
import { DeleteDialog } from './delete-dialog.tsx';
import { RecreateDialog } from './recreate-dialog.tsx';
import { Button } from '../../parts/button.tsx';
import { restartService, startService, stopService } from '../../store/service-actions.ts';
import { editService } from '../../store/service-form.ts';
import { isBusy, isRunning } from '../../store/services.ts';
import type { ServiceState } from '../../../shared/service.ts';
import '../../style/menu.css';

export function ServiceActions({ service }: { service: ServiceState }) {
  const [asking, setAsking] = useState<'recreate' | 'delete'>();
  const { name, status, container, inConfig } = service;
  const isAway = status === 'unreachable';
  const isHeld = isBusy(service) || isAway;
  // One that ends again and again is started by Docker without end, until it is stopped.
  const runs = isRunning(service) || isAway || (status === 'failed' && container !== undefined);
  // One that could not be made is tried again where it says why.
  const canStart = !runs && !isBusy(service) && (container !== undefined || (inConfig && status !== 'failed'));
  return (
    <div className="actions">
      {canStart && (
        <Button look="accent" onClick={() => void startService(name)}>
          <Play size={14} aria-hidden /> Start
        </Button>
      )}
      {runs && (
        <>
          <Button disabled={isHeld} onClick={() => void restartService(name)}>
            <RotateCw size={14} aria-hidden /> Restart
          </Button>
          <Button disabled={isHeld} onClick={() => void stopService(name)}>
            <Square size={14} aria-hidden /> Stop
          </Button>
        </>
      )}
      <More
        service={service}
        isHeld={isHeld}
        onRecreate={() => setAsking('recreate')}
        onDelete={() => setAsking('delete')}
      />
      {asking === 'recreate' && <RecreateDialog service={service} onClose={() => setAsking(undefined)} />}
      {asking === 'delete' && <DeleteDialog service={service} onClose={() => setAsking(undefined)} />}
    </div>
  );
}

interface MoreProps {
  service: ServiceState;
  isHeld: boolean;
  onRecreate: () => void;
  onDelete: () => void;
}

function More({ service: { name, inConfig, container }, isHeld, onRecreate, onDelete }: MoreProps) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>
        <button type="button" className="icon-button" aria-label={`More for ${name}`} title={`More for ${name}`}>
          <Ellipsis size={16} aria-hidden />
        </button>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={4}>
          <DropdownMenu.Item className="menu-item" disabled={!inConfig} onSelect={() => void editService(name)}>
            Change its settings
          </DropdownMenu.Item>
          <DropdownMenu.Item
            className="menu-item"
            disabled={isHeld || !inConfig || container === undefined}
            onSelect={onRecreate}
          >
            Recreate…
          </DropdownMenu.Item>
          <DropdownMenu.Item className="menu-item menu-danger" disabled={isHeld} onSelect={onDelete}>
            Delete…
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
