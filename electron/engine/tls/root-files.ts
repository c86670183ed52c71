/** Keeps the root and its key on disk: `ca/root.pem`, `ca/root-key.pem`, and former roots beside them. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { copyFile, readdir, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { failure, problem, success, warning } from '../../../shared/problem.ts';
import type { Problem, Result } from '../../../shared/problem.ts';
import { toPem } from './issue.ts';
import { closeToOthers, codeOf, readPrivate, writePrivate } from './private-file.ts';

/** Keeps the key so that a copy of the file is worth nothing elsewhere, as Electron's safeStorage does. */
export interface KeyWrapper {
  /** Throws where the keychain is closed. */
  wrap: (bytes: Buffer) => Buffer;
  /** Throws at what it has not wrapped itself. */
  unwrap: (bytes: Buffer) => Buffer;
  /** Who keeps it, as in `macOS Keychain`. */
  label: string;
}

export interface RootPaths {
  root: string;
  key: string;
}

export const rootPaths = (home: string): RootPaths => ({
  root: join(home, 'ca', 'root.pem'),
  key: join(home, 'ca', 'root-key.pem'),
});

const WRAPPED_LABEL = 'MOGOLY WRAPPED KEY';
/** What the next pair is called until both of its files are there. */
const NEXT = '.next';

const RENEW = 'Restore it from a backup, or renew the root and install its trust again.';
const corrupt = (file: string, why: string): Problem =>
  problem('CERT_ROOT_CORRUPT', `The root certificate "${file}" ${why}.`, { fix: RENEW });

