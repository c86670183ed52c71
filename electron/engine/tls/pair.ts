/** A certificate and its key, read from the user's files and checked against each other, the clock and the hosts. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { normaliseHost } from '../../../shared/host.ts';
import { failure, problem, success, warning } from '../../../shared/problem.ts';
import type { ConfigPath, Problem, Result } from '../../../shared/problem.ts';
import { codeOf } from './private-file.ts';

/** Where a site's own certificate is. */
export interface PairFiles {
  /** Name of the site. */
  site: string;
  /** Its host patterns. */
  hosts: readonly string[];
  /** Absolute paths of PEM files; `cert` may hold a chain, the own certificate first. */
  cert: string;
  key: string;
  /** Of its `tls` in the config. */
  path?: ConfigPath;
}

export interface Pair {
  /** PEM, with the chain. */
  cert: string;
  /** PEM. */
  key: string;
  certificate: X509Certificate;
  /** Milliseconds since 1970. */
  notBefore: number;
  notAfter: number;
}

/** A long chain is a few kilobytes; more is another kind of file. */
const MAX_BYTES = 1_048_576;

/**
 * Reads both. `CERT_FILE_MISSING`, `CERT_FILE_UNREADABLE`, `CERT_FILE_CORRUPT`, `CERT_FILE_KEY_ENCRYPTED`,
 * `CERT_FILE_KEY_MISMATCH`, `CERT_FILE_REFUSED`; as warnings of a pair that can be served: what checkPair() finds.
 */
export async function readPair(files: PairFiles, nowMs: number): Promise<Result<Pair>> {
  const cert = await readPem(files, 'cert');
  if (!cert.ok) return cert;
  const key = await readPem(files, 'key');
  if (!key.ok) return key;
  const certificate = parseCertificate(files, cert.value);
  if (!certificate.ok) return certificate;
  const parsedKey = parseKey(files, key.value);
  if (!parsedKey.ok) return parsedKey;
  if (!certificate.value.checkPrivateKey(parsedKey.value)) return failure(mismatch(files));
  const weakness = refusedBy(cert.value, key.value);
  if (weakness !== undefined) return failure(refused(files, weakness));
  const pair: Pair = {
    cert: cert.value,
    key: key.value,
    certificate: certificate.value,
    notBefore: Date.parse(certificate.value.validFrom),
    notAfter: Date.parse(certificate.value.validTo),
  };
  return success(pair, checkPair(pair, files, nowMs));
}

type Part = 'cert' | 'key';

const placeOf = (files: PairFiles, part: Part): Partial<Problem> => ({
  at: { file: files[part], line: 1, column: 1 },
  ...(files.path === undefined ? {} : { path: [...files.path, part] }),
});

const wordOf = (part: Part): string => (part === 'cert' ? 'certificate' : 'key');

async function readPem(files: PairFiles, part: Part): Promise<Result<string>> {
  const file = files[part];
  const what = `The ${wordOf(part)} of ${files.site}, "${file}",`;
  try {
    const info = await stat(file);
    if (!info.isFile() || info.size > MAX_BYTES)
      return failure(
        problem('CERT_FILE_CORRUPT', `${what} is not a PEM file.`, {
          fix: 'Name a PEM file.',
          ...placeOf(files, part),
        }),
      );
    return success(await readFile(file, 'latin1'));
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      const fix = `Put it there, or name another ${wordOf(part)} under tls.`;
      return failure(problem('CERT_FILE_MISSING', `${what} is missing.`, { fix, ...placeOf(files, part) }));
    }
    const fix = 'Give your user the right to read it.';
    return failure(
      problem('CERT_FILE_UNREADABLE', `${what} cannot be read (${code}).`, { fix, ...placeOf(files, part) }),
    );
  }
}

