/** The local CA: one root, confined to the names in use, that signs the certificates of the sites. */
import { X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import type { CertificateNames } from '../../../shared/certificate.ts';
import { failure, problem, success } from '../../../shared/problem.ts';
import type { Problem, Result } from '../../../shared/problem.ts';
import { keyIdOf, readParts } from './certificate-der.ts';
import { generateKeys, issueCertificate, publicKeyDer, toPem } from './issue.ts';
import { createPermit, encodeNameConstraints, permittedNames, readNameConstraints } from './name-constraints.ts';
import { finishSave, isKeyWrapped, listFormer, readKey, readRoot, rootPaths, saveRoot } from './root-files.ts';
import type { KeyWrapper, RootPaths } from './root-files.ts';

export interface Root {
  pem: string;
  certificate: X509Certificate;
  publicKey: KeyObject;
  fingerprint256: string;
  /** Milliseconds since 1970. */
  notBefore: number;
  notAfter: number;
  /** Undefined for one that is not constrained, as a root put there by hand may be. */
  permitted: string[] | undefined;
  /** Whether it may sign for a name or a `*.` pattern. */
  permits: (pattern: string) => boolean;
  /** DER of its name. */
  subject: Buffer;
  keyId: Buffer;
}

export interface Signer {
  root: Root;
  key: KeyObject;
}

export interface AuthorityDeps {
  home: string;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Whose CA it is, in its name; user and host unless told. */
  owner?: string;
  keyWrapper?: KeyWrapper;
  /** The first root is on disk. */
  onCreated?: (root: Root) => void;
}

export interface NewRoot {
  root: Root;
  /** Where the certificate of the one before is kept. */
  formerFile?: string;
}

export type Authority = ReturnType<typeof createAuthority>;

const DAY_MS = 86_400_000;
/** Ten years less the leap days: what stores accept of a root. */
const LIFE_MS = 3_650 * DAY_MS;
/** For clocks in containers and virtual machines that lag behind. */
const CLOCK_SKEW_MS = DAY_MS;

/** Reads and makes the root; one at a time. */
export function createAuthority(deps: AuthorityDeps) {
  const paths = rootPaths(deps.home);
  const state: State = { root: undefined, signer: undefined, problems: [], former: [], isWrapped: false };
  const queue = createQueue();
  const load = async (): Promise<Result<Root | undefined>> => {
    await finishSave(paths).catch(() => undefined); // the read below tells what is wrong with the folder
    const read = await readRoot(paths);
    const root = read.ok ? understand(read.value, paths) : read;
    adoptRoot(state, root.ok ? root.value : undefined, root.ok ? [] : root.problems);
    state.former = await listFormer(paths);
    state.isWrapped = await isKeyWrapped(paths);
    return root;
  };
  const make = async (names: CertificateNames, keepsFormer = true): Promise<Result<NewRoot>> => {
    const made = await makeRoot(names, deps);
    const { keyWrapper: wrapper, now } = deps;
    const saved = await saveRoot(paths, made.root.pem, made.key, { wrapper, nowMs: now(), keepsFormer });
    if (!saved.ok) return saved;
    adoptRoot(state, made.root, []);
    state.signer = made;
    state.former = await listFormer(paths);
    state.isWrapped = wrapper !== undefined;
    const { root } = made;
    return success(saved.value === undefined ? { root } : { root, formerFile: saved.value });
  };
  const signer = async (names: CertificateNames): Promise<Result<Signer>> => {
    const loaded = state.root === undefined ? await load() : success(state.root);
    if (!loaded.ok) return loaded;
    if (loaded.value === undefined) {
      const made = await make(names);
      if (!made.ok) return made;
      deps.onCreated?.(made.value.root);
      return success(state.signer!);
    }
    return state.signer === undefined ? openSigner(state, loaded.value, paths, deps.keyWrapper) : success(state.signer);
  };
  return {
    paths,
    /** The root as read or made last. */
    current: (): Readonly<State> => state,
    /** Reads the root anew; makes none. `CERT_ROOT_CORRUPT`, `CERT_ROOT_UNREADABLE`. */
    load: () => queue(load),
    /** The root with its key, made for the names where there is none; besides load()'s errors those of readKey(). */
    signer: (names: CertificateNames): Promise<Result<Signer>> =>
      state.signer === undefined ? queue(() => signer(names)) : Promise.resolve(success(state.signer)),
    /** A new root in the place of whatever is there. `CERT_ROOT_SAVE_FAILED` leaves that. */
    renew: (names: CertificateNames, { keepsFormer }: { keepsFormer: boolean }) =>
      queue(() => make(names, keepsFormer)),
    /** Waits for what is under way. */
    close: () => queue(() => Promise.resolve()),
  };
}

interface State {
  root: Root | undefined;
  signer: Signer | undefined;
  problems: Problem[];
  former: string[];
  isWrapped: boolean;
}

function adoptRoot(state: State, root: Root | undefined, problems: Problem[]): void {
  if (state.root?.fingerprint256 !== root?.fingerprint256) state.signer = undefined;
  state.root = root;
  state.problems = problems;
}

async function openSigner(
  state: State,
  root: Root,
  paths: RootPaths,
  wrapper: KeyWrapper | undefined,
): Promise<Result<Signer>> {
  const key = await readKey(paths, root.certificate, wrapper);
  state.problems = key.ok ? key.warnings : key.problems;
  if (!key.ok) return key;
  state.signer = { root, key: key.value };
  return success(state.signer, key.warnings);
}

function understand(certificate: X509Certificate | undefined, { root: file }: RootPaths): Result<Root | undefined> {
  if (certificate === undefined) return success(undefined);
  try {
    return success(toRoot(certificate));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return failure(
      problem('CERT_ROOT_CORRUPT', `The root certificate "${file}" cannot be understood: ${error.message}.`, {
        fix: 'Renew the root and install its trust again.',
      }),
    );
  }
}

function toRoot(certificate: X509Certificate): Root {
  const { subject, keyId, nameConstraints } = readParts(certificate);
  const permitted = nameConstraints === undefined ? undefined : readNameConstraints(nameConstraints);
  return {
    pem: certificate.toString(),
    certificate,
    publicKey: certificate.publicKey,
    fingerprint256: certificate.fingerprint256,
    notBefore: Date.parse(certificate.validFrom),
    notAfter: Date.parse(certificate.validTo),
    permitted,
    permits: createPermit(permitted),
    subject,
    keyId,
  };
}

async function makeRoot(names: CertificateNames, { now, owner = defaultOwner() }: AuthorityDeps): Promise<Signer> {
  const { publicKey, privateKey } = await generateKeys();
  const keyId = keyIdOf(publicKeyDer(publicKey));
  const constraints = encodeNameConstraints(permittedNames(names));
  const notBefore = now() - CLOCK_SKEW_MS;
  const der = await issueCertificate({
    subject: commonName(owner),
    issuer: undefined,
    notBefore,
    notAfter: notBefore + LIFE_MS,
    publicKey,
    signingKey: privateKey,
    extensions: [
      { name: 'basicConstraints', critical: true, cA: true, pathLenConstraint: 0 },
      { name: 'keyUsage', critical: true, keyCertSign: true, cRLSign: true },
      subjectKeyId(keyId),
      { id: '2.5.29.30', critical: true, value: constraints.toString('latin1') },
    ],
  });
  return { root: toRoot(new X509Certificate(toPem('CERTIFICATE', der))), key: privateKey };
}

/** As an extension for issueCertificate(). */
export const subjectKeyId = (keyId: Buffer) => ({
  id: '2.5.29.14',
  value: Buffer.concat([Buffer.from([0x04, keyId.length]), keyId]).toString('latin1'),
});

/** As much of the owner as a common name holds: 64 characters in all. */
const commonName = (owner: string): string => `Mogoly local CA (${[...owner].slice(0, 46).join('')})`;

function defaultOwner(): string {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    return hostname(); // a user that the system has no name for, as in some containers
  }
}

/** One after another, whatever becomes of those before. */
function createQueue(): <T>(act: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (act) => {
    const next = last.then(act);
    last = next.catch(() => undefined); // the caller gets it
    return next;
  };
}
