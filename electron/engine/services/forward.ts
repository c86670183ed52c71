/** A name's own port: a TCP listener that leads to the published port of a service, for the addresses that may. */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { problem, type Problem } from '../../../shared/problem.ts';

export interface ForwardTarget {
  service: string;
  /** That clients connect to; the next ones are tried where it is taken. */
  port: number;
  /** Beyond this machine; none unless given. */
  allowedCidrs: readonly string[];
  /** The published port, as it is now; undefined while it does not run. */
  target: () => number | undefined;
}

export interface ForwardState {
  port?: number;
  address?: string;
  problem?: Problem;
}

export interface Forwards {
  /** Opens what is new, closes what is gone, keeps the rest with its connections. */
  adopt: (wanted: readonly ForwardTarget[]) => Promise<void>;
  stateOf: (service: string) => ForwardState;
  close: () => Promise<void>;
}

export interface ForwardDeps {
  /** Whether an address is within any of the blocks. */
  matcher: (cidrs: readonly string[]) => (address: string) => boolean;
}

/** Beside the usual port, where that is taken. */
const PORTS_TRIED = 20;
const CONNECTIONS_MAX = 1_000;

interface Open {
  key: string;
  target: ForwardTarget;
  servers: Server[];
  sockets: Set<Socket>;
  state: ForwardState;
}

export function createForwards({ matcher }: ForwardDeps): Forwards {
  const open = new Map<string, Open>();
  let tail: Promise<unknown> = Promise.resolve();
  const adopt = async (wanted: readonly ForwardTarget[]): Promise<void> => {
    const names = new Map(wanted.map((target) => [target.service, target]));
    for (const [service, forward] of open) {
      const next = names.get(service);
      if (next !== undefined && keyOf(next) === forward.key) forward.target = next;
      else {
        open.delete(service);
        await shut(forward);
      }
    }
    for (const target of wanted)
      if (!open.has(target.service)) open.set(target.service, await openForward(target, matcher));
  };
  return {
    adopt(wanted) {
      const next = tail.then(() => adopt(wanted));
      tail = next.catch(() => undefined); // told to its own caller
      return next;
    },
    stateOf: (service) => open.get(service)?.state ?? {},
    async close() {
      await tail;
      await Promise.all([...open.values()].map(shut));
      open.clear();
    },
  };
}

const keyOf = ({ port, allowedCidrs }: ForwardTarget): string => `${port} ${allowedCidrs.join()}`;

async function openForward(target: ForwardTarget, matcher: ForwardDeps['matcher']): Promise<Open> {
  const isOpened = target.allowedCidrs.length > 0;
  const addresses = isOpened ? ['0.0.0.0'] : ['127.0.0.1', '::1'];
  const isAllowed = matcher(target.allowedCidrs);
  const forward: Open = { key: keyOf(target), target, servers: [], sockets: new Set(), state: {} };
  const take = (socket: Socket): void => {
    if (isLoopback(socket.remoteAddress ?? '') || isAllowed(plainAddress(socket.remoteAddress ?? '')))
      join(socket, forward);
    else socket.destroy();
  };
  for (let port = target.port; port < Math.min(target.port + PORTS_TRIED, 65_536); port += 1) {
    const servers = await Promise.all(addresses.map((address) => listen(address, port, take)));
    const bound = servers.filter((server) => server !== undefined);
    // A machine without IPv6 has the first alone.
    if (servers[0] !== undefined) {
      forward.servers = bound;
      forward.state = { port, address: addresses[0]! };
      return forward;
    }
    for (const server of bound) server.close();
  }
  forward.state = {
    problem: problem('SERVICE_FORWARD_TAKEN', `No port from ${target.port} on is free for ${target.service}.`, {
      fix: 'Give a free one as entrypoint of its domain.',
    }),
  };
  return forward;
}

function listen(host: string, port: number, take: (socket: Socket) => void): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer({ allowHalfOpen: true }, take);
    server.maxConnections = CONNECTIONS_MAX;
    server.once('error', () => resolve(undefined));
    server.listen({ host, port }, () => resolve(server));
  });
}

/** Bytes both ways until either end is done. */
function join(client: Socket, forward: Open): void {
  const port = forward.target.target();
  if (port === undefined) return void client.destroy();
  const service = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
  for (const [one, other] of [
    [client, service],
    [service, client],
  ] as const) {
    forward.sockets.add(one);
    one.setNoDelay(true);
    one.on('error', () => other.destroy());
    one.on('close', () => {
      forward.sockets.delete(one);
      other.destroy();
    });
    one.pipe(other);
  }
}

const plainAddress = (address: string): string => address.replace(/^::ffff:/, '');
const isLoopback = (address: string): boolean => address === '::1' || plainAddress(address).startsWith('127.');

async function shut({ servers, sockets }: Open): Promise<void> {
  const closed = servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
  for (const socket of sockets) socket.destroy();
  await Promise.all(closed);
}
