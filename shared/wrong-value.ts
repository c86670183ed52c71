/** What zod found wrong with one value, in plain words: what must be there, and what mends it. */
import type { z } from 'zod';
import { nearest } from './nearest.ts';
import type { ConfigPath } from './problem.ts';

type Issue = z.core.$ZodIssue;

export interface WrongValue {
  kind: 'missing' | 'type' | 'value';
  /** One sentence. */
  message: string;
  fix: string;
}

/** `name` is the subject of the sentence, as `nameOf` gives it. */
export function wrongValue(issue: Issue, value: unknown, name: string): WrongValue {
  const wanted = wantedBy(issue);
  if (value === undefined) return { kind: 'missing', message: `${name} is missing.`, fix: `Add it: ${wanted}.` };
  const message = `${name} must be ${wanted}, not ${shown(value)}.`;
  const choices = choicesOf(issue);
  if (choices && typeof value === 'string') {
    const near = nearest(value, choices);
    return { kind: 'value', message, fix: near === undefined ? `Use ${wanted}.` : `Did you mean "${near}"?` };
  }
  const isType = choices === undefined && (issue.code === 'invalid_type' || issue.code === 'invalid_union');
  const isQuoted =
    isType && typeof value === 'string' && /number/.test(wanted) && value !== '' && !Number.isNaN(Number(value));
  return {
    kind: isType ? 'type' : 'value',
    message,
    fix: isQuoted ? 'Write it without quotes.' : `Give it ${wanted}.`,
  };
}

/** `"port"`, or `Item 2 of "balance"`; `whole` where the path is empty. */
export function nameOf(path: ConfigPath, whole: string): string {
  const last = path[path.length - 1];
  if (last === undefined) return whole;
  if (typeof last === 'string') return `"${last}"`;
  const list = path[path.length - 2];
  return list === undefined ? `Item ${last + 1}` : `Item ${last + 1} of "${list}"`;
}

/** Bounded, so that a whole section is not quoted. */
const MAX_SHOWN = 60;

function shown(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
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
  const choices = choicesOf(issue);
  if (choices) return oneOf(choices);
  switch (issue.code) {
    case 'invalid_type':
      return TYPE_NAMES.get(issue.expected) ?? issue.expected;
    case 'too_small':
      return bound('least', issue.origin, Number(issue.minimum));
    case 'too_big':
      return bound('most', issue.origin, Number(issue.maximum));
    case 'invalid_format':
      return wantedFormat(issue);
    case 'invalid_union':
      return [...new Set(issue.errors.map((branch) => (branch[0] ? wantedBy(branch[0]) : 'a value')))].join(', or ');
    default:
      return ownWords(issue.message) ?? issue.message;
  }
}

/** Where only certain values are taken: these. */
function choicesOf(issue: Issue): string[] | undefined {
  if (issue.code === 'invalid_value') return issue.values.map(String);
  if (issue.code !== 'invalid_union') return undefined;
  // One that is told apart by a key says which values of that key there are.
  if (issue.errors.length === 0) return 'options' in issue ? (issue.options as unknown[]).map(String) : undefined;
  const choices = issue.errors.map((branch) => (branch[0] ? choicesOf(branch[0]) : undefined));
  return choices.every((values) => values !== undefined) ? choices.flat() : undefined;
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

function wantedFormat(issue: Extract<Issue, { code: 'invalid_format' }>): string {
  if ('prefix' in issue && typeof issue.prefix === 'string') return `text that starts with "${issue.prefix}"`;
  return (
    ownWords(issue.message) ?? (issue.format === 'email' ? 'an e-mail address' : `text in the form ${issue.format}`)
  );
}

/** A schema's own rules carry a sentence such as "use a port, or off". */
export const ownWords = (message: string): string | undefined =>
  message.startsWith('use ') ? message.slice(4) : undefined;
