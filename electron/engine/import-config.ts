/** From another proxy's config to edits of ours: nothing of ours is overwritten unless that is asked for. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, parse as parsePath, resolve } from 'node:path';
import type { SiteFile } from '../../shared/config.ts';
import { normalisePattern } from '../../shared/host.ts';
import type { ImportSource } from '../../shared/import.ts';
import { problem, ProblemError, success, warning, type Problem, type Result } from '../../shared/problem.ts';
import type { Edit, ImportPlan } from '../../shared/protocol.ts';
import { parseText, type ConfigText } from './config/file.ts';
import type { Machine, SourceFile } from './import/draft.ts';
import { importText, type Imported } from './import/import.ts';
import { MAX_INCLUDED_FILES, MAX_SOURCE } from './import/limits.ts';

export interface ImportOptions {
  /** Told by name and text unless given. */
  from?: ImportSource | undefined;
  /** Sites of ours give way to imported ones of the same name. */
  replace?: boolean | undefined;
  /** Read what it includes; true unless told otherwise. */
  includes?: boolean | undefined;
  env: Record<string, string | undefined>;
}

type Json = Extract<Edit, { op: 'set' }>['value'];

export function planImport(source: SourceFile, options: ImportOptions, current: ConfigText): Result<ImportPlan> {
  const parsed = parseText(current.text, current.format);
  if (!parsed.ok) return parsed;
  const read = importText(source, options.from, createMachine(source.file, options));
  if (!read.ok) return read;
  const written = (parsed.value.value ?? {}) as Written;
  const notes = [...read.value.notes];
  const listen = listenEdits(read.value, written, notes);
  const { edits, sites } = siteEdits(read.value, written, options.replace === true, notes);
  return success({ source: read.value.source, sites, edits: sites.length === 0 ? [] : [...listen, ...edits], notes });
}

interface Written {
  listen?: { http?: unknown; https?: unknown } | null;
  server?: { name?: unknown; hosts?: unknown }[] | null;
}

function siteEdits(
  { sites }: Imported,
  { server }: Written,
  replaces: boolean,
  notes: Problem[],
): { edits: Edit[]; sites: string[] } {
  const present = Array.isArray(server) ? server : [];
  const owners = new Map(present.flatMap((site, index) => hostsOf(site).map((host) => [host, index] as const)));
  const byName = new Map(present.map(({ name }, index) => [String(name).toLowerCase(), index]));
  const edits: Edit[] = [];
  const added: SiteFile[] = [];
  const names: string[] = [];
  for (const { site, at } of sites) {
    const index = byName.get(site.name.toLowerCase()) ?? -1;
    const taken = hostsOf(site).find((host) => owners.has(host) && owners.get(host) !== index);
    if (taken !== undefined) {
      const owner = String(present[owners.get(taken)!]?.name);
      const fix = `Take it off the hosts of ${owner} first.`;
      notes.push(warning('IMPORT_HOST_TAKEN', `${taken} is a host of the site ${owner} already.`, { at, fix }));
    } else if (index !== -1 && !replaces) {
      const fix = 'It stays as it is; import with --replace to put the imported one in its place.';
      notes.push(warning('IMPORT_SITE_EXISTS', `The config has a site ${site.name} already.`, { at, fix }));
    } else {
      names.push(site.name);
      if (index === -1) added.push(site);
      else edits.push({ op: 'set', path: ['server', index], value: site as Json });
    }
  }
  if (present.length === 0 && added.length > 0) edits.push({ op: 'set', path: ['server'], value: added as Json });
  else
    edits.push(
      ...added.map((site, i): Edit => ({ op: 'insert', path: ['server', present.length + i], value: site as Json })),
    );
  return { edits, sites: names };
}

const hostsOf = ({ name, hosts }: { name?: unknown; hosts?: unknown }): string[] =>
  (Array.isArray(hosts) ? hosts : [name]).map((host) => normalisePattern(String(host)) ?? String(host));

/** Ours listens in one place a scheme; where the config says nothing of it, that of the source is taken. */
function listenEdits({ ports, sites }: Imported, { listen, server }: Written, notes: Problem[]): Edit[] {
  // Sites that are there already stay where they are found.
  const isEmpty = !Array.isArray(server) || server.length === 0;
  return (['http', 'https'] as const).flatMap((kind): Edit[] => {
    const [first, ...others] = ports[kind];
    const usual = kind === 'http' ? 80 : 443;
    const said = listen?.[kind];
    const at = sites[0]!.at;
    if (first === undefined) return [];
    const takes = isEmpty && said === undefined && first !== usual;
    const used = said ?? (takes ? first : usual);
    const different = [first, ...others].filter((port) => String(port) !== String(used).replace(/^.*:/, ''));
    if (different.length > 0)
      notes.push(
        warning(
          'IMPORT_PORTS',
          `It listens for ${kind} on ${different.join(', ')}; here all sites answer on ${String(used)}.`,
          {
            at,
            fix: `Sites are told apart by host; set listen.${kind} for another port.`,
          },
        ),
      );
    return takes ? [{ op: 'set', path: ['listen', kind], value: first }] : [];
  });
}

function createMachine(main: string, { env, includes = true }: ImportOptions): Machine {
  let included = 0;
  return {
    env,
    resolve: (path) => resolve(dirname(main), path),
    isFile,
    include: (pattern, from) => {
      if (!includes) return [];
      const whole = isAbsolute(pattern) ? pattern : join(dirname(resolve(from)), pattern);
      return expand(whole).map((file) => {
        if (++included > MAX_INCLUDED_FILES || statSync(file).size > MAX_SOURCE)
          throw new ProblemError([
            problem('IMPORT_TOO_LARGE', `It includes more than ${MAX_INCLUDED_FILES} files, or a very large one.`, {
              at: { file, line: 1, column: 1 },
              fix: 'Import it in parts.',
            }),
          ]);
        return { file, text: readFileSync(file, 'utf8') };
      });
    },
  };
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false; // not there, or not ours to read
  }
}

/** Files of a pattern with `*` and `?`, in the order of their names; what begins with a dot only where that is written. */
function expand(pattern: string): string[] {
  const { root } = parsePath(pattern);
  const steps = pattern.slice(root.length).split(/[/\\]/);
  const folders = steps.reduce<string[]>(
    (found, step) =>
      /[*?]/.test(step)
        ? found.flatMap((folder) => namesIn(folder, step).map((name) => join(folder, name)))
        : found.map((folder) => join(folder, step)),
    [root],
  );
  return folders.filter(isFile);
}

function namesIn(folder: string, step: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.startsWith('.') === step.startsWith('.') && matches(step, name))
      .sort();
  } catch {
    return []; // no folder
  }
}

/** A `*` takes what it must and no more; linear but for the last star, which is tried again. */
function matches(pattern: string, name: string): boolean {
  let [at, star, mark] = [0, -1, 0];
  let index = 0;
  while (index < name.length) {
    if (pattern[at] === '*') [star, mark] = [at++, index];
    else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === name[index])) {
      at++;
      index++;
    } else if (star === -1) return false;
    else {
      at = star + 1;
      index = ++mark;
    }
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}
