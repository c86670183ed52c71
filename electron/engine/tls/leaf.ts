/** Certificates of the local sites: from the disk, or made once however many ask at the same time. */
import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { CertificateEvent } from '../../../shared/certificate.ts';
import { failure, problem, success } from '../../../shared/problem.ts';
import type { Problem, Result } from '../../../shared/problem.ts';
import { subjectKeyId } from './authority.ts';
import type { Root, Signer } from './authority.ts';
import { createBoundedMap } from './bounded-map.ts';
import { keyIdOf } from './certificate-der.ts';
import { generateKeys, issueCertificate, publicKeyDer, toPem } from './issue.ts';
import type { LeafRequest } from './leaf-names.ts';
import { describeLeaf, openLeafStore } from './leaf-store.ts';
import type { Leaf, LeafStore } from './leaf-store.ts';

export interface LeavesDeps {
  home: string;
  /** Milliseconds since 1970. */
  now: () => number;
  report: (event: CertificateEvent) => void;
  /** As it is on disk; undefined where there is none yet. */
  root: () => Promise<Result<Root | undefined>>;
  /** With its key; makes a root where there is none. */
  signer: () => Promise<Result<Signer>>;
}

export type Leaves = ReturnType<typeof createLeaves>;

/** 90 days. */
const LIFE_MS = 90 * 86_400_000;
/** For clients whose clock is behind ours. */
const CLOCK_SKEW_MS = 3_600_000;
/** The last third of its life is for renewing it. */
const RENEWAL_SHARE = 1 / 3;
/** A hundred tabs opened at once are a tenth of this. */
const MAX_PENDING = 1_000;

/** Good at this moment, in milliseconds since 1970. */
export const isValid = ({ notBefore, notAfter }: { notBefore: number; notAfter: number }, nowMs: number): boolean =>
  notBefore <= nowMs && nowMs < notAfter;

/** Whether it is time for the next one. */
export const isDue = ({ notBefore, notAfter }: { notBefore: number; notAfter: number }, nowMs: number): boolean =>
  notAfter - nowMs <= (notAfter - notBefore) * RENEWAL_SHARE;

export function createLeaves(deps: LeavesDeps) {
  const store = openLeafStore(deps.home);
  const writer = createWriter(store, deps.report);
  const pending = new Map<string, Promise<Result<Leaf>>>();
  /** Made in this run: the disk may not have them yet. */
  const made = createBoundedMap<{ leaf: Leaf; root: string }>(MAX_PENDING);
  const mint = async (request: LeafRequest, before: Leaf | undefined): Promise<Result<Leaf>> => {
    const signer = await deps.signer();
    if (!signer.ok) return signer;
    const bad = refusal(request, signer.value.root, deps.now());
    if (bad !== undefined) return failure(bad);
    const leaf = await makeLeaf(request, signer.value, deps.now(), store.fileOf(request.name));
    writer.keep(leaf, signer.value.root);
    const { name, hosts, notAfter } = leaf;
    const isFirst = before === undefined && made.get(name) === undefined;
    made.set(name, { leaf, root: signer.value.root.fingerprint256 });
    const event = isFirst ? 'certificate.issued' : 'certificate.renewed';
    deps.report({ name: event, data: { name, hosts: [...hosts], notAfter } });
    return success(leaf);
  };
  const find = (name: string, root: Root): Leaf | undefined | Promise<Leaf | undefined> => {
    const recent = made.get(name);
    return recent?.root === root.fingerprint256 ? recent.leaf : store.read(name, root);
  };
  const obtain = async (request: LeafRequest): Promise<Result<Leaf>> => {
    const root = await deps.root();
    if (!root.ok) return root;
    const stored = root.value === undefined ? undefined : await find(request.name, root.value);
    const isGood = stored !== undefined && sameHosts(stored, request) && isValid(stored, deps.now());
    if (isGood && !isDue(stored, deps.now())) return success(stored);
    const next = await mint(request, stored);
    // One that is due still serves while the next cannot be made.
    return !next.ok && isGood ? success(stored, next.problems) : next;
  };
  return {
    /**
     * The certificate for the names: kept, or made now. `CERT_OUTSIDE_ROOT`, `CERT_ROOT_EXPIRED`, `CERT_BUSY`, and what
     * the root and its key answer.
     */
    get(request: LeafRequest): Promise<Result<Leaf>> {
      const id = [request.name, ...request.hosts].join(' ');
      const underWay = pending.get(id);
      if (underWay !== undefined) return underWay;
      if (pending.size >= MAX_PENDING) return Promise.resolve(failure(busy(request.name)));
      const obtained: Promise<Result<Leaf>> = obtain(request).finally(() => {
        if (pending.get(id) === obtained) pending.delete(id);
      });
      pending.set(id, obtained);
      return obtained;
    },
    /** Another root signs from now on: what is under way is not waited for. */
    forget(): void {
      pending.clear();
      made.clear();
    },
    /** Those on disk that the root signed. */
    all: (root: Root): Promise<Leaf[]> => store.all(root),
    /** Removes from the disk what another root signed. */
    clear: (except?: Root): Promise<void> => store.clear(except),
    /** Waits for what is being made and written. */
    async close(): Promise<void> {
      await Promise.allSettled([...pending.values()]);
      await writer.close();
    },
  };
}

