/** What is wrong with a value by its field, before the engine is asked: in plain words, at its path. */
import { valueAt } from '../../shared/value-at.ts';
import { isTree, pathKey } from './value.ts';
import type { ConfigPath } from '../../shared/problem.ts';
import type { FieldOf, FieldSpec, Json } from './spec.ts';

/** By `pathKey`. */
export type FieldErrors = Readonly<Record<string, string>>;

const DURATION = /^\d+(\.\d+)?$|^(\d+(\.\d+)?(ms|s|m|h))+$/;

/** The fields of a group that are wrong; paths start at `base`. */
export function checkFields(fields: readonly FieldOf[], value: unknown, base: ConfigPath = []): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const field of fields) {
    const path = [...base, field.key];
    const held = valueAt(value, [field.key]) as Json | undefined;
    if (held === undefined || held === '') {
      if (field.required) errors[pathKey(path)] = 'Fill this in.';
    } else Object.assign(errors, checkValue(field.spec, held, path));
  }
  return errors;
}

export function checkValue(spec: FieldSpec, value: Json, path: ConfigPath): Record<string, string> {
  if (typeof value === 'string' && value.includes('${')) return {}; // what it is filled with is the engine's to judge
  const said = (message: string | undefined): Record<string, string> =>
    message === undefined ? {} : { [pathKey(path)]: message };
  switch (spec.kind) {
    case 'group':
      return isTree(value) ? checkFields(spec.fields, value, path) : {};
    case 'list':
      return Array.isArray(value)
        ? Object.assign({}, ...value.map((item, index) => checkValue(spec.item(), item, [...path, index])))
        : {};
    case 'variants': {
      const variant = variantOf(spec, value);
      return variant?.spec ? checkValue(variant.spec, value, path) : {};
    }
    case 'json':
      return said(typeof value === 'string' ? 'This is not JSON. Write it as {"key": "value"}.' : undefined);
    default:
      return said(wrongWith(spec, value));
  }
}

function wrongWith(spec: FieldSpec, value: Json): string | undefined {
  switch (spec.kind) {
    case 'number':
      return isInRange(spec, value) ? undefined : wantedNumber(spec);
    case 'duration':
      return typeof value === 'number' || DURATION.test(String(value))
        ? undefined
        : 'Use seconds, or a number with ms, s, m or h, as in 30s.';
    case 'text':
      return matches(spec.pattern, value) ? undefined : wantedText(spec.pattern ?? '');
    case 'words':
      return Array.isArray(value) && value.every((word) => matches(spec.pattern, word))
        ? undefined
        : wantedText(spec.pattern ?? '');
    case 'choice':
      return spec.options.some((option) => option === value) ? undefined : `Use one of ${spec.options.join(', ')}.`;
    default:
      return undefined;
  }
}

type NumberSpec = Extract<FieldSpec, { kind: 'number' }>;

const isInRange = ({ whole, min, max }: NumberSpec, value: Json): boolean =>
  typeof value === 'number' &&
  (!whole || Number.isInteger(value)) &&
  value >= (min ?? -Infinity) &&
  value <= (max ?? Infinity);

export function wantedNumber({ whole, min, max }: NumberSpec): string {
  const kind = whole ? 'a whole number' : 'a number';
  if (min !== undefined && max !== undefined) return `Use ${kind} from ${min} to ${max}.`;
  return min === undefined ? `Use ${kind}.` : `Use ${kind}, ${min} or more.`;
}

/** A pattern that this browser cannot read is left for the engine to judge. */
function matches(pattern: string | undefined, value: Json): boolean {
  if (pattern === undefined) return true;
  try {
    return new RegExp(pattern, 'u').test(String(value));
  } catch {
    return true;
  }
}

function wantedText(pattern: string): string {
  if (pattern.startsWith('^\\/')) return 'Begin with a slash, as in /healthz.';
  if (pattern.startsWith('^\\d{3}')) return 'Use status codes or ranges, as in 200-399.';
  return 'This cannot stand here.';
}

/** Which shape a value has; the first that fits. */
export function variantOf(
  { variants }: Extract<FieldSpec, { kind: 'variants' }>,
  value: Json | undefined,
): (typeof variants)[number] | undefined {
  return variants.find(({ is, tag, spec }) => {
    if (is !== undefined) return is === value;
    if (tag) return valueAt(value, [tag.key]) === tag.value;
    if (spec?.kind === 'group') return isTree(value);
    if (spec?.kind === 'words' || spec?.kind === 'list') return Array.isArray(value);
    return typeof value === 'string' || typeof value === 'number';
  });
}
