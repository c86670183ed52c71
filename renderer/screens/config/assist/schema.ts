/** Looks things up in the JSON Schema of the config: what may stand at a path, and in words. */
import type { ConfigPath } from '../../../../shared/problem.ts';
import type { ConfigSchemas } from '../../../../shared/protocol.ts';

/** The keywords our schemas use. */
export interface Schema {
  type?: string;
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  $ref?: string;
  $defs?: Record<string, Schema>;
  pattern?: string;
  minimum?: number;
  maximum?: number;
}

/** Names of the old project. */
const ALIASES = new Map([['mogoly:ratelimiter', 'ratelimit']]);
/** A schema that refers to itself is followed this far. */
const DEPTH = 8;

/** Every schema that may describe the value at the path; `textAt` tells which middleware a `config` belongs to. */
export function schemasAt(
  { config, middlewares }: ConfigSchemas,
  path: ConfigPath,
  textAt: (path: ConfigPath) => string | undefined,
): Schema[] {
  let root = config as Schema;
  let options = expand(root, root);
  for (const [index, step] of path.entries()) {
    if (step === 'config' && path[index - 2] === 'middlewares') {
      const name = textAt([...path.slice(0, index), 'name']) ?? '';
      const found = Object.entries(middlewares).find(([known]) => known === (ALIASES.get(name) ?? name));
      if (!found) return [];
      root = found[1] as Schema;
      options = expand(root, root);
    } else options = options.flatMap((option) => below(option, step)).flatMap((next) => expand(next, root));
  }
  return options;
}

function below(schema: Schema, step: string | number): Schema[] {
  if (typeof step === 'number') return schema.items ? [schema.items] : [];
  const own = schema.properties && Object.hasOwn(schema.properties, step) ? schema.properties[step] : undefined;
  if (own) return [own];
  return typeof schema.additionalProperties === 'object' ? [schema.additionalProperties] : [];
}

/** Alternatives one by one; each keeps the docs of what it is an alternative of. */
function expand(schema: Schema, root: Schema, depth = 0): Schema[] {
  const { $ref, anyOf, oneOf, allOf, ...rest } = schema;
  if (depth > DEPTH) return [rest];
  const parts = anyOf ?? oneOf ?? allOf;
  if (parts) return parts.flatMap((part) => expand({ ...rest, ...part }, root, depth + 1));
  const target = $ref === undefined ? undefined : root.$defs?.[$ref.replace('#/$defs/', '')];
  return target ? expand({ ...target, ...rest }, root, depth + 1) : [rest];
}

/** Every key the schemas know, the first description of each; in the order of the schema. */
export function keysOf(options: readonly Schema[]): Map<string, Schema> {
  const keys = new Map<string, Schema>();
  for (const option of options) {
    for (const [key, schema] of Object.entries(option.properties ?? {})) if (!keys.has(key)) keys.set(key, schema);
  }
  return keys;
}

export const isRequired = (options: readonly Schema[], key: string): boolean =>
  options.some((option) => option.required?.includes(key));

/** The values that can be listed. */
export function valuesOf(options: readonly Schema[]): unknown[] {
  const values = options.flatMap((option) => {
    if (option.enum) return option.enum;
    if (option.const !== undefined) return [option.const];
    return option.type === 'boolean' ? [true, false] : [];
  });
  return [...new Set(values)];
}

/** `whole number 1–65535, "off" or text`. */
export function typeOf(options: readonly Schema[]): string {
  const words = [...new Set(options.map(word).filter((text) => text !== ''))];
  const last = words.pop() ?? '';
  return words.length === 0 ? last : `${words.join(', ')} or ${last}`;
}

function word(schema: Schema): string {
  if (schema.enum) return schema.enum.map(String).join(' | ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  switch (schema.type) {
    case 'boolean':
      return 'true | false';
    case 'integer':
      return `whole number${rangeOf(schema)}`;
    case 'number':
      return `number${rangeOf(schema)}`;
    case 'string':
      return schema.pattern?.includes('(ms|s|m|h)') ? 'duration as in 30s' : 'text';
    case 'array':
      return 'list';
    case 'object':
      return 'keys';
    default:
      return '';
  }
}

function rangeOf({ minimum, maximum }: Schema): string {
  const bounded = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER;
  if (minimum !== undefined && bounded) return ` ${minimum}–${maximum}`;
  return minimum !== undefined && minimum > 0 ? ` from ${minimum}` : '';
}
