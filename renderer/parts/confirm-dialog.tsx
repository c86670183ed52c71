/** Asks once before what cannot be undone, with the consequence spelled out. */
import { useId, useRef } from 'react';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { useModal } from './use-modal.ts';

interface ConfirmDialogProps {
  title: ReactNode;
  /** The verb on the button. */
  confirm: string;
  look?: 'accent' | 'danger';
  onConfirm: () => void;
  onClose: () => void;
  children: ReactNode;
}

export function ConfirmDialog({ title, confirm, look = 'danger', onConfirm, onClose, children }: ConfirmDialogProps) {
  const titleId = useId();
  const cancel = useRef<HTMLButtonElement>(null);
  const { props, close } = useModal(onClose, cancel);
  return (
    <dialog {...props} className="dialog" aria-labelledby={titleId}>
      <h2 id={titleId}>{title}</h2>
      {children}
      <div className="dialog-actions">
        <Button ref={cancel} onClick={close}>
          Cancel
        </Button>
        <Button
          look={look}
          onClick={() => {
            close();
            onConfirm();
          }}
        >
          {confirm}
        </Button>
      </div>
    </dialog>
  );
}
