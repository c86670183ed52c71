/** Keeps the config: the file, its history and what is in force; every change comes through its one mutex. */
import type { Config } from '../../shared/config.ts';
import { failure, problem, success, type Problem, type Result } from '../../shared/problem.ts';
import type { Applied, ConfigDocument, ConfigPreview, Edit } from '../../shared/protocol.ts';
import type { ListenerState } from '../../shared/state.ts';
import { applyCandidate, type ApplyRooms, type Candidate, type Format, type Obsolete, type Running } from './apply.ts';
import type { ChangeBase, WrittenConfig } from './changes.ts';
import { Draining } from './draining.ts';
import type { ChangeOptions } from './engine.ts';
import type { ListenAddress, Middleware } from './generation.ts';

/** Functions of the config room. */
export interface KeeperRooms extends Omit<ApplyRooms, 'swap'> {
  /** Synchronous, cannot fail: from here on requests see the next generation. */
  swap: (next: Running, unused: readonly Middleware[]) => void;
  readFile: () => Promise<Result<{ text: string; format: Format }>>;
  parse: (text: string, format: Format) => Promise<Result<{ value: unknown }>>;
  editText: (text: string, format: Format, edits: Edit[]) => Promise<Result<string>>;
  latestRevision: () => Promise<{ id: number; text: string; format: Format } | undefined>;
  readRevision: (id: number) => Promise<Result<{ id: number; text: string; format: Format }>>;
  applied: (revision: number, source: string, before: Config | undefined, after: Config) => void;
  refused: (problems: Problem[], source: string) => void;
  listenerOpened: (listener: ListenAddress) => void;
  listenerClosed: (listener: ListenAddress) => void;
  listenerFailed: (listener: ListenerState) => void;
}

export class Keeper {
  running: Running | undefined;
  serving = false;
  /** Of the file on disk or the last start, until they are mended. */
  problems: Problem[] = [];
  readonly #rooms: KeeperRooms;
  readonly #file: string;
  readonly #format: Format;
  readonly #draining = new Draining();
  /** Of the config in force. */
  #warnings: Problem[] = [];
  #tail: Promise<unknown> = Promise.resolve();

  constructor(file: string, format: Format, rooms: KeeperRooms) {
    this.#file = file;
    this.#format = format;
    this.#rooms = rooms;
  }

