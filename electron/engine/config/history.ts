/** Every accepted config, numbered, in a folder of its own: a text file and a record of it for each. */
import { readdir, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { failure, problem, ProblemError, success, warning } from '../../../shared/problem.ts';
import type { Problem, Result } from '../../../shared/problem.ts';
import type { Revision } from '../../../shared/state.ts';
import { makeFolder } from '../make-folder.ts';
import { saveAtomic } from './file.ts';
import type { ConfigFormat } from './parse.ts';

export { summariseChange } from './summary.ts';

/** Revisions kept; the oldest goes when there are more. */
export const HISTORY_LIMIT = 200;

export type RevisionRecord = Omit<Revision, 'current'>;

export interface NewRevision {
  text: string;
  format: ConfigFormat;
  source: string;
  summary: string;
}

export interface RevisionText {
  id: number;
  text: string;
  format: ConfigFormat;
}

export interface History {
  /** Newest first; what cannot be read is left out. */
  list: () => Promise<RevisionRecord[]>;
  /** Its number, higher than every earlier one. Throws a ProblemError `CONFIG_SAVE_FAILED`. */
  add: (revision: NewRevision) => Promise<number>;
  /** `REVISION_UNKNOWN` when it is not there, or not whole. */
  read: (id: number) => Promise<Result<RevisionText>>;
  /** The newest that is whole, of this config file: what another one held is nothing to fall back on. */
  latest: () => Promise<RevisionText | undefined>;
}

export interface HistoryOptions {
  /** The config file whose revisions are added: its place in the home folder, else its path. */
  file?: string;
  limit?: number;
  /** Told of each entry that is left out. */
  onWarning?: (found: Problem) => void;
}

const recordSchema = z.object({
  id: z.number().int().positive(),
  at: z.number(),
  source: z.string(),
  summary: z.string(),
  format: z.enum(['yaml', 'json']),
  /** Not in what was written before it was kept. */
  file: z.string().optional(),
});
type Entry = z.infer<typeof recordSchema>;

/** `000042.yaml` or `000042.json` is the text, `000042.meta` its record, written last: without it there is no entry. */
const FILE_NAME = /^(\d{6,15})\.(yaml|json|meta)$/;
const stem = (id: number): string => String(id).padStart(6, '0');

/** The folder is made with mode 0700 when it is needed. One process at a time; calls may overlap. */
export function openHistory(folder: string, options: HistoryOptions = {}): History {
  const limit = Math.max(1, options.limit ?? HISTORY_LIMIT);
  let entries: Promise<Map<number, Entry>> | undefined;
  let highest = 0;
  let turn: Promise<unknown> = Promise.resolve();

  const load = async (): Promise<Map<number, Entry>> => {
    const loaded = await loadEntries(folder, options.onWarning);
    highest = loaded.highest;
    return loaded.entries;
  };
  const known = (): Promise<Map<number, Entry>> => (entries ??= load());
  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const result = turn.then(act);
    turn = result.catch(() => undefined); // told to its own caller
    return result;
  };
  const addNow = async ({ text, format, source, summary }: NewRevision): Promise<number> => {
    const all = await known();
    const entry: Entry = { id: highest + 1, at: Date.now(), source, summary, format, file: options.file };
    await writeEntry(folder, entry, text);
    highest = entry.id;
    all.set(entry.id, entry);
    for (const old of newestFirst(all).slice(limit).reverse()) await drop(folder, all, old);
    return entry.id;
  };
  const listNow = async (): Promise<RevisionRecord[]> =>
    newestFirst(await known()).map(({ id, at, source, summary }) => ({ id, at, source, summary }));
  const readNow = async (id: number): Promise<Result<RevisionText>> => {
    const entry = (await known()).get(id);
    const found = entry && (await readText(folder, entry));
    return found ? success(found) : failure(unknownRevision(id));
  };
  const latestNow = async (): Promise<RevisionText | undefined> => {
    for (const entry of newestFirst(await known())) {
      if (entry.file !== undefined && entry.file !== options.file) continue;
      const found = await readText(folder, entry);
      if (found) return found;
    }
    return undefined;
  };
  return {
    list: () => inTurn(listNow),
    add: (revision) => inTurn(() => addNow(revision)),
    read: (id) => inTurn(() => readNow(id)),
    latest: () => inTurn(latestNow),
  };
}

const newestFirst = (entries: ReadonlyMap<number, Entry>): Entry[] =>
  [...entries.values()].sort((one, two) => two.id - one.id);

const unknownRevision = (id: number): Problem =>
  problem('REVISION_UNKNOWN', `There is no revision ${id} in the history.`, {
    fix: 'List them with `mogoly history`.',
  });

/** Undefined when the file is gone or cannot be read. */
async function readText(folder: string, { id, format }: Entry): Promise<RevisionText | undefined> {
  const text = await readFile(join(folder, `${stem(id)}.${format}`), 'utf8').catch(() => undefined); // the caller tells
  return text === undefined ? undefined : { id, text, format };
}

async function writeEntry(folder: string, entry: Entry, text: string): Promise<void> {
  await makeFolder(folder).catch(() => undefined); // saving tells why
  await save(join(folder, `${stem(entry.id)}.${entry.format}`), text);
  await save(join(folder, `${stem(entry.id)}.meta`), `${JSON.stringify(entry)}\n`);
}

async function save(path: string, text: string): Promise<void> {
  const saved = await saveAtomic(path, text);
  if (!saved.ok) throw new ProblemError(saved.problems);
}

/** The record first, so that an entry is never half there. */
async function drop(folder: string, entries: Map<number, Entry>, { id, format }: Entry): Promise<void> {
  entries.delete(id);
  for (const ending of ['meta', format]) {
    await unlink(join(folder, `${stem(id)}.${ending}`)).catch(() => undefined); // gone already, or looked after at the next drop
  }
}

async function loadEntries(
  folder: string,
  onWarning?: (found: Problem) => void,
): Promise<{ entries: Map<number, Entry>; highest: number }> {
  const names = await readdir(folder).catch(() => [] as string[]); // no history yet
  const present = new Set(names);
  const entries = new Map<number, Entry>();
  let highest = 0;
  for (const name of names.sort()) {
    const match = FILE_NAME.exec(name);
    if (!match) continue;
    const id = Number(match[1]);
    // Half-written entries count, so that no number is given twice.
    highest = Math.max(highest, id);
    if (match[2] !== 'meta') continue;
    const entry = await readEntry(join(folder, name));
    if (entry?.id === id && present.has(`${stem(id)}.${entry.format}`)) entries.set(id, entry);
    else
      onWarning?.(
        warning('REVISION_CORRUPT', `Revision ${id} in the history cannot be read and is left out.`, {
          fix: `Remove ${name} from the history folder.`,
        }),
      );
  }
  return { entries, highest };
}

async function readEntry(path: string): Promise<Entry | undefined> {
  try {
    return recordSchema.safeParse(JSON.parse(await readFile(path, 'utf8'))).data;
  } catch {
    return undefined; // the caller warns
  }
}