/** Undefined where there is neither a root nor a key; `CERT_ROOT_CORRUPT`, `CERT_ROOT_UNREADABLE`. */
export async function readRoot(paths: RootPaths): Promise<Result<X509Certificate | undefined>> {
  try {
    const [root, key] = [await readPrivate(paths.root), await readPrivate(paths.key)];
    if (root === undefined && key === undefined) return success(undefined);
    if (root === undefined) return failure(corrupt(paths.root, 'is missing, though its key is there'));
    const certificate = new X509Certificate(root);
    return certificate.ca ? success(certificate) : failure(corrupt(paths.root, 'is not that of a CA'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_'))
      return failure(corrupt(paths.root, 'is not a certificate'));
    return failure(unreadable(paths.root, error));
  }
}

function unreadable(file: string, error: unknown): Problem {
  return problem('CERT_ROOT_UNREADABLE', `"${file}" cannot be read (${codeOf(error)}).`, {
    fix: 'Give your user the right to read it.',
  });
}

/**
 * The key of the root, closed to others first where it was open (`CERT_KEY_EXPOSED`, a warning).
 * `CERT_ROOT_KEY_MISSING`, `CERT_ROOT_KEY_CORRUPT`, `CERT_ROOT_KEY_MISMATCH`, `CERT_ROOT_KEY_LOCKED`.
 */
export async function readKey(
  paths: RootPaths,
  root: X509Certificate,
  wrapper: KeyWrapper | undefined,
): Promise<Result<KeyObject>> {
  try {
    const text = await readPrivate(paths.key);
    if (text === undefined) return failure(keyMissing(paths.key));
    const warnings = await closeKey(paths.key);
    const key = parseKey(paths.key, text, wrapper);
    if (!key.ok) return key;
    if (!root.checkPrivateKey(key.value)) return failure(keyMismatch(paths.key));
    return success(key.value, warnings);
  } catch (error) {
    return failure(unreadable(paths.key, error));
  }
}

async function closeKey(file: string): Promise<Problem[]> {
  const wasOpen = await closeToOthers(file);
  await closeToOthers(dirname(file));
  if (!wasOpen) return [];
  return [
    warning('CERT_KEY_EXPOSED', `Other users of this machine could read "${file}"; now only you can.`, {
      fix: 'If others use this machine, renew the root and install its trust again.',
    }),
  ];
}

function parseKey(file: string, text: string, wrapper: KeyWrapper | undefined): Result<KeyObject> {
  const wrapped = readWrapped(text);
  let pem = text;
  if (wrapped !== undefined) {
    if (wrapper === undefined) return failure(locked(file, 'no keychain is at hand here'));
    try {
      pem = wrapper.unwrap(wrapped).toString('latin1');
    } catch (error) {
      return failure(locked(file, `${wrapper.label} does not open it: ${(error as Error).message}`));
    }
  }
  try {
    return success(createPrivateKey(pem));
  } catch {
    // What the parser says of broken bytes helps nobody.
    return failure(
      problem('CERT_ROOT_KEY_CORRUPT', `The key of the root, "${file}", is not a private key.`, { fix: RENEW }),
    );
  }
}

const locked = (file: string, why: string): Problem =>
  problem('CERT_ROOT_KEY_LOCKED', `The key of the root, "${file}", is wrapped by the keychain, and ${why}.`, {
    fix: 'Run the Mogoly app as the user who made it and unlock the keychain, or renew the root.',
  });

const keyMissing = (file: string): Problem =>
  problem('CERT_ROOT_KEY_MISSING', `The key of the root, "${file}", is missing.`, { fix: RENEW });

const keyMismatch = (file: string): Problem =>
  problem('CERT_ROOT_KEY_MISMATCH', `The key "${file}" does not belong to the root beside it.`, { fix: RENEW });

/** The bytes inside, or undefined for a key that is not wrapped. */
function readWrapped(text: string): Buffer | undefined {
  const begin = `-----BEGIN ${WRAPPED_LABEL}-----`;
  const start = text.indexOf(begin);
  if (start < 0) return undefined;
  const end = text.indexOf('-----END', start);
  return Buffer.from(text.slice(start + begin.length, end < 0 ? undefined : end), 'base64');
}

/** Whether the key on disk is wrapped; false where there is none. */
export async function isKeyWrapped(paths: RootPaths): Promise<boolean> {
  const text = await readPrivate(paths.key).catch(() => undefined); // readKey() tells why it cannot be read
  return text !== undefined && readWrapped(text) !== undefined;
}

/**
 * Puts a new pair in the place of the old, whose key is gone and whose certificate is kept, where told so, as
 * `root-<date>.pem`. Gives that file, if there was an old one. `CERT_ROOT_SAVE_FAILED` leaves the old pair.
 */
export async function saveRoot(
  paths: RootPaths,
  pem: string,
  key: KeyObject,
  { wrapper, nowMs, keepsFormer }: { wrapper: KeyWrapper | undefined; nowMs: number; keepsFormer: boolean },
): Promise<Result<string | undefined>> {
  const plain = key.export({ type: 'pkcs8', format: 'pem' }).toString();
  try {
    const text = wrapper === undefined ? plain : toPem(WRAPPED_LABEL, wrapper.wrap(Buffer.from(plain, 'latin1')));
    await writePrivate(paths.key + NEXT, text, { isDurable: true });
    await writePrivate(paths.root + NEXT, pem, { isDurable: true });
    await closeToOthers(dirname(paths.root));
    const former = keepsFormer ? await keepFormer(paths.root, nowMs) : undefined;
    await rename(paths.key + NEXT, paths.key);
    await rename(paths.root + NEXT, paths.root);
    return success(former);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return failure(
      problem('CERT_ROOT_SAVE_FAILED', `The root certificate cannot be saved: ${why}.`, {
        fix: 'Make room on the disk, make the home folder writable, or unlock the keychain, and try again.',
      }),
    );
  }
}

/** Ends a save that was cut between its two renames: the key is new, the root beside it is not yet. */
export async function finishSave(paths: RootPaths): Promise<void> {
  const next = await readPrivate(paths.root + NEXT).catch(() => undefined); // then there is nothing to finish
  if (next === undefined) return;
  const isKeyDone = (await readPrivate(paths.key + NEXT)) === undefined;
  if (isKeyDone) await rename(paths.root + NEXT, paths.root);
  else await Promise.all([unlink(paths.root + NEXT), unlink(paths.key + NEXT)]);
}

async function keepFormer(root: string, nowMs: number): Promise<string | undefined> {
  if ((await readPrivate(root)) === undefined) return undefined;
  const stamp = new Date(nowMs).toISOString().replace(/[-:]/g, '').slice(0, 15);
  const former = join(dirname(root), `root-${stamp}.pem`);
  await copyFile(root, former);
  return former;
}

/** Certificates of roots that were replaced, oldest first: what may still stand in trust stores. */
export async function listFormer({ root }: RootPaths): Promise<string[]> {
  const names = await readdir(dirname(root)).catch(() => []); // no folder, no roots
  return names
    .filter((name) => /^root-\d{8}T\d{6}\.pem$/.test(name))
    .sort()
    .map((name) => join(dirname(root), name));
}
