/** Waits until a TXT record is seen where an authority will look for it: at the name servers of its zone. */
import { Resolver } from 'node:dns/promises';
import { isIPv6 } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { acmeError, codeOf } from '../acme-error.ts';

export interface VisibleOptions {
  /** Addresses, with or without a port; the zone's own name servers unless given. */
  resolvers: readonly string[] | undefined;
  timeoutMs: number;
  signal: AbortSignal;
  /** Once, before the first question. */
  onWait: (servers: string[]) => void;
}

/** `unchecked`: no server gave any answer, as on a network that lets no DNS out. */
export type Visibility = 'visible' | 'unchecked';

/** Between rounds: the first, doubled up to the last. */
const FIRST_WAIT_MS = 250;
const LAST_WAIT_MS = 5_000;
/** One question to one server. */
const QUESTION_MS = 3_000;
/** A server that was mute in so many rounds is not waited for. */
const MUTE_ROUNDS = 3;
const MAX_CNAMES = 4;

type Sight = 'seen' | 'missing' | 'mute';

/** Rejects with AcmeError ACME_DNS_NOT_VISIBLE when a server that answers does not show the value in time. */
export async function waitVisible(name: string, value: string, options: VisibleOptions): Promise<Visibility> {
  const { resolvers, timeoutMs, signal } = options;
  const { record, servers } = resolvers
    ? { record: name, servers: resolvers.map(withPort) }
    : await unlessAborted(authoritative(name), signal);
  options.onWait(servers);
  const deadlineMs = performance.now() + timeoutMs;
  let waitMs = FIRST_WAIT_MS;
  for (let round = 1; ; round++) {
    const sights = await unlessAborted(Promise.all(servers.map((server) => look(server, record, value))), signal);
    const isLate = performance.now() >= deadlineMs;
    if (sights.every((sight) => sight === 'mute')) {
      if (round >= MUTE_ROUNDS || isLate) return 'unchecked';
    } else if (!sights.includes('missing')) {
      if (round >= MUTE_ROUNDS || !sights.includes('mute')) return 'visible';
    } else if (isLate) {
      throw notVisible(
        record,
        timeoutMs,
        servers.filter((_server, index) => sights[index] === 'missing'),
      );
    }
    await sleep(waitMs, undefined, { signal, ref: false });
    waitMs = Math.min(waitMs * 2, LAST_WAIT_MS);
  }
}

const notVisible = (record: string, timeoutMs: number, servers: string[]) =>
  acmeError(
    'ACME_DNS_NOT_VISIBLE',
    `The TXT record ${record} was not visible at ${servers.join(', ')} within ${timeoutMs / 1_000}s.`,
    'Check that the DNS provider of acme.dns serves the zone, or allow more time with acme.dns.propagation_timeout.',
  );

/** An abort does not wait for questions under way; they end by themselves within QUESTION_MS each. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

/** A new resolver for each question: an old one would keep what it heard. */
function resolverAt(servers?: readonly string[]): Resolver {
  const resolver = new Resolver({ timeout: QUESTION_MS, tries: 1 });
  if (servers) resolver.setServers([...servers]);
  return resolver;
}

async function look(server: string, record: string, value: string): Promise<Sight> {
  try {
    const texts = await resolverAt([server]).resolveTxt(record);
    return texts.some((parts) => parts.join('') === value) ? 'seen' : 'missing';
  } catch (error) {
    return codeOf(error) === 'ENODATA' || codeOf(error) === 'ENOTFOUND' ? 'missing' : 'mute';
  }
}

/** Where the name leads by CNAME, and the servers of that zone; the machine's own resolvers when they cannot be found. */
async function authoritative(name: string): Promise<{ record: string; servers: string[] }> {
  const record = await followCnames(name);
  for (let zone = record; zone.includes('.'); zone = zone.slice(zone.indexOf('.') + 1)) {
    const names = await resolverAt()
      .resolveNs(zone)
      .catch(() => []); // not the top of a zone
    const addresses = (await Promise.all(names.map(addressesOf))).flat();
    if (addresses.length > 0) return { record, servers: addresses };
  }
  return { record, servers: resolverAt().getServers() };
}

async function followCnames(name: string): Promise<string> {
  let record = name;
  for (let hops = 0; hops < MAX_CNAMES; hops++) {
    const [target] = await resolverAt()
      .resolveCname(record)
      .catch(() => []); // most names have none
    if (target === undefined) break;
    record = target;
  }
  return record;
}

/** IPv4 where there is any: it is reachable from more networks. */
async function addressesOf(server: string): Promise<string[]> {
  const four = await resolverAt()
    .resolve4(server)
    .catch(() => []); // a server may be IPv6 only
  if (four.length > 0) return four;
  return resolverAt()
    .resolve6(server)
    .catch(() => []); // then the other servers of the zone must do
}

/** The form that Node's setServers() takes. */
const withPort = (address: string): string => (isIPv6(address) ? `[${address}]` : address);
