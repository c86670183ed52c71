/** What orders stand on: the directory in force, with the certificates and retries kept for it. */
import { join } from 'node:path';
import type { AcmeConfig } from '../../../shared/acme-config.ts';
import type { Problem } from '../../../shared/problem.ts';
import { locateDirectory, type Directory } from './acme-directory.ts';
import { fingerprint, openRetries, type Retries } from './acme-retries.ts';
import { openStore, type CertificateStore } from './acme-store.ts';

export interface Ground {
  config: AcmeConfig;
  /** Fingerprint of the config. */
  settings: string;
  directory: Directory;
  store: CertificateStore;
  retries: Retries;
}

/**
 * Reads the folder of the directory, unless `before` stands on it already. Rejects with AcmeError for a directory that
 * is none; files that cannot be used are told to `warn`.
 */
export async function openGround(
  acmeFolder: string,
  config: AcmeConfig,
  before: Ground | undefined,
  warn: (problem: Problem) => void,
): Promise<Ground> {
  const settings = fingerprint(config);
  const directory = locateDirectory(acmeFolder, config);
  if (before?.directory.url === directory.url) return { ...before, config, settings };
  const { store, problems } = await openStore(join(directory.folder, 'certs'), directory.url);
  problems.forEach(warn);
  const retries = await openRetries(join(directory.folder, 'retries.json'));
  return { config, settings, directory, store, retries };
}
