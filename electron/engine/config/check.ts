/** Config text to a checked config: every problem at once, each with its place in the file. */
import { access } from 'node:fs/promises';
import { dirname, isAbsolute, resolve } from 'node:path';
import { configSchema, siteSchema } from '../../../shared/config.ts';
import type { Config, SiteConfig } from '../../../shared/config.ts';
import { failure, problem, success } from '../../../shared/problem.ts';
import type { ConfigPath, Problem, Result } from '../../../shared/problem.ts';
import { createTurns, runInTurns } from '../turns.ts';
import { checkPart } from './check-part.ts';
import { checkTop, createUniqueness } from './config-rules.ts';
import { parseInTurns } from './parse.ts';
import type { ConfigFormat } from './parse.ts';
import type { ParsedText } from './places.ts';
import { createKnownSites } from './known-sites.ts';
import type { CheckedSite, KnownSites, SitesOfCheck } from './known-sites.ts';
import { fromLegacy, isPlain, writtenPath } from './legacy.ts';
import type { Plain } from './legacy.ts';
import { checkSite, middlewaresOf } from './site-rules.ts';
import { fillVariables } from './variables.ts';

export interface CheckOptions {
  /** Named in places. */
  file?: string;
  /** Relative certificate paths start here; the folder of `file` unless given. */
  folder?: string;
  env: Record<string, string | undefined>;
  /**
   * Problems of one middleware entry, none for a good one. Their paths start at the entry, as in `['name']` or
   * `['config', 'limit_window']`; one without a path is about the name.
   */
  checkMiddleware: (name: string, config: unknown) => Problem[] | Promise<Problem[]>;
  /** Of earlier checks; every site is looked at where there is none. */
  known?: KnownSites;
}

export interface CheckedConfig {
  config: Config;
  /** As written: no defaults, no variables filled in, old spellings kept. */
  raw: unknown;
}

/** More than anybody reads; the rest is counted in one last problem. */
const MAX_PROBLEMS = 500;

export async function checkConfig(
  text: string,
  format: ConfigFormat,
  options: CheckOptions,
): Promise<Result<CheckedConfig>> {
  const known = options.known ?? createKnownSites();
  const parsed = await parseInTurns(text, format, options.file, known.parse);
  if (!parsed.ok) return parsed;
  const raw = parsed.value.value;
  const turns = createTurns();
  const sites = known.begin();
  const legacy = await runInTurns(fromLegacy(withoutExtensions(raw), options.env, sites.isUntouched));
  const filled = await runInTurns(fillVariables(legacy.value, options.env, sites.isUntouched));
  const where = (path: ConfigPath): Problem['at'] => parsed.value.locate(writtenPath(legacy.renamed, path));
  const rawSites = legacy.areSitesAlone && isPlain(raw) ? raw['server'] : undefined;
  const rawSite = (index: number): unknown => (Array.isArray(rawSites) ? rawSites[index] : undefined);
  if (turns.isOver()) await turns.next();
  const checked = await checkValue(filled.value, options, where, sites, rawSite);
  const found: Problem[] = [];
  const isUnfilled = new Set(filled.problems.map(({ path }) => JSON.stringify(path)));
  // What is wrong with a text whose variables could not be filled in follows from that.
  const others = checked.problems.filter(({ path }) => !isUnfilled.has(JSON.stringify(path)));
  for (const item of [...legacy.problems, ...filled.problems, ...others]) {
    found.push({ ...item, ...(item.path ? written(item, item.path, legacy.renamed, parsed.value) : {}) });
    if (turns.isOver()) await turns.next();
  }
  const problems = [...parsed.warnings, ...tidy(found)];
  const isGood = problems.every((item) => item.severity === 'warning');
  if (!isGood || !checked.config) return failure(...problems);
  return success({ config: checked.config, raw }, problems);
}

/** Top-level `x-…` keys hold anchors and notes of the author, as in a compose file; they mean nothing to us. */
function withoutExtensions(raw: unknown): unknown {
  const isOwn = (key: string): boolean => !key.startsWith('x-');
  if (!isPlain(raw) || Object.keys(raw).every(isOwn)) return raw;
  return Object.fromEntries(Object.entries(raw).filter(([key]) => isOwn(key)));
}

/** Path and place as in the file; what is missing is placed at what should hold it. */
function written(
  item: Problem,
  path: ConfigPath,
  renamed: Map<string, ConfigPath>,
  parsed: ParsedText,
): Partial<Problem> {
  const original = writtenPath(renamed, path);
  const isKey =
    item.code === 'CONFIG_UNKNOWN_KEY' || item.code === 'CONFIG_UNUSED_KEY' || item.code === 'CONFIG_KEY_TWICE';
  const at = isKey ? parsed.locateKey(original) : parsed.locate(original);
  return { path: original, message: inOldWords(item, original), ...(at ? { at } : {}) };
}

/** An old spelling is called what the file calls it. */
function inOldWords({ message, path = [] }: Problem, original: ConfigPath): string {
  const key = path[path.length - 1];
  const old = original[original.length - 1];
  return typeof key === 'string' && typeof old === 'string' && message.startsWith(`"${key}"`)
    ? `"${old}"${message.slice(key.length + 2)}`
    : message;
}

