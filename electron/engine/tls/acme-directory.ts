/** The directory that the config names: its URL, its folder, and whom its TLS is checked against. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { AcmeConfig } from '../../../shared/acme-config.ts';
import { acmeError, reasonOf } from './acme-error.ts';

const KNOWN = new Map([
  ['letsencrypt', 'https://acme-v02.api.letsencrypt.org/directory'],
  ['letsencrypt-staging', 'https://acme-staging-v02.api.letsencrypt.org/directory'],
]);

export interface Directory {
  url: string;
  /** `acme/<host of the directory>`; a port is joined by `_`. */
  folder: string;
}

export function locateDirectory(acmeFolder: string, { directory }: AcmeConfig): Directory {
  const { href, host } = new URL(KNOWN.get(directory) ?? directory);
  return { url: href, folder: join(acmeFolder, host.replace(/[^a-z0-9.-]/gi, '_')) };
}

/** PEM of `ca_file`, looked up from the folder of the config; undefined when there is none. Rejects with AcmeError. */
export async function readAuthorityFile({ ca_file }: AcmeConfig, configFolder: string): Promise<string | undefined> {
  if (ca_file === undefined) return undefined;
  const file = resolve(configFolder, ca_file);
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw acmeError(
      'ACME_CA_FILE_UNREADABLE',
      `acme.ca_file ${file} cannot be read: ${reasonOf(error)}.`,
      'Check its path.',
    );
  }
}
