/** Fields that are typed: text, numbers, durations, lists of words, JSON. */
import { FieldFrame } from './field-frame.tsx';
import { useField, useTyped } from './form-context.tsx';
import { jsonFrom, numberFrom, textOf, wordsFrom, wordsText } from './value.ts';
import { defaultInHelp, defaultText } from './words.ts';
import type { FieldProps } from './form-context.tsx';
import type { FieldOf, Json } from './spec.ts';

const PLACEHOLDERS: Record<string, string> = {
  url: 'http://localhost:5173',
  hosts: 'shop.test *.shop.test',
  path: '/api/*',
  strip_prefix: '/api',
  static: './dist',
  redirect: '/new/{rest}',
  cert: 'certs/shop.pem',
  key: 'certs/shop-key.pem',
  max_connections: 'no limit',
  host_header: 'backend',
  response_timeout: '2m',
};

interface Reading {
  show: (value: Json | undefined) => string;
  read: (text: string) => Json | undefined;
}

/** A required text that is emptied stays as an empty one, so that the group around it stays too. */
function readingOf({ spec, required }: FieldOf): Reading {
  switch (spec.kind) {
    case 'number':
      return { show: textOf, read: numberFrom };
    case 'words':
      return { show: wordsText, read: (text) => wordsFrom(text, spec.numeric) };
    case 'json':
      return {
        show: (value) =>
          value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value, null, 2),
        read: jsonFrom,
      };
    case 'duration':
      return {
        show: textOf,
        read: (text) => (/^\s*\d+\s*$/.test(text) ? Number(text) : text === '' ? undefined : text),
      };
    default: {
      const isNumeric = spec.kind === 'text' && spec.numeric;
      return {
        show: textOf,
        read: (text) => (text === '' ? (required ? '' : undefined) : isNumeric ? numberFrom(text) : text),
      };
    }
  }
}

/** Rows that a list or JSON takes before it scrolls. */
const ROWS_MAX = 8;

export function TextField({ field, path }: FieldProps) {
  const { spec } = field;
  const { value, error, set, leave } = useField(path);
  const [text, type] = useTyped(value, set, readingOf(field));
  const isLong = spec.kind === 'json' || spec.kind === 'words';
  const placeholder =
    defaultText(field.byDefault) ?? defaultInHelp(field.help) ?? (PLACEHOLDERS[field.key] || undefined);
  return (
    <FieldFrame label={field.label} written={field.written} kind={spec.kind} help={field.help} error={error}>
      {(control) => {
        const shared = {
          ...control,
          name: field.key,
          placeholder,
          spellCheck: false,
          autoComplete: 'off',
          'aria-required': field.required,
          value: text,
          onBlur: leave,
        };
        const rows = Math.min(ROWS_MAX, Math.max(spec.kind === 'json' ? 3 : 1, text.split('\n').length));
        return isLong ? (
          <textarea {...shared} className="mono" rows={rows} onChange={(event) => type(event.target.value)} />
        ) : (
          <input
            {...shared}
            type="text"
            className={spec.kind === 'number' || spec.kind === 'duration' ? 'num' : 'mono'}
            inputMode={spec.kind === 'number' ? 'numeric' : undefined}
            onChange={(event) => type(event.target.value)}
          />
        );
      }}
    </FieldFrame>
  );
}
