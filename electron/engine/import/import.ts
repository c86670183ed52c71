/** Reads the config of another proxy into sites of ours, and lists what could not be said. */
import type { ImportSource } from '../../../shared/import.ts';
import {
  failure,
  problem,
  ProblemError,
  success,
  warning,
  type Place,
  type Problem,
  type Result,
} from '../../../shared/problem.ts';
import { assemble, type ImportedSite } from './assemble.ts';
import { readCaddy } from './caddy/caddy.ts';
import { readCompose } from './compose/compose.ts';
import { detectSource } from './detect.ts';
import type { Draft, Machine, SourceFile } from './draft.ts';
import { MAX_SOURCE } from './limits.ts';
import { readNginx } from './nginx/nginx.ts';
import { Notes } from './notes.ts';

export interface Imported {
  source: ImportSource;
  sites: ImportedSite[];
  /** Where the source listens, in order. */
  ports: { http: number[]; https: number[] };
  notes: Problem[];
}

const READERS: Record<ImportSource, (text: string, file: string, machine: Machine, notes: Notes) => Draft> = {
  caddy: readCaddy,
  nginx: readNginx,
  compose: readCompose,
};

/** Problems: IMPORT_SOURCE_UNKNOWN, IMPORT_SYNTAX, IMPORT_TOO_LARGE, IMPORT_EMPTY. */
export function importText(
  { file, text }: SourceFile,
  from: ImportSource | undefined,
  machine: Machine,
): Result<Imported> {
  const at = { file, line: 1, column: 1 };
  if (text.length > MAX_SOURCE)
    return failure(
      problem('IMPORT_TOO_LARGE', `It is longer than ${MAX_SOURCE / 1024 / 1024} MiB.`, {
        at,
        fix: 'Import it in parts.',
      }),
    );
  const source = from ?? detectSource(file, text);
  if (source === undefined)
    return failure(
      problem('IMPORT_SOURCE_UNKNOWN', 'Neither its name nor its text tells which proxy it is of.', {
        at,
        fix: 'Say it with --from caddy, nginx or compose.',
      }),
    );
  const notes = new Notes();
  const asked = new Set<string>();
  try {
    const draft = READERS[source](text, file, { ...machine, env: noting(machine.env, asked) }, notes);
    const sites = assemble(draft, notes);
    if (sites.length > 0)
      return success({
        source,
        sites,
        ports: { http: [...draft.ports.http], https: [...draft.ports.https] },
        notes: [...notes.list(), ...environmentNotes(sites, machine.env, asked, at)],
      });
    return failure(
      problem('IMPORT_EMPTY', `There is no site in it that can be said, read as ${source}.`, {
        at,
        fix: 'See the notes, or say what it is with --from.',
      }),
      ...notes.list(),
    );
  } catch (error) {
    if (error instanceof ProblemError) return failure(...error.problems, ...notes.list());
    throw error;
  }
}

/** The environment, which notes the names that are looked up. */
const noting = (env: Machine['env'], asked: Set<string>): Machine['env'] =>
  new Proxy(env, {
    get: (target, name) => {
      asked.add(String(name));
      return target[String(name)];
    },
  });

/** What is set here and stands in a site now may be a secret, and the config is often shared. */
const environmentNotes = (sites: ImportedSite[], env: Machine['env'], asked: Set<string>, at: Place): Problem[] => {
  const written = JSON.stringify(sites.map(({ site }) => site));
  const inText = (value: string | undefined): boolean =>
    value !== undefined && value !== '' && written.includes(JSON.stringify(value).slice(1, -1));
  return [...asked]
    .filter((name) => inText(env[name]))
    .map((name) =>
      warning('IMPORT_ENVIRONMENT', `The value that ${name} has in this environment is written out.`, {
        at,
        fix: `Write \${env:${name}} in its place to keep it out of the config; Mogoly has to be started with it.`,
      }),
    );
};
