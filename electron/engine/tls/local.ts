/** TLS contexts of the sites with local certificates: kept in memory, renewed in time, never served out of their time. */
import { createSecureContext } from 'node:tls';
import type { SecureContext } from 'node:tls';
import type { CertificateEvent } from '../../../shared/certificate.ts';
import { createBoundedMap } from './bounded-map.ts';
import { chooseLeaf } from './leaf-names.ts';
import type { LeafRequest } from './leaf-names.ts';
import { createLeafStates } from './leaf-states.ts';
import type { Leaf } from './leaf-store.ts';
import { isDue, isValid } from './leaf.ts';
import type { Leaves } from './leaf.ts';
import { LOOPBACK_NAME } from './name-constraints.ts';

export interface LocalContextsDeps {
  leaves: Leaves;
  /** Milliseconds since 1970. */
  now: () => number;
  report: (event: CertificateEvent) => void;
  /** Whether the root, or the one that would be made now, signs for a pattern. */
  permits: (pattern: string) => boolean;
  /** A certificate took the place of another. */
  onReplaced: () => void;
}

export type LocalContexts = ReturnType<typeof createLocalContexts>;

/** TLS 1.0 and 1.1 are deprecated (RFC 8996). */
export const MIN_VERSION = 'TLSv1.2' as const;

/** About 50 kB each; more hosts than a team has open. */
const MAX_CONTEXTS = 500;
/** Hosts that share a certificate each have an entry here. */
const MAX_HOSTS = 5_000;

/** For clients that name no host, as they do when the address is `https://127.0.0.1`. */
const DEFAULT_REQUEST: LeafRequest = { name: '127.0.0.1', hosts: [LOOPBACK_NAME, '127.0.0.1', '::1'] };

interface Entry {
  request: LeafRequest;
  leaf: Leaf;
  context: SecureContext;
}

const idOf = ({ name, hosts }: LeafRequest): string => `${name} ${hosts.join(' ')}`;

export function createLocalContexts(deps: LocalContextsDeps) {
  const entries = createBoundedMap<Entry>(MAX_CONTEXTS);
  const requests = createBoundedMap<LeafRequest>(MAX_HOSTS);
  const states = createLeafStates(deps.report);
  let roots = 0;
  const obtain = async (request: LeafRequest): Promise<Entry | undefined> => {
    const begun = roots;
    const leaf = await deps.leaves.get(request);
    if (begun !== roots) return obtain(request);
    states.judge(request.name, leaf.ok ? leaf.warnings : leaf.problems);
    if (!leaf.ok) return undefined;
    const before = entries.get(idOf(request));
    if (before?.leaf.fingerprint256 === leaf.value.fingerprint256) return before;
    const entry = toEntry(request, leaf.value);
    entries.set(idOf(request), entry);
    states.note(leaf.value);
    if (before !== undefined) deps.onReplaced();
    return entry;
  };
  const requestFor = (host: string, patterns: readonly string[]): LeafRequest => {
    const known = requests.get(host);
    if (known !== undefined) return known;
    const request = chooseLeaf(host, patterns, deps.permits);
    requests.set(host, request);
    return request;
  };
  const isStale = ({ leaf }: Entry): boolean => isDue(leaf, deps.now()) || !isValid(leaf, deps.now());
  return {
    states,
    /** At once where it is in memory and good now; undefined where none can be made, which was reported. */
    contextFor(host: string, patterns: readonly string[]): SecureContext | Promise<SecureContext | undefined> {
      const request = requestFor(host, patterns);
      const entry = entries.get(idOf(request));
      if (entry !== undefined && isValid(entry.leaf, deps.now())) return entry.context;
      return obtain(request).then((made) => made?.context);
    },
    /** The certificate for clients that name no host. */
    defaultLeaf: async (): Promise<Leaf | undefined> => (await obtain(DEFAULT_REQUEST))?.leaf,
    /** The hosts of the sites may have changed: which certificate is for which host is decided anew. */
    forgetHosts(): void {
      requests.clear();
      states.forgetFailures();
    },
    /** Another root signs from now on. */
    forgetAll(): void {
      roots++;
      requests.clear();
      entries.clear();
      states.forgetAll();
    },
    /** Replaces what is due or out of its time, one after another. */
    async refresh(): Promise<void> {
      for (const entry of entries.values()) if (isStale(entry)) await obtain(entry.request);
    },
    /** When the next of those in memory ends, in milliseconds since 1970; Infinity for none. */
    soonestEnd: (): number =>
      Math.min(...entries.values().flatMap(({ leaf }) => (leaf.notAfter > deps.now() ? [leaf.notAfter] : []))),
  };
}

function toEntry(request: LeafRequest, leaf: Leaf): Entry {
  const { cert, key } = leaf;
  return { request, leaf, context: createSecureContext({ cert, key, minVersion: MIN_VERSION }) };
}
