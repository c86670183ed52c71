/** What may be typed at the cursor: keys and values from the schema, ready to be put in. */
import type { ConfigSchemas } from '../../../../shared/protocol.ts';
import { placeAt } from './place.ts';
import type { Format, Place } from './place.ts';
import { isRequired, keysOf, schemasAt, typeOf, valuesOf } from './schema.ts';
import type { Schema } from './schema.ts';

export interface Suggestion {
  label: string;
  kind: 'key' | 'value';
  /** The type, in a word. */
  detail: string;
  docs: string;
  insert: string;
  /** Where the cursor goes, counted from the start of `insert`. */
  caret: number;
  /** More can be suggested at once there. */
  more: boolean;
}

export interface Suggestions {
  from: number;
  to: number;
  /** Best first. */
  list: Suggestion[];
}

export function suggestAt(
  text: string,
  offset: number,
  format: Format,
  schemas: ConfigSchemas,
): Suggestions | undefined {
  const place = placeAt(text, offset, format);
  if (!place) return undefined;
  const options = schemasAt(schemas, place.path, place.textAt);
  const list: Suggestion[] = [];
  if (place.kind === 'key') list.push(...keysFor(place, options, format, schemas));
  if (place.kind === 'value' || place.either) list.push(...valuesFor(place, options, format, schemas));
  return list.length === 0 ? undefined : { from: place.from, to: place.to, list };
}

function keysFor(place: Place, options: Schema[], format: Format, schemas: ConfigSchemas): Suggestion[] {
  const own = keySuggestions(place, options, format, schemas, '');
  const isBareList = place.either && !place.flow && !place.dashed && format === 'yaml';
  if (own.length > 0 || !isBareList) return own;
  const items = schemasAt(schemas, [...place.path, 0], place.textAt);
  return keySuggestions(place, items, format, schemas, '- ');
}

function keySuggestions(
  place: Place,
  options: Schema[],
  format: Format,
  schemas: ConfigSchemas,
  dash: '' | '- ',
): Suggestion[] {
  const known = keysOf(options);
  const path = dash === '' ? place.path : [...place.path, 0];
  const open = [...known.keys()].filter((key) => !place.keys.includes(key));
  open.sort((a, b) => Number(isRequired(options, b)) - Number(isRequired(options, a)));
  return open.map((key) => {
    const values = schemasAt(schemas, [...path, key], place.textAt);
    const { text, caret } = place.hasColon
      ? bare(quote(key, format))
      : keyText(quote(key, format), values, place, format, dash);
    const more = !place.hasColon && text.length === caret && (valuesOf(values).length > 0 || text.includes('\n'));
    const docs = known.get(key)?.description ?? values[0]?.description ?? '';
    return {
      label: key,
      kind: 'key',
      detail: typeOf(values),
      docs: withDefault(docs, values),
      insert: dash + text,
      caret: caret + dash.length,
      more,
    };
  });
}

/** The key with the beginning of its value: a list, keys of its own, or what one most likely writes. */
function keyText(
  key: string,
  values: Schema[],
  place: Place,
  format: Format,
  dash: string,
): { text: string; caret: number } {
  const shape = values.find((schema) => schema.type !== undefined);
  const inline = place.flow || format === 'json';
  if (shape?.type === 'boolean') return bare(`${key}: ${shape.default === true ? 'false' : 'true'}`);
  const several = values.length > 1 && values.some(({ type }) => type !== 'array' && type !== 'object');
  if (!several && shape?.type === 'array') {
    const ofObjects = shape.items?.type === 'object' || shape.items?.$ref !== undefined;
    if (inline || !ofObjects) return within(`${key}: []`, 1);
    return bare(`${key}:\n${' '.repeat(place.indent + dash.length + 2)}- `);
  }
  if (!several && shape?.type === 'object') {
    return inline ? within(`${key}: {}`, 1) : bare(`${key}:\n${' '.repeat(place.indent + dash.length + 2)}`);
  }
  return format === 'json' && shape?.type === 'string' && valuesOf(values).length === 0
    ? within(`${key}: ""`, 1)
    : bare(`${key}: `);
}

const bare = (text: string): { text: string; caret: number } => ({ text, caret: text.length });
const within = (text: string, fromEnd: number): { text: string; caret: number } => ({
  text,
  caret: text.length - fromEnd,
});

function valuesFor(place: Place, options: Schema[], format: Format, schemas: ConfigSchemas): Suggestion[] {
  const { path } = place;
  const isMiddleware = path.at(-1) === 'name' && path.at(-3) === 'middlewares';
  if (isMiddleware && place.kind === 'value') {
    return Object.entries(schemas.middlewares).map(([name, schema]) =>
      valueOf(name, (schema as Schema).description ?? '', format),
    );
  }
  const standard = options.find((option) => option.default !== undefined)?.default;
  return valuesOf(options).map((value) =>
    valueOf(value, value === standard ? 'What holds unless given.' : (options[0]?.description ?? ''), format),
  );
}

/** Words that older YAML readers take for true and false stay in quotes. */
const AMBIGUOUS = /^(on|off|yes|no|y|n)$/i;

function valueOf(value: unknown, docs: string, format: Format): Suggestion {
  const label = String(value);
  const isText = typeof value === 'string';
  const insert = isText && (format === 'json' || AMBIGUOUS.test(label)) ? JSON.stringify(label) : label;
  return { label, kind: 'value', detail: '', docs, insert, caret: insert.length, more: false };
}

const quote = (key: string, format: Format): string => (format === 'json' ? JSON.stringify(key) : key);

export function withDefault(docs: string, options: readonly Schema[]): string {
  const standard = options.find((option) => option.default !== undefined)?.default;
  if (standard === undefined || typeof standard === 'object') return docs;
  return `${docs}${docs === '' ? '' : ' '}Default: ${String(standard)}.`;
}
