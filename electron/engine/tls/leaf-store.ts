/** Keeps the certificates of the sites on disk, with their keys, each bound to the root that signed it. */
import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Root } from './authority.ts';
import { closeToOthers, readPrivate, writePrivate } from './private-file.ts';

export interface Leaf {
  name: string;
  /** Subject alternative names in order. */
  hosts: readonly string[];
  /** PEM. */
  cert: string;
  /** PEM, PKCS #8. */
  key: string;
  /** Milliseconds since 1970. */
  notBefore: number;
  notAfter: number;
  fingerprint256: string;
  issuer: string;
  file: string;
}

export type LeafStore = ReturnType<typeof openLeafStore>;

/** Any page can ask for names below a wildcard; beyond this many the oldest file goes. */
const MAX_FILES = 2_000;
/** Longer names are stored by their hash, since file systems end at 255 bytes. */
const MAX_FILE_NAME = 200;
const HEADER = 'Mogoly certificate of the root ';

/** Nothing here rejects for what is on the disk: what cannot be read is made anew. */
export function openLeafStore(home: string) {
  const folder = join(home, 'certs');
  /** Names of files, oldest first; undefined until the folder was read. */
  let files: Set<string> | undefined;
  const known = async (): Promise<Set<string>> => {
    if (files !== undefined) return files;
    const names = await readdir(folder).catch(() => []); // no folder yet
    return (files ??= new Set(names.filter((name) => name.endsWith('.pem') && !name.startsWith('.'))));
  };
  const drop = async (file: string): Promise<void> => {
    (await known()).delete(file);
    await unlink(join(folder, file)).catch(() => undefined); // gone already, which is what is wanted
  };
  return {
    fileOf: (name: string): string => join(folder, fileName(name)),
    /** Undefined unless it is whole, with the key it goes with, and signed by this root. */
    read: (name: string, root: Root): Promise<Leaf | undefined> => readLeaf(join(folder, fileName(name)), name, root),
    /** Rejects with the system's error. */
    async write(leaf: Leaf, root: Root): Promise<void> {
      await writePrivate(leaf.file, `${HEADER}${root.fingerprint256}\n${leaf.cert}${leaf.key}`);
      const all = await known();
      const file = fileName(leaf.name);
      all.delete(file);
      all.add(file);
      for (const oldest of all) {
        if (all.size <= MAX_FILES) break;
        await drop(oldest);
      }
    },
    /** All that are whole and of this root. */
    async all(root: Root): Promise<Leaf[]> {
      const leaves: Leaf[] = [];
      for (const file of [...(await known())]) {
        const leaf = await readLeaf(join(folder, file), undefined, root);
        if (leaf !== undefined) leaves.push(leaf);
      }
      return leaves;
    },
    /** Removes those of our making that another root signed; all of them when none is given. */
    async clear(except?: Root): Promise<void> {
      for (const file of [...(await known())]) {
        const text = await readPrivate(join(folder, file)).catch(() => undefined); // not ours, or not for us
        if (text?.startsWith(HEADER) && (except === undefined || !text.startsWith(HEADER + except.fingerprint256)))
          await drop(file);
      }
    },
  };
}

async function readLeaf(file: string, name: string | undefined, root: Root): Promise<Leaf | undefined> {
  try {
    const text = await readPrivate(file);
    if (text === undefined || !text.startsWith(`${HEADER}${root.fingerprint256}\n`)) return undefined;
    await closeToOthers(file);
    const certificate = new X509Certificate(text);
    const key = text.slice(text.indexOf('-----BEGIN PRIVATE KEY-----'));
    if (!certificate.verify(root.publicKey) || !certificate.checkPrivateKey(createPrivateKey(key))) return undefined;
    return describeLeaf(certificate, key, file, name);
  } catch {
    // Cut short, changed by hand, or not readable: it is made anew.
    return undefined;
  }
}

/** The name is that of the first host unless told. */
export function describeLeaf(certificate: X509Certificate, key: string, file: string, name?: string): Leaf {
  const hosts = hostsOf(certificate);
  return {
    name: name ?? hosts[0] ?? '',
    hosts,
    cert: certificate.toString(),
    key,
    notBefore: Date.parse(certificate.validFrom),
    notAfter: Date.parse(certificate.validTo),
    fingerprint256: certificate.fingerprint256,
    issuer: issuerOf(certificate),
    file,
  };
}

/** Subject alternative names as text: host names and addresses. */
export function hostsOf({ subjectAltName }: X509Certificate): string[] {
  const entries = subjectAltName?.split(', ') ?? [];
  return entries
    .filter((entry) => /^(DNS|IP Address):/.test(entry))
    .map((entry) => entry.slice(entry.indexOf(':') + 1));
}

/** Common name of the issuer, or its whole name where it has none. */
export function issuerOf({ issuer }: X509Certificate): string {
  return /^CN=(.*)$/m.exec(issuer)?.[1] ?? issuer.replace(/\n/g, ', ');
}

/** What file systems take: `*` and the like as `%2a`. */
function fileName(name: string): string {
  const plain = name.replace(/[^a-z0-9._-]/g, (char) => `%${char.charCodeAt(0).toString(16)}`);
  const short = plain.length > MAX_FILE_NAME ? createHash('sha256').update(name).digest('hex') : plain;
  return `${short}.pem`;
}
