/** Published ports of a dockerd in a namespace of its own, on this machine's loopback too: what Docker Desktop does for its VM. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dockerd } from './docker.ts';
import { until } from './wait.ts';

/** Runs inside: the first line of a connection names the port that it leads to. */
const DOOR = String.raw`
const net = require('node:net');
net.createServer((outer) => {
  outer.on('error', () => undefined);
  outer.once('data', (head) => {
    const end = head.indexOf(10);
    const inner = net.connect({ host: '127.0.0.1', port: Number(head.subarray(0, end)) });
    inner.on('error', () => outer.destroy());
    inner.on('close', () => outer.destroy());
    outer.on('close', () => inner.destroy());
    inner.write(head.subarray(end + 1));
    outer.pipe(inner).pipe(outer);
  });
}).listen(process.argv[1]);
`;
/** A port that was published is here so soon. */
const LOOK_MS = 100;

interface Listed {
  Ports: { PublicPort?: number; Type: string }[];
}

/** For an app that runs outside of the namespace. Follows what is published until it is closed. */
export async function mirrorPorts(dockerd: Dockerd): Promise<{ close: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'mogoly-ports-'));
  const door = join(folder, 'door.sock');
  const [command, ...args] = [...dockerd.enter, process.execPath, '-e', DOOR, door];
  const inside = spawn(command!, args, { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => inside.once('exit', () => resolve()));
  const sockets = new Set<Socket>();
  const open = new Map<number, Server>();
  const look = async (): Promise<void> => {
    const { body } = await dockerd.api<Listed[]>('GET', '/containers/json');
    const wanted = new Set(body.flatMap(({ Ports }) => Ports.flatMap(({ PublicPort }) => PublicPort ?? [])));
    for (const [port, server] of open) {
      if (wanted.has(port)) continue;
      server.close();
      open.delete(port);
    }
    for (const port of wanted) if (!open.has(port)) open.set(port, await listen(port, door, sockets));
  };
  await until(() => pass(door), { message: 'the door of the namespace' });
  let isOn = true;
  const looking = (async () => {
    while (isOn) {
      await look().catch(() => undefined); // dockerd is gone, or comes back
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  })();
  return {
    async close() {
      isOn = false;
      await looking;
      for (const server of open.values()) server.close();
      for (const socket of sockets) socket.destroy();
      inside.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Whether the door is open. */
const pass = (door: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(door);
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });

function listen(port: number, door: string, sockets: Set<Socket>): Promise<Server> {
  const server = createServer((client) => {
    const inner = connect(door);
    for (const [one, other] of [
      [client, inner],
      [inner, client],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
    inner.write(`${port}\n`);
    client.pipe(inner).pipe(client);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port }, () => resolve(server));
  });
}
