/** A label, its control, and below them the help or what is wrong. */
import { useId } from 'react';
import type { ReactNode } from 'react';

export interface ControlProps {
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': boolean;
}

interface FieldFrameProps {
  label: string;
  /** The key in the file, beside a label in other words. */
  written?: string | undefined;
  kind: string;
  help: string | undefined;
  error: string | undefined;
  children: (control: ControlProps) => ReactNode;
}

export function FieldFrame({ label, written, kind, help, error, children }: FieldFrameProps) {
  const id = useId();
  const note = error ?? help;
  const noteId = note === undefined ? undefined : `${id}-note`;
  return (
    <div className={`field field-${kind} ${error === undefined ? '' : 'field-bad'}`}>
      <div className="field-name">
        <label htmlFor={id}>{label}</label>
        {written !== undefined && <code>{written}</code>}
      </div>
      {children({ id, 'aria-describedby': noteId, 'aria-invalid': error !== undefined })}
      {note !== undefined && (
        <p id={noteId} className={error === undefined ? 'field-hint' : 'field-error'}>
          {note}
        </p>
      )}
    </div>
  );
}
