/** Opens the listeners of a config next to the running ones; nothing is closed before the swap. */
import type { Config } from '../../shared/config.ts';
import { failure, success, type Problem, type Result } from '../../shared/problem.ts';
import type { ListenerState } from '../../shared/state.ts';
import { HTTP_PORTS, httpAddresses } from './addresses.ts';
import type { ListenAddress } from './generation.ts';

/** What the proxy room opens; the rest of it is its own. */
export interface Listener extends ListenAddress {
  key: string;
  close: (deadlineMs: number) => Promise<void>;
}

export interface BindingRooms {
  plan: (running: readonly Listener[], next: readonly ListenAddress[]) => { open: ListenAddress[]; keep: Listener[]; close: Listener[] };
  open: (address: ListenAddress) => Promise<Result<Listener>>;
}

export interface Binding {
  /** Of the next generation: kept and new ones. */
  listeners: Listener[];
  opened: Listener[];
  /** To close after the swap. */
  obsolete: Listener[];
  /** Loopback addresses this machine does not have. */
  missing: ListenerState[];
}

/** Refused at once, so there is nothing to drain. */
const AT_ONCE = 0;

const closeAll = (listeners: readonly Listener[]): Promise<unknown> => Promise.all(listeners.map((listener) => listener.close(AT_ONCE)));

/** A port given is bound or the apply fails; left out, the fallback is tried when the preferred one cannot be had. */
export async function bind(setting: Config['listen']['http'], running: readonly Listener[], rooms: BindingRooms): Promise<Result<Binding>> {
  if (setting !== undefined) return bindAll(httpAddresses(setting, HTTP_PORTS.preferred), running, rooms, typeof setting === 'number');
  const { preferred, fallback } = HTTP_PORTS;
  const ports = running.some(({ port }) => port === fallback) ? [fallback, preferred] : [preferred, fallback];
  const problems: Problem[] = [];
  for (const port of ports) {
    const bound = await bindAll(httpAddresses(undefined, port), running, rooms, true);
    if (bound.ok) return bound;
    problems.push(...bound.problems);
  }
  return failure(...problems);
}

async function bindAll(addresses: ListenAddress[], running: readonly Listener[], rooms: BindingRooms, mayMiss: boolean): Promise<Result<Binding>> {
  const plan = rooms.plan(running, addresses);
  const opened: Listener[] = [];
  const missing: ListenerState[] = [];
  for (const address of plan.open) {
    const result = await rooms.open(address);
    if (result.ok) {
      opened.push(result.value);
    } else if (mayMiss && address.address === '::1' && !isTaken(result.problems)) {
      missing.push({ ...address, problem: result.problems[0]! });
    } else {
      await closeAll(opened);
      return result;
    }
  }
  return success({ listeners: [...plan.keep, ...opened], opened, obsolete: plan.close, missing });
}

const isTaken = (problems: readonly Problem[]): boolean => problems.some(({ code }) => code === 'LISTEN_PORT_TAKEN' || code === 'LISTEN_PORT_PRIVILEGED');

export const releaseBinding = (binding: Binding): Promise<unknown> => closeAll(binding.opened);
