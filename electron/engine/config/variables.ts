/** Fills in `${NAME}` and `${env:NAME}` in every string of a config; pure. */
import { nearest } from '../../../shared/nearest.ts';
import { problem } from '../../../shared/problem.ts';
import type { ConfigPath, Problem } from '../../../shared/problem.ts';
import { runAtOnce } from '../turns.ts';
import type { Steps } from '../turns.ts';
import { isPlain } from './legacy.ts';
import type { Plain } from './legacy.ts';

export interface Filled {
  value: unknown;
  problems: Problem[];
}

/** In characters; variables made of variables grow fast. */
const MAX_FILLED = 64 * 1024;

/** Keys whose text becomes a number where all of it is one variable: a variable itself is always text. */
const NUMBER_KEYS = new Set(
  'port weight max_connections healthy_after unhealthy_after max_fails ttl status http https dns request_per_minute max_age min_size'.split(
    ' ',
  ),
);
const BOOLEAN_KEYS = new Set(
  'backup disabled drain is_healthy enabled force_tls stream use_latest_version read_only'.split(' '),
);

/** `$${` stays `${`. */
const REFERENCE = /\$\$\{|\$\{([^}]*)(\}?)/g;

type Env = Record<string, string | undefined>;

/** Shares with the input what holds no variable; sites that are `done` hold none. */
export function* fillVariables(value: unknown, env: Env, isDone = (_site: unknown): boolean => false): Steps<Filled> {
  const problems: Problem[] = [];
  const table = new VariableTable(isPlain(value) ? value['variables'] : undefined, env, problems);
  const filled = isPlain(value) ? yield* fillTop(value, table, isDone) : value;
  return { value: filled, problems };
}

function* fillTop(value: Plain, table: VariableTable, isDone: (site: unknown) => boolean): Steps<Plain> {
  const copy: Plain = { ...value };
  for (const [key, part] of Object.entries(value)) {
    const filled: unknown =
      key === 'variables'
        ? table.section()
        : key === 'server' && Array.isArray(part)
          ? yield* fillItems(part, [key], table, isDone)
          : fillPart(part, [key], table);
    if (filled !== part) copy[key] = filled;
  }
  return copy;
}

export function holdsVariable(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('${');
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsVariable);
}

/** Names of the environment that a value refers to, also by way of `variables`. */
export function environmentOf(value: unknown, variables: unknown): Set<string> {
  const seen = new Set<string>();
  const found = new Set<string>();
  const visit = (part: unknown): void => {
    if (typeof part === 'object' && part !== null) return Object.values(part).forEach(visit);
    if (typeof part !== 'string') return;
    for (const [, name] of part.matchAll(REFERENCE)) {
      if (name === undefined || seen.has(name)) continue;
      seen.add(name);
      if (name.startsWith('env:')) found.add(name.slice(4));
      else if (isPlain(variables)) visit(variables[name]);
    }
  };
  visit(value);
  return found;
}

function fillPart(value: unknown, path: (string | number)[], table: VariableTable): unknown {
  if (typeof value === 'string') return value.includes('${') ? fillText(value, path, table) : value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return fillList(value, path, table);
  let copy: Plain | undefined;
  for (const key of Object.keys(value)) {
    const part = (value as Plain)[key];
    if (typeof part !== 'string' && typeof part !== 'object') continue;
    path.push(key);
    const filled = fillPart(part, path, table);
    path.pop();
    if (filled !== part) (copy ??= { ...(value as Plain) })[key] = filled;
  }
  return copy ?? value;
}

const fillList = (list: unknown[], path: (string | number)[], table: VariableTable): unknown[] =>
  runAtOnce(fillItems(list, path, table));

function* fillItems(
  list: unknown[],
  path: (string | number)[],
  table: VariableTable,
  isDone = (_item: unknown): boolean => false,
): Steps<unknown[]> {
  let copy: unknown[] | undefined;
  for (let index = 0; index < list.length; index++) {
    if (!isDone(list[index])) {
      path.push(index);
      const filled = fillPart(list[index], path, table);
      path.pop();
      if (filled !== list[index]) (copy ??= [...list])[index] = filled;
    }
    yield;
  }
  return copy ?? list;
}