function parseCertificate(files: PairFiles, text: string): Result<X509Certificate> {
  try {
    return success(new X509Certificate(text));
  } catch {
    // What the parser says of broken bytes helps nobody.
    const message = `The certificate of ${files.site}, "${files.cert}", is not a certificate in PEM.`;
    const fix = 'Write it as PEM, the text that begins with "-----BEGIN CERTIFICATE-----".';
    return failure(problem('CERT_FILE_CORRUPT', message, { fix, ...placeOf(files, 'cert') }));
  }
}

function parseKey(files: PairFiles, text: string): Result<KeyObject> {
  const place = placeOf(files, 'key');
  try {
    return success(createPrivateKey(text));
  } catch (error) {
    if (text.includes('ENCRYPTED') && error instanceof Error) {
      const fix = `Write it without one: openssl pkey -in "${files.key}" -out plain-key.pem`;
      const message = `The key of ${files.site}, "${files.key}", is locked by a passphrase.`;
      return failure(problem('CERT_FILE_KEY_ENCRYPTED', message, { fix, ...place }));
    }
    const fix = 'Write it as PEM, the text that begins with "-----BEGIN PRIVATE KEY-----".';
    const message = `The key of ${files.site}, "${files.key}", is not a private key in PEM.`;
    return failure(problem('CERT_FILE_CORRUPT', message, { fix, ...place }));
  }
}

const mismatch = (files: PairFiles): Problem =>
  problem('CERT_FILE_KEY_MISMATCH', `The key "${files.key}" does not belong to the certificate "${files.cert}".`, {
    fix: 'Name the key that the certificate was made with; of a chain the own certificate comes first.',
    ...placeOf(files, 'key'),
  });

/** What TLS has against the pair, as a key that is too short; undefined for nothing. */
function refusedBy(cert: string, key: string): string | undefined {
  try {
    createSecureContext({ cert, key });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

const refused = (files: PairFiles, why: string): Problem =>
  problem('CERT_FILE_REFUSED', `The certificate of ${files.site}, "${files.cert}", cannot be served: ${why}.`, {
    fix: 'Use one with an EC P-256 key, or an RSA key of 2,048 bits or more.',
    ...placeOf(files, 'cert'),
  });

/** What a client will object to: `CERT_FILE_EXPIRED`, `CERT_FILE_NOT_YET_VALID`, `CERT_FILE_WRONG_HOST`. */
export function checkPair(pair: Pair, files: PairFiles, nowMs: number): Problem[] {
  const problems: Problem[] = [];
  const place = placeOf(files, 'cert');
  const what = `The certificate of ${files.site}, "${files.cert}",`;
  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  if (nowMs >= pair.notAfter) {
    const message = `${what} expired on ${day(pair.notAfter)}.`;
    problems.push(problem('CERT_FILE_EXPIRED', message, { fix: 'Put a new one in its place.', ...place }));
  } else if (nowMs < pair.notBefore) {
    const message = `${what} is good only from ${day(pair.notBefore)} on.`;
    problems.push(problem('CERT_FILE_NOT_YET_VALID', message, { fix: 'See whether the clock is right.', ...place }));
  }
  const missing = files.hosts.filter((pattern) => !isFor(pair.certificate, pattern));
  if (missing.length > 0) {
    const fix = `Use a certificate that names ${missing.length === 1 ? 'it' : 'them'}, or tls: local.`;
    const message = `${what} is not for ${missing.join(', ')}.`;
    problems.push(warning('CERT_FILE_WRONG_HOST', message, { fix, ...place }));
  }
  return problems;
}

/** A wildcard pattern by a name below it; `*` by nothing, since no certificate is for every host. */
function isFor(certificate: X509Certificate, pattern: string): boolean {
  if (pattern === '*') return true;
  const host = normaliseHost(pattern.startsWith('*.') ? `any${pattern.slice(1)}` : pattern);
  if (host === undefined) return false;
  const isAddress = host.startsWith('[') || /^[\d.]+$/.test(host);
  const found = isAddress ? certificate.checkIP(host.replace(/[[\]]/g, '')) : certificate.checkHost(host);
  return found !== undefined;
}
