/** The certificates of one directory: in memory for handshakes, on disk for the next start. */
import { createHash } from 'node:crypto';
import { readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { problem, type Problem } from '../../../shared/problem.ts';
import { covers, keepCertificate, type KeptCertificate } from './acme-certificate.ts';
import { reasonOf } from './acme-error.ts';
import { readJson, writeSecretJson } from './acme-files.ts';

export interface CertificateStore {
  /** The newest that serves the host and is not expired. */
  find: (host: string, now: number) => KeptCertificate | undefined;
  /** The newest for all of the names, expired or not. */
  forAll: (hosts: readonly string[]) => KeptCertificate | undefined;
  /** In memory at once; rejects when the disk refuses. */
  put: (certificate: KeptCertificate) => Promise<void>;
  /** Files of certificates that expired before `now` are removed; best effort. */
  prune: (now: number) => Promise<void>;
}

/** Reads what is in the folder; a file that is broken is told and left alone. */
export async function openStore(
  folder: string,
  directory: string,
): Promise<{ store: CertificateStore; problems: Problem[] }> {
  const kept = new Map<string, KeptCertificate>();
  const problems: Problem[] = [];
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.endsWith('.json')) continue;
    try {
      const certificate = checked(await readJson(join(folder, name)));
      if (certificate.directory === directory) kept.set(name, certificate);
    } catch (error) {
      problems.push(unreadable(join(folder, name), error));
    }
  }
  return { store: storeOf(folder, kept), problems };
}

function storeOf(folder: string, kept: Map<string, KeptCertificate>): CertificateStore {
  const newest = (fits: (certificate: KeptCertificate) => boolean): KeptCertificate | undefined => {
    let best: KeptCertificate | undefined;
    for (const one of kept.values()) if (fits(one) && one.notBefore >= (best?.notBefore ?? 0)) best = one;
    return best;
  };
  return {
    find: (host, now) => newest(({ hosts, notAfter }) => notAfter > now && hosts.some((name) => covers(name, host))),
    forAll: (hosts) => newest((one) => hosts.every((host) => one.hosts.some((name) => covers(name, host)))),
    async put(certificate) {
      const name = fileName(certificate.hosts);
      kept.set(name, certificate);
      await writeSecretJson(join(folder, name), certificate);
    },
    async prune(now) {
      for (const [name, { notAfter }] of kept) {
        if (notAfter > now) continue;
        kept.delete(name);
        await unlink(join(folder, name)).catch(() => undefined); // gone already, or next time
      }
    },
  };
}

/** Readable by people, and different for each set of names. */
function fileName(hosts: readonly string[]): string {
  const digest = createHash('sha256').update(hosts.join(' ')).digest('hex').slice(0, 12);
  return `${(hosts[0] ?? 'none').replace('*', '_').slice(0, 100)}-${digest}.json`;
}

/** A file may have been cut, or edited: what it says of itself is read again from the certificate. */
function checked(value: unknown): KeptCertificate {
  const { directory, hosts, challenge, cert, key, renewAt, renewBy, askAt } = (value ?? {}) as Partial<KeptCertificate>;
  if (!Array.isArray(hosts) || !directory || !challenge || !cert || !key) throw new Error('a field is missing');
  const kept = keepCertificate({ directory, hosts, challenge }, cert, key);
  if (renewBy === 'authority' && typeof renewAt === 'number') Object.assign(kept, { renewAt, renewBy });
  return typeof askAt === 'number' ? { ...kept, askAt } : kept;
}

const unreadable = (file: string, error: unknown): Problem =>
  problem('ACME_CERTIFICATE_UNREADABLE', `The certificate in ${file} cannot be used: ${reasonOf(error)}.`, {
    severity: 'warning',
    fix: 'Delete the file; a new certificate is ordered.',
  });
