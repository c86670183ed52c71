/** Opens the listeners of a config next to the running ones; nothing is closed before the swap. */
import type { Config } from '../../shared/config.ts';
import { failure, success, type Problem, type Result } from '../../shared/problem.ts';
import type { ListenerState } from '../../shared/state.ts';
import { addressesOf, PORTS, type ListenerKind } from './addresses.ts';
import type { ListenAddress } from './generation.ts';

/** What the proxy room opens; the rest of it is its own. */
export interface Listener extends ListenAddress {
  key: string;
  close: (deadlineMs: number) => Promise<void>;
}

export interface BindingRooms {
  plan: (
    running: readonly Listener[],
    next: readonly ListenAddress[],
  ) => { open: ListenAddress[]; keep: Listener[]; close: Listener[] };
  open: (address: ListenAddress) => Promise<Result<Listener>>;
}

export interface Binding {
  /** Of the next generation: kept and new ones. */
  listeners: Listener[];
  opened: Listener[];
  /** Closed already: the next address covers theirs, and the system does not give both. */
  yielded: Listener[];
  /** To close after the swap. */
  obsolete: Listener[];
  /** Loopback addresses this machine does not have. */
  missing: ListenerState[];
}

/** Refused at once, so there is nothing to drain. */
const AT_ONCE = 0;
/** Requests under way on a listener that makes way get this long. */
const DRAIN_MS = 30_000;

const closeAll = (listeners: readonly Listener[]): Promise<unknown> =>
  Promise.all(listeners.map((listener) => listener.close(AT_ONCE)));

const KINDS: readonly ListenerKind[] = ['http', 'https', 'dns'];

/**
 * A port given is bound or the apply fails; left out, the fallback is tried when the preferred one cannot be had. Without
 * http there is nothing to serve; without the others, where nobody asked for them, the rest goes on and says so.
 */
export async function bind(
  listen: Config['listen'],
  running: Listener[],
  rooms: BindingRooms,
): Promise<Result<Binding>> {
  const whole: Binding = { listeners: [], opened: [], yielded: [], obsolete: [], missing: [] };
  for (const kind of KINDS) {
    const part = await bindKind(kind, listen[kind], running, rooms);
    if (!part.ok) {
      await releaseBinding(whole, running, rooms);
      return part;
    }
    for (const list of ['listeners', 'opened', 'yielded', 'obsolete'] as const) whole[list].push(...part.value[list]);
    whole.missing.push(...part.value.missing);
  }
  return success(whole);
}

async function bindKind(
  kind: ListenerKind,
  setting: Config['listen'][ListenerKind],
  running: Listener[],
  rooms: BindingRooms,
): Promise<Result<Binding>> {
  if (setting !== undefined)
    return bindAll(kind, addressesOf(kind, setting), running, rooms, typeof setting === 'number');
  const { preferred, fallback } = PORTS[kind];
  const isOnFallback = running.some((listener) => listener.kind === kind && listener.port === fallback);
  const problems: Problem[] = [];
  for (const port of isOnFallback ? [fallback, preferred] : [preferred, fallback]) {
    const bound = await bindAll(kind, addressesOf(kind, undefined, port), running, rooms, true);
    if (bound.ok) return bound;
    problems.push(...bound.problems);
  }
  if (kind === 'http') return failure(...problems);
  const missing = { kind, address: '127.0.0.1', port: fallback, problem: problems.at(-1)! };
  const obsolete = running.filter((listener) => listener.kind === kind);
  return success({ listeners: [], opened: [], yielded: [], obsolete, missing: [missing] });
}

async function bindAll(
  kind: ListenerKind,
  addresses: ListenAddress[],
  running: Listener[],
  rooms: BindingRooms,
  mayMiss: boolean,
): Promise<Result<Binding>> {
  const plan = rooms.plan(
    running.filter((listener) => listener.kind === kind),
    addresses,
  );
  const binding: Binding = { listeners: [...plan.keep], opened: [], yielded: [], obsolete: plan.close, missing: [] };
  for (const address of plan.open) {
    const result = await openOrYield(address, binding, rooms);
    if (result.ok) {
      binding.opened.push(result.value);
      binding.listeners.push(result.value);
    } else if (mayMiss && address.address === '::1' && !isTaken(result.problems)) {
      binding.missing.push({ ...address, problem: result.problems[0]! });
    } else {
      await releaseBinding(binding, running, rooms);
      return result;
    }
  }
  return success(binding);
}

/**
 * From `127.0.0.1:80` to `0.0.0.0:80` the port is taken by ourselves: the old listener stops accepting just before the
 * new one begins. Its requests under way go on.
 */
async function openOrYield(address: ListenAddress, binding: Binding, rooms: BindingRooms): Promise<Result<Listener>> {
  const first = await rooms.open(address);
  if (first.ok || !isTaken(first.problems)) return first;
  const inTheWay = binding.obsolete.filter(
    (listener) => !binding.yielded.includes(listener) && overlaps(listener, address),
  );
  if (inTheWay.length === 0) return first;
  binding.yielded.push(...inTheWay);
  for (const listener of inTheWay) void listener.close(DRAIN_MS);
  return rooms.open(address);
}

const isWildcard = ({ address }: ListenAddress): boolean => address === '0.0.0.0' || address === '::';
const family = ({ address }: ListenAddress): number => (address.includes(':') ? 6 : 4);

/** The same port and family, and one of them is every address. */
const overlaps = (one: ListenAddress, other: ListenAddress): boolean =>
  one.port === other.port && family(one) === family(other) && (isWildcard(one) || isWildcard(other));

const isTaken = (problems: readonly Problem[]): boolean =>
  problems.some(({ code }) => code === 'LISTEN_PORT_TAKEN' || code === 'LISTEN_PORT_PRIVILEGED');

/** Takes a binding back: what was opened closes, and what made way for it listens again, in its place in `running`. */
export async function releaseBinding(binding: Binding, running: Listener[], rooms: BindingRooms): Promise<void> {
  await closeAll(binding.opened);
  for (const yielded of binding.yielded) {
    const again = await rooms.open(yielded);
    const at = running.indexOf(yielded);
    if (again.ok && at !== -1) running[at] = { ...again.value, key: yielded.key };
    else if (at !== -1) running.splice(at, 1);
  }
}