/** Each once, in the order of the file, and not more than a reader bears. */
function tidy(problems: Problem[]): Problem[] {
  const once = new Map(
    problems.map((item) => [`${item.code} ${item.at?.line ?? ''}:${item.at?.column ?? ''} ${item.message}`, item]),
  );
  const sorted = [...once.values()].sort(
    (one, two) => (one.at?.line ?? 0) - (two.at?.line ?? 0) || (one.at?.column ?? 0) - (two.at?.column ?? 0),
  );
  if (sorted.length <= MAX_PROBLEMS) return sorted;
  const errorsFirst = [
    ...sorted.filter((item) => item.severity === 'error'),
    ...sorted.filter((item) => item.severity === 'warning'),
  ];
  const left = sorted.length - MAX_PROBLEMS;
  const { severity } = errorsFirst[MAX_PROBLEMS]!;
  return [
    ...errorsFirst.slice(0, MAX_PROBLEMS),
    { ...problem('CONFIG_MORE_PROBLEMS', `There are ${left} more problems.`, { fix: 'Mend these first.' }), severity },
  ];
}

async function checkValue(
  input: unknown,
  options: CheckOptions,
  where: (path: ConfigPath) => Problem['at'],
  known: SitesOfCheck,
  rawSite: (index: number) => unknown,
): Promise<{ config: Config | undefined; problems: Problem[] }> {
  const value = isPlain(input) ? withoutEmpty(input) : input;
  const sites = isPlain(value) && Array.isArray(value['server']) ? (value['server'] as unknown[]) : undefined;
  const top = checkPart(configSchema, sites ? { ...(value as Plain), server: [] } : value, []);
  const problems = [...top.problems, ...(top.data ? top.placed(checkTop(top.data)) : [])];
  const uniqueness = createUniqueness((path) => `on line ${where(path)?.line ?? 1}`);
  const files = new FileChecks(options);
  const checked: SiteConfig[] = [];
  const turns = createTurns();
  for (let index = 0; index < (sites?.length ?? 0); index++) {
    const site = sites![index];
    const path: ConfigPath = ['server', index];
    const found = known.find(site) ?? (await checkOneSite(site, path, options, files));
    for (const item of found.problems) problems.push(item);
    if (found.data !== undefined) {
      if (found.problems.length === 0 && !asksOthers(found.data)) known.keep(site, found.data, rawSite(index));
      checked.push(found.data);
      for (const item of uniqueness(found.data, path)) problems.push(item);
    }
    if (turns.isOver()) await turns.next();
  }
  known.end();
  return { config: top.data && { ...top.data, server: sites ? checked : top.data.server }, problems };
}

/** By itself, without the others. */
async function checkOneSite(
  site: unknown,
  path: ConfigPath,
  options: CheckOptions,
  files: FileChecks,
): Promise<CheckedSite> {
  const { data, isPartial, problems, placed } = checkPart(siteSchema, site, path);
  if (data === undefined) return { data, problems };
  const found = checkSite(data, path, isPartial);
  if (data.middlewares || data.routes) found.push(...(await checkMiddlewares(data, path, options)));
  if (typeof data.tls === 'object') found.push(...(await files.check(data.tls, [...path, 'tls'])));
  return { data, problems: [...problems, ...placed(found)] };
}

/** Files and modules may have changed though the site did not. */
const asksOthers = ({ middlewares, routes, tls }: SiteConfig): boolean =>
  middlewares !== undefined || routes !== undefined || typeof tls === 'object';

/** `server:` with nothing under it is an empty section. */
function withoutEmpty(value: Plain): Plain {
  return Object.values(value).includes(null)
    ? Object.fromEntries(Object.entries(value).filter(([, part]) => part !== null))
    : value;
}

async function checkMiddlewares(site: SiteConfig, path: ConfigPath, options: CheckOptions): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const { entry, path: at } of middlewaresOf(site, path)) {
    const found = await options.checkMiddleware(entry.name, entry.config);
    problems.push(...found.map((item) => ({ ...item, path: [...at, ...placeInEntry(item)] })));
  }
  return problems;
}

/** What is wrong with the config stands under that key; anything else is about the name. */
const placeInEntry = ({ code, path = [] }: Problem): ConfigPath =>
  code === 'MIDDLEWARE_CONFIG' ? ['config', ...path] : ['name'];

/** Whether certificate files are there; each is looked for once. */
class FileChecks {
  readonly #folder: string | undefined;
  readonly #known = new Map<string, boolean>();

  constructor(options: CheckOptions) {
    this.#folder = options.folder ?? (options.file === undefined ? undefined : dirname(options.file));
  }

  async check(tls: { cert: string; key: string }, path: ConfigPath): Promise<Problem[]> {
    const problems: Problem[] = [];
    for (const name of ['cert', 'key'] as const) {
      if (await this.#isThere(tls[name])) continue;
      problems.push(
        problem('CONFIG_TLS_FILE', `The file "${tls[name]}" cannot be read.`, {
          path: [...path, name],
          fix: 'Name a PEM file that is there; a relative path starts at the folder of the config.',
        }),
      );
    }
    return problems;
  }

  async #isThere(file: string): Promise<boolean> {
    if (!isAbsolute(file) && this.#folder === undefined) return true; // nothing to be relative to
    const path = resolve(this.#folder ?? '/', file);
    const known = this.#known.get(path);
    if (known !== undefined) return known;
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    this.#known.set(path, isThere);
    return isThere;
  }
}
