/** One key of the config as a field: its help from the schema, written with Enter or when the field is left. */
import { useId, useRef, useState } from 'react';
import { applyChange, editsOf, type Json } from '../../store/changes.ts';
import { valueAt } from '../../../shared/value-at.ts';

export interface KeySpec {
  path: readonly string[];
  label: string;
  help?: string | undefined;
  placeholder: string;
  /** `list`: separated by spaces. */
  kind: 'text' | 'list' | 'number';
}

const shown = (value: unknown): string =>
  Array.isArray(value) ? value.join(' ') : value === undefined || value === null ? '' : String(value);

/** What the field's text means in the file; null takes the key out, and its default holds. */
export function written({ kind }: Pick<KeySpec, 'kind'>, text: string): Json {
  const trimmed = text.trim();
  if (trimmed === '') return null;
  if (kind === 'list') return trimmed.split(/[\s,]+/);
  return kind === 'number' && /^\d+$/.test(trimmed) ? Number(trimmed) : trimmed;
}

interface ConfigFieldProps {
  spec: KeySpec;
  document: unknown;
  onApplied: () => void;
}

export function ConfigField({ spec, document, onApplied }: ConfigFieldProps) {
  const id = useId();
  const now = shown(valueAt(document, spec.path));
  /** Undefined while it shows what the file says. */
  const [typed, setTyped] = useState<string>();
  const text = typed ?? now;
  const [error, setError] = useState<string>();
  /** What was sent last: leaving the field after Enter does not send it again. */
  const sent = useRef<string | undefined>(undefined);
  const revert = (): void => {
    sent.current = undefined;
    setTyped(undefined);
    setError(undefined);
  };
  const apply = async (): Promise<void> => {
    if (text.trim() === now) return revert();
    if (sent.current === text) return;
    sent.current = text;
    const key = spec.path.at(-1)!;
    const edits = editsOf(spec.path.slice(0, -1), { [key]: written(spec, text) });
    const result = await applyChange({ name: 'config.edit', request: { edits } }, `${spec.label} changed.`);
    const [first] = result.ok ? [] : result.problems;
    setError(first && `${first.message} ${first.fix ?? ''}`.trim());
    if (!result.ok) return;
    revert();
    onApplied();
  };
  const note = error ?? spec.help;
  return (
    <div className={`setting field ${error === undefined ? '' : 'field-bad'}`}>
      <label htmlFor={id}>{spec.label}</label>
      <div>
        <input
          id={id}
          type="text"
          className="mono"
          spellCheck={false}
          autoComplete="off"
          placeholder={spec.placeholder}
          aria-describedby={note === undefined ? undefined : `${id}-note`}
          aria-invalid={error !== undefined}
          value={text}
          onChange={(event) => setTyped(event.target.value)}
          onBlur={() => void apply()}
          onKeyDown={(event) => {
            if (event.key === 'Enter') void apply();
            if (event.key === 'Escape') revert();
          }}
        />
        {note !== undefined && (
          <p id={`${id}-note`} className={error === undefined ? 'field-hint' : 'field-error'}>
            {note}
          </p>
        )}
      </div>
    </div>
  );
}