/** Writes behind the handshake, which need not wait for the disk. */
function createWriter(store: LeafStore, report: LeavesDeps['report']) {
  const writes = new Set<Promise<void>>();
  return {
    keep(leaf: Leaf, root: Root): void {
      const write: Promise<void> = store
        .write(leaf, root)
        .catch((error: unknown) => report({ name: 'certificate.failed', data: notKept(leaf, error) }))
        .finally(() => writes.delete(write));
      writes.add(write);
    },
    close: async (): Promise<void> => void (await Promise.all([...writes])),
  };
}

async function makeLeaf(request: LeafRequest, { root, key }: Signer, nowMs: number, file: string): Promise<Leaf> {
  const { publicKey, privateKey } = await generateKeys();
  const keyId = keyIdOf(publicKeyDer(publicKey));
  const der = await issueCertificate({
    subject: request.name,
    issuer: root.subject,
    notBefore: Math.max(nowMs - CLOCK_SKEW_MS, root.notBefore),
    notAfter: Math.min(nowMs + LIFE_MS, root.notAfter),
    publicKey,
    signingKey: key,
    extensions: [
      { name: 'basicConstraints', critical: true, cA: false },
      { name: 'keyUsage', critical: true, digitalSignature: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: request.hosts.map(altName) },
      subjectKeyId(keyId),
      { name: 'authorityKeyIdentifier', keyIdentifier: root.keyId.toString('latin1') },
    ],
  });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return {
    ...describeLeaf(new X509Certificate(toPem('CERTIFICATE', der)), pem, file, request.name),
    hosts: request.hosts,
  };
}

const altName = (host: string) => (isIP(host) === 0 ? { type: 2, value: host } : { type: 7, ip: host });

function sameHosts(leaf: Leaf, { hosts }: LeafRequest): boolean {
  return leaf.hosts.length === hosts.length && hosts.every((host, i) => leaf.hosts[i] === host || isIP(host) === 6);
}

function refusal({ hosts }: LeafRequest, root: Root, nowMs: number): Problem | undefined {
  const outside = hosts.filter((host) => !root.permits(host));
  if (outside.length > 0) return outsideRoot(outside);
  if (isValid(root, nowMs)) return undefined;
  const isLate = nowMs >= root.notAfter;
  const until = new Date(isLate ? root.notAfter : root.notBefore).toISOString().slice(0, 10);
  return problem('CERT_ROOT_EXPIRED', `The root certificate is good only ${isLate ? 'until' : 'from'} ${until} on.`, {
    fix: 'See whether the clock is right; if it is, renew the root and install its trust again.',
  });
}

/** `CERT_OUTSIDE_ROOT` for names that the constraints of the root leave out. */
export function outsideRoot(hosts: readonly string[]): Problem {
  const [first, ...more] = hosts;
  const others = more.length === 0 ? '' : ` (and ${more.length} more)`;
  return problem('CERT_OUTSIDE_ROOT', `The root certificate does not permit "${first}"${others}.`, {
    fix: 'Renew the root, so that it covers the names now in use, and install its trust again.',
  });
}

const busy = (name: string): Problem =>
  problem('CERT_BUSY', `Too many certificates are being made to make one for "${name}" now.`, {
    fix: 'Open the page again in a moment.',
  });

function notKept(leaf: Leaf, error: unknown): { name: string; problem: Problem } {
  const why = error instanceof Error ? error.message : String(error);
  const fix = 'Make room on the disk, or make the home folder writable; until then it is made anew at each start.';
  return {
    name: leaf.name,
    problem: {
      ...problem('CERT_SAVE_FAILED', `The certificate of "${leaf.name}" cannot be kept: ${why}.`, { fix }),
      severity: 'warning',
    },
  };
}
