/** One labelled input with its hint, or what is wrong with it. */
import { useId } from 'react';
import type { FieldSpec } from '../store/draft-fields.ts';

interface FieldProps {
  spec: FieldSpec;
  value: string;
  error: string | undefined;
  onChange: (value: string) => void;
  onLeave: () => void;
}

export function Field({ spec, value, error, onChange, onLeave }: FieldProps) {
  const id = useId();
  const note = error ?? spec.hint;
  const noteId = note === undefined ? undefined : `${id}-note`;
  const shared = { id, name: spec.name, 'aria-describedby': noteId, 'aria-invalid': error !== undefined };
  return (
    <div className={`field field-${spec.kind} ${error === undefined ? '' : 'field-bad'}`}>
      <label htmlFor={id}>{spec.label}</label>
      {spec.kind === 'check' ? (
        <input
          {...shared}
          type="checkbox"
          checked={value === 'true'}
          onChange={(event) => onChange(event.target.checked ? 'true' : '')}
        />
      ) : (
        <input
          {...shared}
          type="text"
          className={spec.mono ? 'mono' : 'num'}
          inputMode={spec.kind === 'number' ? 'numeric' : undefined}
          aria-required={spec.required}
          placeholder={spec.placeholder}
          spellCheck={false}
          autoComplete="off"
          value={value}
          onChange={(event) => onChange(event.target.value)}
          onBlur={onLeave}
        />
      )}
      {note !== undefined && (
        <p id={noteId} className={error === undefined ? 'field-hint' : 'field-error'}>
          {note}
        </p>
      )}
    </div>
  );
}
