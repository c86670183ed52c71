/** Checks the config of one middleware against its schema, and turns what is wrong into problems. */
import { z } from 'zod';
import { failure, problem, success, warning } from '../../../shared/problem.ts';
import type { ConfigPath, Problem, Result } from '../../../shared/problem.ts';
import { nearest } from '../../../shared/nearest.ts';
import { valueAt } from '../../../shared/value-at.ts';
import { nameOf, ownWords, wrongValue } from '../../../shared/wrong-value.ts';

type Issue = z.core.$ZodIssue;

/**
 * Parses `config`. Problems have the code MIDDLEWARE_CONFIG and paths inside that config; an unknown key is a warning
 * and is left out. No config at all counts as an empty one.
 */
export function parseConfig(name: string, schema: z.ZodType, config: unknown): Result<unknown> {
  let written: unknown = config ?? {};
  const warnings: Problem[] = [];
  // Each round takes out the unknown keys that hid others; a config has a handful of levels.
  for (let round = 0; round < 8; round++) {
    const parsed = schema.safeParse(written);
    if (parsed.success) return success(parsed.data, warnings);
    const unknown = parsed.error.issues.filter((issue) => issue.code === 'unrecognized_keys');
    const wrong = parsed.error.issues.filter((issue) => issue.code !== 'unrecognized_keys');
    for (const issue of unknown) {
      for (const key of issue.keys) {
        const path = [...toPath(issue), key];
        warnings.push(describeUnknownKey(name, schema, path));
        written = omit(written, path);
      }
    }
    if (unknown.length === 0) return failure(...warnings, ...wrong.map((issue) => describeIssue(name, written, issue)));
  }
  return failure(
    ...warnings,
    problem('MIDDLEWARE_CONFIG', `The config of ${name} is not understood.`, { path: [], fix: SEE_KEYS }),
  );
}

const SEE_KEYS = 'Correct it; the Config screen and `mogoly schema` tell what each key takes.';

function describeIssue(name: string, written: unknown, issue: Issue): Problem {
  const path = toPath(issue);
  const subject = path.length === 0 ? `The config of ${name}` : `${nameOf(path, '')} in ${name}`;
  const { message, fix } = ownVerdict(deepest(issue), subject) ?? wrongValue(issue, valueAt(written, path), subject);
  return problem('MIDDLEWARE_CONFIG', message, { path, fix });
}

/** A rule of the schema itself says "is not a header name: use letters", or carries the remedy in `params`. */
function ownVerdict(issue: Issue, subject: string): { message: string; fix: string } | undefined {
  if (issue.code !== 'custom' || ownWords(issue.message) !== undefined) return undefined;
  const [verdict = '', ...remedy] = lowerFirst(issue.message).split(': ');
  const given: unknown = issue.params?.['fix'];
  const fix = typeof given === 'string' ? given : remedy.length > 0 ? `${upperFirst(remedy.join(': '))}.` : SEE_KEYS;
  return { message: `${subject} ${verdict}.`, fix };
}

/** A key of a record wraps what is wrong with it. */
function deepest(issue: Issue): Issue {
  const inner = issue.code === 'invalid_key' ? (issue.issues[0] as Issue | undefined) : undefined;
  return inner ?? issue;
}

function describeUnknownKey(name: string, schema: z.ZodType, path: ConfigPath): Problem {
  const key = String(path.at(-1));
  const known = knownKeys(schema, path.slice(0, -1));
  const match = nearest(key, known);
  const fix = match === undefined ? `Remove it; known here: ${known.join(', ')}.` : `Did you mean "${match}"?`;
  return warning('MIDDLEWARE_CONFIG', `The key "${key}" is not known in ${name} and has no effect.`, {
    path,
    ...(known.length > 0 ? { fix } : {}),
  });
}

interface JsonSchema {
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
}

function knownKeys(schema: z.ZodType, path: ConfigPath): string[] {
  let node: JsonSchema | undefined = describeSchema(schema) as JsonSchema;
  for (const step of path) node = typeof step === 'number' ? node?.items : node?.properties?.[step];
  return Object.keys(node?.properties ?? {});
}

/** JSON Schema of what a person writes; `{}` for a foreign schema that cannot be described. */
export function describeSchema(schema: z.ZodType): Record<string, unknown> {
  try {
    return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Record<string, unknown>;
  } catch {
    return {}; // Made by another version of zod.
  }
}

function omit(value: unknown, path: ConfigPath): unknown {
  const [step, ...rest] = path;
  if (typeof value !== 'object' || value === null || step === undefined) return value;
  if (Array.isArray(value)) return value.map((item: unknown, index) => (index === step ? omit(item, rest) : item));
  const entries = Object.entries(value).filter(([key]) => rest.length > 0 || key !== step);
  return Object.fromEntries(entries.map(([key, item]) => [key, key === step ? omit(item, rest) : item]));
}

const toPath = (issue: Issue): (string | number)[] =>
  issue.path.map((step) => (typeof step === 'number' ? step : String(step)));

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
const upperFirst = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