function fillText(text: string, path: ConfigPath, table: VariableTable): unknown {
  const filled = table.expand(text, [...path], []);
  const isWhole = /^\$\{[^}]*\}$/.test(text);
  const key = path[path.length - 1];
  if (filled === undefined || !isWhole || typeof key !== 'string') return filled ?? text;
  if (NUMBER_KEYS.has(key) && /^-?\d+(\.\d+)?$/.test(filled)) return Number(filled);
  if (BOOLEAN_KEYS.has(key) && (filled === 'true' || filled === 'false')) return filled === 'true';
  return filled;
}

class VariableTable {
  readonly #raw = new Map<string, string>();
  readonly #done = new Map<string, string | undefined>();
  readonly #written: unknown;
  readonly #env: Env;
  readonly #problems: Problem[];

  constructor(written: unknown, env: Env, problems: Problem[]) {
    this.#written = written;
    this.#env = env;
    this.#problems = problems;
    if (!isPlain(written)) return;
    for (const [name, value] of Object.entries(written)) {
      if (typeof value === 'string') this.#raw.set(name, value);
      // A port is often written without its quotes.
      else if (typeof value === 'number' || typeof value === 'boolean') this.#raw.set(name, String(value));
    }
  }

  /** The section itself, filled in. */
  section(): unknown {
    if (!isPlain(this.#written)) return this.#written;
    const entries = Object.entries(this.#written).map(
      ([name, value]) => [name, this.#raw.has(name) ? (this.#lookUp(name, []) ?? '') : value] as const,
    );
    return Object.fromEntries(entries);
  }

  /** Undefined when a variable in it has none; the problem is told once, where it is used. */
  expand(text: string, path: ConfigPath, using: string[]): string | undefined {
    let isWhole = true;
    const filled = text.replace(REFERENCE, (match: string, name: string | undefined, close: string | undefined) => {
      if (name === undefined) return '${';
      const value = close === '' ? this.#unclosed(path) : this.#reference(name, path, using);
      if (value === undefined) isWhole = false;
      return value ?? match;
    });
    if (filled.length > MAX_FILLED) {
      this.#problems.push(
        problem(
          'CONFIG_VARIABLE_TOO_LONG',
          `The text with its variables filled in is longer than ${MAX_FILLED} characters.`,
          { path, fix: 'Shorten the variables.' },
        ),
      );
      return undefined;
    }
    return isWhole ? filled : undefined;
  }

  #unclosed(path: ConfigPath): undefined {
    this.#problems.push(
      problem('CONFIG_VARIABLE_SYNTAX', 'A "${" is not closed.', {
        path,
        fix: 'Close it with "}", or write "$${" for the two characters.',
      }),
    );
  }

  #reference(name: string, path: ConfigPath, using: string[]): string | undefined {
    if (name.startsWith('env:')) return this.#fromEnv(name.slice(4), path);
    if (this.#raw.has(name)) return this.#lookUp(name, using);
    const near = nearest(name, [...this.#raw.keys()]);
    const fix =
      near === undefined
        ? 'Add it to variables, or write ${env:NAME} for the environment.'
        : `Did you mean "\${${near}}"?`;
    this.#problems.push(problem('CONFIG_VARIABLE_UNKNOWN', `There is no variable "${name}".`, { path, fix }));
    return undefined;
  }

  #fromEnv(name: string, path: ConfigPath): string | undefined {
    const value = Object.hasOwn(this.#env, name) ? this.#env[name] : undefined;
    if (value !== undefined) return value;
    const near = nearest(name, Object.keys(this.#env));
    const fix =
      near === undefined
        ? 'Set it before Mogoly starts.'
        : `Set it before Mogoly starts. Did you mean "\${env:${near}}"?`;
    this.#problems.push(
      problem('CONFIG_VARIABLE_UNKNOWN', `The environment has no variable "${name}".`, { path, fix }),
    );
    return undefined;
  }

  #lookUp(name: string, using: string[]): string | undefined {
    if (this.#done.has(name)) return this.#done.get(name);
    const path: ConfigPath = ['variables', name];
    if (using.includes(name)) {
      const circle = [...using.slice(using.indexOf(name)), name].join(' → ');
      this.#problems.push(
        problem('CONFIG_VARIABLE_CYCLE', `The variables need one another: ${circle}.`, {
          path,
          fix: 'Give one of them a plain value.',
        }),
      );
      this.#done.set(name, undefined);
      return undefined;
    }
    const filled = this.expand(this.#raw.get(name)!, path, [...using, name]);
    if (!this.#done.has(name)) this.#done.set(name, filled);
    return this.#done.get(name);
  }
}