  /** One change at a time, in the order they came. */
  #alone<T>(act: () => Promise<T>): Promise<T> {
    const next = this.#tail.then(act, act);
    this.#tail = next.catch(() => undefined);
    return next;
  }

  /** Puts the file in force; where it is bad, the last good config serves and the problems stay on show. */
  load(isMissingFine: boolean): Promise<Result<Applied>> {
    return this.#alone(async () => {
      const known = await this.#rooms.latestRevision();
      const read = await this.#rooms.readFile();
      const isNew = !read.ok && isMissingFine && read.problems.some(({ code }) => code === 'CONFIG_MISSING');
      const file: Result<{ text: string }> = isNew ? success({ text: this.#format === 'json' ? '{}\n' : '' }) : read;
      const first = file.ok
        ? await this.#put({
            text: file.value.text,
            format: this.#format,
            source: 'file',
            save: false,
            keepRevision: isNew ? 0 : known?.text === file.value.text ? known.id : undefined,
          })
        : file;
      if (first.ok || known === undefined || (file.ok && file.value.text === known.text) || isListenProblem(first))
        return first;
      this.#rooms.refused(first.problems, 'file');
      const fallback = await this.#put({
        text: known.text,
        format: known.format,
        source: 'history',
        save: false,
        keepRevision: known.id,
      });
      if (!fallback.ok) return failure(...first.problems, ...fallback.problems);
      this.problems = first.problems;
      return success(fallback.value, first.problems);
    });
  }

  async #put(candidate: Candidate): Promise<Result<Applied>> {
    const before = this.running;
    const swap = (next: Running, obsolete: Obsolete): void => {
      this.running = next;
      this.#rooms.swap(next, obsolete.middlewares);
      for (const listener of obsolete.listeners) this.#draining.addListener(listener);
      for (const middleware of obsolete.middlewares) this.#draining.addMiddleware(middleware);
    };
    const result = await applyCandidate(candidate, before, this.serving, { ...this.#rooms, swap });
    if (result.ok && this.running !== undefined) {
      this.#warnings = this.problems = result.warnings;
      this.#tellListeners(before, this.running);
      this.#rooms.applied(result.value.revision, candidate.source, before?.config, this.running.config);
    }
    return result;
  }

  #tellListeners(before: Running | undefined, after: Running): void {
    const had = new Set(before?.listeners);
    const has = new Set(after.listeners);
    for (const listener of had) if (!has.has(listener)) this.#rooms.listenerClosed(listener);
    for (const listener of has) if (!had.has(listener)) this.#rooms.listenerOpened(listener);
    const failed = new Set(before?.missing.map(({ address, port }) => `${address} ${port}`));
    for (const state of after.missing)
      if (!failed.has(`${state.address} ${state.port}`)) this.#rooms.listenerFailed(state);
  }

  apply(text: string, options: ChangeOptions & { format?: Format | undefined } = {}): Promise<Result<Applied>> {
    return this.#alone(async () => {
      if (options.format !== undefined && options.format !== this.#format) {
        return failure(
          problem('CONFIG_FORMAT_MISMATCH', `${this.#file} is ${this.#format}, not ${options.format}.`, {
            fix: `Send ${this.#format}.`,
          }),
        );
      }
      return (
        this.#conflict(options) ??
        this.#put({ text, format: this.#format, source: options.source ?? 'library', save: true })
      );
    });
  }

  edit(edits: Edit[], options: ChangeOptions = {}): Promise<Result<Applied>> {
    return this.change(() => success(edits), options);
  }

  /** Warnings too; a conflict as for a change. */
  preview(edits: Edit[], options: ChangeOptions = {}): Promise<Result<ConfigPreview>> {
    return this.#alone(async () => {
      const before = this.running?.text ?? '';
      const conflict = this.#conflict(options);
      if (conflict !== undefined) return conflict;
      const edited = await this.#rooms.editText(before, this.#format, edits);
      if (!edited.ok) return edited;
      const checked = await this.#rooms.check(edited.value, this.#format);
      return success({ before, after: edited.value, problems: checked.ok ? checked.warnings : checked.problems });
    });
  }

  /** Edits are made against the text in force, under the mutex. */
  change(plan: (base: ChangeBase) => Result<Edit[]>, options: ChangeOptions = {}): Promise<Result<Applied>> {
    return this.#alone(async () => {
      const conflict = this.#conflict(options) ?? (await this.#changedOnDisk());
      if (conflict !== undefined) return conflict;
      const text = this.running?.text ?? '';
      const parsed = await this.#rooms.parse(text, this.#format);
      if (!parsed.ok) return parsed;
      const edits = plan({
        config: (parsed.value.value ?? {}) as WrittenConfig,
        backends: this.running?.generation.backends ?? [],
        labelled: labelledIn(this.running),
      });
      if (!edits.ok) return edits;
      if (edits.value.length === 0) return success({ revision: this.running?.generation.revision ?? 0, warnings: [] });
      const edited = await this.#rooms.editText(text, this.#format, edits.value);
      if (!edited.ok) return edited;
      // It is so already: no revision of its own.
      if (edited.value === text && this.running !== undefined)
        return success({ revision: this.running.generation.revision, warnings: this.#warnings });
      return this.#put({ text: edited.value, format: this.#format, source: options.source ?? 'library', save: true });
    });
  }

  #conflict({ baseRevision }: ChangeOptions): Result<never> | undefined {
    const current = this.running?.generation.revision ?? 0;
    if (baseRevision === undefined || baseRevision === current) return undefined;
    return failure(
      problem(
        'CONFIG_CONFLICT',
        `This change was made on revision ${baseRevision}; revision ${current} is in force now.`,
        { fix: 'Load the current config and make the change again.' },
      ),
    );
  }

  /** An edit of the running text must not wipe out what somebody is writing into the file. */
  async #changedOnDisk(): Promise<Result<never> | undefined> {
    const read = await this.#rooms.readFile();
    if (!read.ok || read.value.text === (this.running?.text ?? '')) return undefined;
    return failure(
      problem('CONFIG_FILE_CHANGED', `${this.#file} was changed on disk and is not in force.`, {
        fix: 'Mend the file, or roll back to a revision, then make the change again.',
      }),
    );
  }

  /** What the watcher calls: a changed file is put in force, a bad one is refused and shown. */
  fileChanged(): Promise<void> {
    return this.#alone(async () => {
      const read = await this.#rooms.readFile();
      if (read.ok && read.value.text === this.running?.text) {
        if (this.problems.some(({ severity }) => severity === 'error')) {
          this.problems = this.#warnings;
          this.#rooms.applied(this.running.generation.revision, 'file', this.running.config, this.running.config);
        }
        return;
      }
      const result = read.ok
        ? await this.#put({ text: read.value.text, format: this.#format, source: 'file', save: false })
        : read;
      if (result.ok) return;
      this.problems = result.problems;
      this.#rooms.refused(result.problems, 'file');
    });
  }

  /** The same config with other sites beside it; nothing is saved. */
  recompile(source: string): Promise<void> {
    return this.#alone(async () => {
      const { running } = this;
      if (running === undefined) return;
      const { text, generation } = running;
      await this.#put({ text, format: this.#format, source, save: false, keepRevision: generation.revision });
    });
  }

  rollback(id: number, options: ChangeOptions = {}): Promise<Result<Applied>> {
    return this.#alone(async () => {
      const conflict = this.#conflict(options);
      if (conflict !== undefined) return conflict;
      const revision = await this.#rooms.readRevision(id);
      if (!revision.ok) return revision;
      if (revision.value.format !== this.#format) {
        return failure(
          problem(
            'CONFIG_FORMAT_MISMATCH',
            `Revision ${id} is ${revision.value.format}, the config file is ${this.#format}.`,
            { fix: 'Choose another revision.' },
          ),
        );
      }
      return this.#put({ text: revision.value.text, format: this.#format, source: `rollback to ${id}`, save: true });
    });
  }

  /** Closes what listens, also what still drains; the config stays. */
  stopServing(deadlineMs: number): Promise<void> {
    return this.#alone(async () => {
      this.serving = false;
      const listeners = this.running?.listeners ?? [];
      if (this.running !== undefined) this.running = { ...this.running, listeners: [], missing: [] };
      await Promise.all([
        ...listeners.map((listener) => listener.close(deadlineMs)),
        this.#draining.finish(deadlineMs),
      ]);
      for (const listener of listeners) this.#rooms.listenerClosed(listener);
    });
  }

  document(): Promise<ConfigDocument> {
    return this.#alone(async () => {
      const text = this.running?.text ?? '';
      const parsed = await this.#rooms.parse(text, this.#format);
      const revision = this.running?.generation.revision ?? 0;
      const file = await this.#rooms.readFile();
      return {
        file: this.#file,
        format: this.#format,
        text,
        revision,
        value: parsed.ok ? (parsed.value.value ?? {}) : {},
        problems: this.problems,
        ...(file.ok && file.value.text !== text ? { onDisk: file.value.text } : {}),
      };
    });
  }
}

const labelledIn = (running: Running | undefined): Map<string, string> =>
  new Map(
    (running?.generation.sites ?? []).flatMap(({ name, container }) =>
      container === undefined ? [] : [[name.toLowerCase(), container] as const],
    ),
  );

const isListenProblem = (result: { problems: Problem[] }): boolean =>
  result.problems.some(({ code }) => code.startsWith('LISTEN_'));
