/** Reads one site out of a file: a site by itself, or one of the sites of a config. */
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import type { SiteFile } from '../../shared/config.ts';
import { problem, ProblemError } from '../../shared/problem.ts';
import { whyUnread } from './config-source.ts';

/** A hostile file may not unfold its aliases into more than this many. */
const ALIAS_LIMIT = 100;

/** The site of that name, else the only one; JSON is YAML too. Checked by whoever takes it. Throws ProblemError. */
export async function readSite(file: string, name: string): Promise<SiteFile> {
  const refuse = (code: string, message: string, fix: string): never => {
    throw new ProblemError([problem(code, message, { fix })]);
  };
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) =>
    refuse('CONFIG_UNREADABLE', whyUnread(file, error), 'Check the path.'),
  );
  let value: unknown;
  try {
    value = parse(text, { maxAliasCount: ALIAS_LIMIT });
  } catch (error) {
    return refuse('CONFIG_SYNTAX', `${file} is neither YAML nor JSON: ${(error as Error).message}.`, 'Mend it there.');
  }
  if (!isRecord(value))
    return refuse(
      'CONFIG_INVALID',
      `${file} holds no site.`,
      'Write the keys of one site, or a config with `server:`.',
    );
  const sites = value['server'];
  if (!Array.isArray(sites)) return value as SiteFile;
  const named = sites.filter(isRecord);
  const found = named.find((site) => site['name'] === name) ?? (named.length === 1 ? named[0] : undefined);
  return (
    (found as SiteFile | undefined) ??
    refuse('SITE_UNKNOWN', `${file} has no site named "${name}".`, 'Give the name of one of its sites with -n.')
  );
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
