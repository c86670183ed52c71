/** What zod found, in plain words; an unknown key is a warning, anything else an error. */
import type { z } from 'zod';
import { problem, warning } from '../../../shared/problem.ts';
import type { ConfigPath, Problem } from '../../../shared/problem.ts';
import { nearest } from '../../../shared/nearest.ts';
import { valueAt } from '../../../shared/value-at.ts';
import { keysAt } from './schema-keys.ts';

type Issue = z.core.$ZodIssue;

export interface ZodFindings {
  /** With paths from the root of the config; unknown keys are the warnings. */
  problems: Problem[];
  /** From the parsed value, to be taken out. */
  unknownKeys: ConfigPath[];
  /** From the parsed value: where the errors are. */
  wrong: ConfigPath[];
}

/** `value` is what was parsed, `prefix` where it stands in the config. */
export function problemsFromZod(
  error: z.core.$ZodError,
  schema: z.core.$ZodType,
  value: unknown,
  prefix: ConfigPath = [],
): ZodFindings {
  const findings: ZodFindings = { problems: [], unknownKeys: [], wrong: [] };
  const add = (issue: Issue, base: ConfigPath): void => {
    const path = [...base, ...issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))];
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) {
        findings.unknownKeys.push([...path, key]);
        findings.problems.push(unknownKey(key, keysAt(schema, path), [...prefix, ...path, key]));
      }
      return;
    }
    const branch = issue.code === 'invalid_union' ? likelyBranch(issue.errors) : undefined;
    if (branch) return branch.forEach((inner) => add(inner, path));
    findings.wrong.push(path);
    findings.problems.push(wrongValue(issue, valueAt(value, path), [...prefix, ...path]));
  };
  for (const issue of error.issues) add(issue, []);
  return findings;
}

function unknownKey(key: string, known: string[], path: ConfigPath): Problem {
  const near = nearest(key, known);
  const fix = near === undefined ? `Remove it; known here: ${known.join(', ')}.` : `Did you mean "${near}"?`;
  return warning('CONFIG_UNKNOWN_KEY', `The key "${key}" is not known here and has no effect.`, { path, fix });
}

/** The one whose outer type fits, so that its inner mistakes are worth telling. */
function likelyBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const fitting = branches.filter((issues) =>
    issues.every(
      (issue) =>
        issue.path.length > 0 ||
        (issue.code !== 'invalid_type' && issue.code !== 'invalid_value' && issue.code !== 'invalid_union'),
    ),
  );
  return fitting.length === 1 ? fitting[0] : undefined;
}

function wrongValue(issue: Issue, value: unknown, path: ConfigPath): Problem {
  const name = nameOf(path);
  const wanted = wantedBy(issue);
  if (value === undefined)
    return problem('CONFIG_MISSING_KEY', `${name} is missing.`, { path, fix: `Add it: ${wanted}.` });
  if (issue.code === 'invalid_value' && typeof value === 'string') {
    const near = nearest(
      value,
      issue.values.filter((item) => typeof item === 'string'),
    );
    const fix = near === undefined ? `Use ${wanted}.` : `Did you mean "${near}"?`;
    return problem('CONFIG_WRONG_VALUE', `${name} must be ${wanted}, not ${shown(value)}.`, { path, fix });
  }
  const isType = issue.code === 'invalid_type' || issue.code === 'invalid_union';
  const code = isType ? 'CONFIG_WRONG_TYPE' : 'CONFIG_WRONG_VALUE';
  const fix =
    isType && typeof value === 'string' && /number/.test(wanted) && !Number.isNaN(Number(value))
      ? 'Write it without quotes.'
      : `Give it ${wanted}.`;
  return problem(code, `${name} must be ${wanted}, not ${shown(value)}.`, { path, fix });
}

function nameOf(path: ConfigPath): string {
  const last = path[path.length - 1];
  if (last === undefined) return 'The config';
  if (typeof last === 'string') return `"${last}"`;
  const list = path[path.length - 2];
  return list === undefined ? `Item ${last + 1}` : `Item ${last + 1} of "${list}"`;
}

/** Bounded, so that a whole section is not quoted. */
const MAX_SHOWN = 60;

function shown(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map of keys';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

const TYPE_NAMES = new Map([
  ['string', 'text'],
  ['number', 'a number'],
  ['int', 'a whole number'],
  ['boolean', 'true or false'],
  ['array', 'a list'],
  ['object', 'a map of keys'],
  ['record', 'a map of keys'],
]);

/** A noun phrase: "a whole number from 1 to 65535". */
function wantedBy(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return TYPE_NAMES.get(issue.expected) ?? issue.expected;
    case 'invalid_value':
      return oneOf(issue.values.map((item) => String(item)));
    case 'too_small':
      return bound('least', issue.origin, Number(issue.minimum));
    case 'too_big':
      return bound('most', issue.origin, Number(issue.maximum));
    case 'invalid_format':
      return wantedFormat(issue);
    case 'invalid_union':
      return [...new Set(issue.errors.map((branch) => (branch[0] ? wantedBy(branch[0]) : 'a value')))].join(', or ');
    default:
      return issue.message;
  }
}

function oneOf(values: string[]): string {
  if (values.length < 2) return values[0] ?? 'a value';
  return `${values.slice(0, -1).join(', ')} or ${values[values.length - 1]!}`;
}

function bound(side: 'least' | 'most', origin: string, limit: number): string {
  if (origin === 'string')
    return limit === 1 && side === 'least' ? 'text that is not empty' : `text of at ${side} ${limit} characters`;
  if (origin === 'array' || origin === 'set') return `a list of at ${side} ${limit} ${limit === 1 ? 'item' : 'items'}`;
  return `a number of at ${side} ${limit}`;
}

/** The schema's own patterns carry a sentence such as "use a port, or off". */
function wantedFormat(issue: Extract<Issue, { code: 'invalid_format' }>): string {
  if ('prefix' in issue && typeof issue.prefix === 'string') return `text that starts with "${issue.prefix}"`;
  if (issue.message.startsWith('use ')) return issue.message.slice(4);
  return issue.format === 'email' ? 'an e-mail address' : `text in the form ${issue.format}`;
}
