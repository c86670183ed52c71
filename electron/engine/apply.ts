/** The transaction that puts a config into force: check, compile, bind, save, swap; each step leaves its undo. */
import type { Config } from '../../shared/config.ts';
import { ProblemError, failure, success, type Problem, type Result } from '../../shared/problem.ts';
import type { Applied } from '../../shared/protocol.ts';
import type { ListenerState } from '../../shared/state.ts';
import { bind, releaseBinding, type BindingRooms, type Listener } from './binding.ts';
import { compile, listMiddlewares, type CompileDeps, type ListedMiddleware } from './compile.ts';
import type { DnsNames } from './dns/dns.ts';
import type { Generation, Middleware } from './generation.ts';
import { createUndoStack, type UndoStack } from './undo.ts';

export type Format = 'yaml' | 'json';

/** What is in force. */
export interface Running {
  generation: Generation;
  config: Config;
  text: string;
  listeners: Listener[];
  missing: ListenerState[];
  middlewares: Map<string, Middleware>;
  /** That the DNS answers. */
  names: DnsNames;
}

export interface Candidate {
  text: string;
  format: Format;
  source: string;
  /** Write it to the config file. */
  save: boolean;
  /** A text that is the newest revision already keeps its number. */
  keepRevision?: number | undefined;
}

/** In use until the swap, by nobody new after it. */
export interface Obsolete {
  listeners: readonly Listener[];
  middlewares: readonly Middleware[];
}

export interface ApplyRooms extends BindingRooms {
  check: (text: string, format: Format) => Promise<Result<{ config: Config }>>;
  createMiddleware: (entry: ListedMiddleware) => Promise<Middleware>;
  /** The config with the sites that are not written in it. */
  extend: (config: Config) => Config;
  compileDeps: () => Omit<CompileDeps, 'revision' | 'middlewareFor' | 'former'>;
  /** Those of the sites and services. */
  compileNames: (next: Omit<Running, 'names'>) => Promise<DnsNames>;
  /** Writes the file; gives what puts the old one back. */
  save: (text: string) => Promise<Result<() => Promise<void>>>;
  /** Its number. */
  addRevision: (candidate: Candidate, before: Config | undefined, after: Config) => Promise<Result<number>>;
  /** Synchronous, cannot fail: from here on requests see the next generation. Drains what it needs no more. */
  swap: (next: Running, obsolete: Obsolete) => void;
}

/** Nothing before the swap is seen by a request; nothing after it can fail. */
export async function applyCandidate(
  candidate: Candidate,
  running: Running | undefined,
  serving: boolean,
  rooms: ApplyRooms,
): Promise<Result<Applied>> {
  const checked = await rooms.check(candidate.text, candidate.format);
  if (!checked.ok) return checked;
  const undo = createUndoStack();
  try {
    const prepared = await prepare(candidate, checked.value.config, running, serving, rooms, undo);
    if (!prepared.ok) {
      await undo.run();
      return prepared;
    }
    const { next, obsolete } = prepared.value;
    rooms.swap(next, { listeners: obsolete, middlewares: unusedMiddlewares(running, next) });
    return success({ revision: next.generation.revision, warnings: checked.warnings }, checked.warnings);
  } catch (error) {
    await undo.run();
    if (error instanceof ProblemError) return failure(...error.problems);
    throw error;
  }
}

async function prepare(
  candidate: Candidate,
  config: Config,
  running: Running | undefined,
  serving: boolean,
  rooms: ApplyRooms,
  undo: UndoStack,
): Promise<Result<{ next: Running; obsolete: Listener[] }>> {
  const middlewares = await makeMiddlewares(config, running, rooms, undo);
  const generation = await compile(rooms.extend(config), {
    ...rooms.compileDeps(),
    revision: candidate.keepRevision ?? 0,
    former: running,
    middlewareFor: (key) => middlewares.get(key)!,
  });
  const next: Omit<Running, 'names'> = {
    generation,
    config,
    text: candidate.text,
    listeners: [],
    missing: [],
    middlewares,
  };
  let obsolete: Listener[] = [];
  if (serving) {
    const bound = await bind(config.listen, running?.listeners ?? [], rooms);
    if (!bound.ok) return bound;
    undo.push(() => releaseBinding(bound.value, running?.listeners ?? [], rooms));
    next.listeners = bound.value.listeners;
    next.missing = bound.value.missing;
    obsolete = bound.value.obsolete;
  }
  const names = await rooms.compileNames(next);
  if (candidate.save) {
    const saved = await rooms.save(candidate.text);
    if (!saved.ok) return saved;
    undo.push(saved.value);
  }
  if (candidate.keepRevision === undefined) {
    const added = await rooms.addRevision(candidate, running?.config, config);
    if (!added.ok) return added;
    next.generation = { ...generation, revision: added.value };
  }
  return success({ next: { ...next, names }, obsolete });
}

/** Those whose entry did not change go on with what they know. */
async function makeMiddlewares(
  config: Config,
  running: Running | undefined,
  rooms: ApplyRooms,
  undo: UndoStack,
): Promise<Map<string, Middleware>> {
  const made = new Map<string, Middleware>();
  const problems: Problem[] = [];
  for (const entry of listMiddlewares(config)) {
    const { key, path } = entry;
    const kept = running?.middlewares.get(key);
    if (kept !== undefined) {
      made.set(key, kept);
      continue;
    }
    try {
      const middleware = await rooms.createMiddleware(entry);
      made.set(key, middleware);
      undo.push(() => middleware.close?.());
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      problems.push(...error.problems.map((item) => ({ ...item, path })));
    }
  }
  if (problems.length > 0) throw new ProblemError(problems);
  return made;
}

function unusedMiddlewares(running: Running | undefined, next: Running): Middleware[] {
  const kept = new Set(next.middlewares.values());
  return [...(running?.middlewares.values() ?? [])].filter((middleware) => !kept.has(middleware));
}
