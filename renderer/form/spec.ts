/** From a JSON Schema to the fields of a form: what each holds, its bounds, its default and its help. */
import { labelOf } from './words.ts';

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** What we read of a JSON Schema (draft 2020-12). */
export interface Schema {
  type?: string;
  const?: Json;
  enum?: Json[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: Schema | boolean;
  $ref?: string;
  $defs?: Record<string, Schema>;
  title?: string;
  description?: string;
  default?: Json;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  minItems?: number;
  pattern?: string;
}

export type FieldSpec =
  /** `numeric`: text that reads as a number is written as one. */
  | { kind: 'text'; pattern?: string; numeric: boolean }
  | { kind: 'number'; whole: boolean; min?: number; max?: number }
  | { kind: 'duration' }
  | { kind: 'check' }
  | { kind: 'choice'; options: (string | number)[] }
  /** A list of texts; `options` where only these may stand in it. */
  | { kind: 'words'; options?: string[]; numeric: boolean; pattern?: string }
  | { kind: 'record' }
  | { kind: 'group'; fields: FieldOf[] }
  | { kind: 'list'; item: () => FieldSpec }
  | { kind: 'variants'; variants: Variant[] }
  /** Anything else: JSON as text. */
  | { kind: 'json' };

/** A field of a group. */
export interface FieldOf {
  key: string;
  label: string;
  /** As it stands in the file, where the label says it in other words. */
  written?: string | undefined;
  help: string | undefined;
  required: boolean;
  /** Shown while nothing is written. */
  byDefault: Json | undefined;
  spec: FieldSpec;
}

/** One of several shapes of a value: a fixed value, or one with fields of its own. */
export interface Variant {
  label: string;
  /** Of a fixed value. */
  is?: string | number;
  spec?: FieldSpec;
  /** A key of an object with a fixed value, by which it is told from the others. */
  tag?: { key: string; value: string | number };
}

/** Larger than any number a person means; zod writes it where there is no bound. */
const NO_BOUND = Number.MAX_SAFE_INTEGER;
/** In the pattern of every duration, and of nothing else. */
const DURATION_PATTERN = '(ms|s|m|h)';

export function specOf(schema: Schema, root: Schema = schema): FieldSpec {
  const target = resolve(schema, root);
  const parts = target.anyOf ?? target.oneOf;
  if (parts)
    return unionOf(
      parts.map((part) => resolve(part, root)),
      root,
    );
  if (target.enum) return { kind: 'choice', options: target.enum.filter(isWord) };
  if (isWord(target.const)) return { kind: 'choice', options: [target.const] };
  switch (target.type) {
    case 'string':
      return { kind: 'text', numeric: false, ...(target.pattern === undefined ? {} : { pattern: target.pattern }) };
    case 'number':
    case 'integer':
      return numberOf(target);
    case 'boolean':
      return { kind: 'check' };
    case 'array':
      return listOf(target, root);
    case 'object':
      return objectOf(target, root);
    default:
      return { kind: 'json' };
  }
}

/** The fields of an object, in the order of its schema. */
export function fieldsOf(schema: Schema, root: Schema = schema): FieldOf[] {
  const target = resolve(schema, root);
  return Object.entries(target.properties ?? {}).map(([key, part]) => {
    const inner = resolve(part, root);
    return {
      key,
      ...namesOf(key, part.title ?? inner.title),
      help: part.description ?? inner.description,
      required: target.required?.includes(key) ?? false,
      byDefault: part.default ?? inner.default,
      spec: specOf(part, root),
    };
  });
}

/** A title of the schema's own goes before what the key itself reads. */
function namesOf(key: string, title: string | undefined): Pick<FieldOf, 'label' | 'written'> {
  const plain = labelOf(key);
  return title === undefined || title === plain ? { label: plain } : { label: title, written: key };
}

/** A reference names a definition of the root, or the root itself. */
function resolve(schema: Schema, root: Schema): Schema {
  if (schema.$ref === undefined) return schema;
  const name = /^#\/\$defs\/(.+)$/.exec(schema.$ref)?.[1];
  const found = name === undefined ? root : root.$defs?.[name];
  return found && found.$ref === undefined ? { ...found, ...withoutRef(schema) } : {};
}

function withoutRef({ $ref: _ref, ...rest }: Schema): Schema {
  return rest;
}

const isWord = (value: Json | undefined): value is string | number =>
  typeof value === 'string' || typeof value === 'number';

function numberOf({ type, minimum, maximum }: Schema): FieldSpec {
  return {
    kind: 'number',
    whole: type === 'integer',
    ...(minimum === undefined || minimum <= -NO_BOUND ? {} : { min: minimum }),
    ...(maximum === undefined || maximum >= NO_BOUND ? {} : { max: maximum }),
  };
}

function listOf({ items = {} }: Schema, root: Schema): FieldSpec {
  const item = resolve(items, root);
  if (item.type === 'string' && item.enum)
    return { kind: 'words', numeric: false, options: item.enum.filter((each) => typeof each === 'string') };
  if (item.type === 'string')
    return { kind: 'words', numeric: false, ...(item.pattern === undefined ? {} : { pattern: item.pattern }) };
  if (item.anyOf?.every(({ type }) => type === 'string' || type === 'number' || type === 'integer'))
    return { kind: 'words', numeric: true };
  return { kind: 'list', item: () => specOf(item, root) };
}

function objectOf(schema: Schema, root: Schema): FieldSpec {
  if (schema.properties) return { kind: 'group', fields: fieldsOf(schema, root) };
  const { additionalProperties: value } = schema;
  return typeof value === 'object' && value.type === 'string' ? { kind: 'record' } : { kind: 'json' };
}

function unionOf(parts: Schema[], root: Schema): FieldSpec {
  if (parts.some(({ type }) => type === 'number') && parts.some(({ pattern }) => pattern?.includes(DURATION_PATTERN)))
    return { kind: 'duration' };
  if (parts.every(isFixed)) return { kind: 'choice', options: parts.flatMap(wordsOf) };
  if (parts.every((part) => isFixed(part) || isSimple(part)))
    return { kind: 'text', numeric: parts.some(({ type }) => type === 'number' || type === 'integer') };
  return { kind: 'variants', variants: parts.flatMap((part) => variantsOf(part, root)) };
}

const isFixed = (part: Schema): boolean => part.enum !== undefined || part.const !== undefined;
const isSimple = ({ type }: Schema): boolean => type === 'string' || type === 'number' || type === 'integer';
const wordsOf = (part: Schema): (string | number)[] => [part.const, ...(part.enum ?? [])].filter(isWord);

function variantsOf(part: Schema, root: Schema): Variant[] {
  if (isFixed(part)) return wordsOf(part).map((is) => ({ label: String(is), is }));
  const spec = specOf(part, root);
  const tagged = Object.entries(part.properties ?? {}).find(([, inner]) => isWord(inner.const));
  if (!tagged || spec.kind !== 'group') return [{ label: VARIANT_WORDS[spec.kind] ?? 'other', spec }];
  const [key, { const: value }] = tagged as [string, { const: string | number }];
  const fields = spec.fields.filter((field) => field.key !== key);
  return [{ label: String(value), tag: { key, value }, spec: { kind: 'group', fields } }];
}

const VARIANT_WORDS: Partial<Record<FieldSpec['kind'], string>> = {
  group: 'in detail',
  words: 'a list',
  text: 'another',
};
