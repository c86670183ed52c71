/** The certificate room on a temporary home, with a TLS server before it and a clock to move. */
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import {
  connect,
  createServer as createTlsServer,
  type ConnectionOptions,
  type PeerCertificate,
  type TLSSocket,
} from 'node:tls';
import { onTestFinished } from 'vitest';
import {
  createCertificates,
  sortByHello,
  type Certificates,
  type CertificatesDeps,
  type CertificateSite,
} from '../../electron/engine/tls/contexts.ts';
import type { CertificateEvent } from '../../shared/certificate.ts';
import { createHostTable } from '../../shared/host.ts';
import { tempHome } from './temp-home.ts';
import { until } from './wait.ts';

export interface TlsRoom {
  home: string;
  certificates: Certificates;
  events: CertificateEvent[];
  /** Replaces the sites, as an apply does. */
  serve: (sites: CertificateSite[]) => Promise<void>;
  /** Milliseconds since 1970; moved by hand. */
  clock: { nowMs: number };
}

export const localSite = (name: string, ...hosts: string[]): CertificateSite => ({
  name,
  hosts: hosts.length === 0 ? [name] : hosts,
  tls: { kind: 'local' },
});

/** The clock stands still: what openssl makes in the course of a test is valid by it too. */
const AHEAD_MS = 60_000;

/** Closed when the test is over. */
export async function openRoom(
  sites: CertificateSite[],
  options: Partial<CertificatesDeps> & { clock?: { nowMs: number } } = {},
): Promise<TlsRoom> {
  const { clock = { nowMs: Date.now() + AHEAD_MS }, home = tempHome(), ...deps } = options;
  const events: CertificateEvent[] = [];
  let served = sites;
  let find = createHostTable<CertificateSite>([]);
  const certificates = createCertificates({
    home,
    now: () => clock.nowMs,
    report: (event) => void events.push(event),
    zones: () => ['test'],
    sites: () => served,
    siteFor: (host) => find(host),
    owner: 'tester',
    isTrusted: () => true,
    debounceMs: 30,
    ...deps,
  });
  const serve = async (next: CertificateSite[]): Promise<void> => {
    served = next;
    find = createHostTable(next.flatMap((value) => value.hosts.map((pattern) => ({ pattern, value }))));
    await certificates.adopt();
  };
  await serve(sites);
  onTestFinished(() => certificates.close());
  return { home, certificates, events, serve, clock };
}

export interface TlsListener {
  port: number;
}

/** Answers each request with its server name and ends it; clients without one have a server of their own. */
export async function listen({ certificates }: TlsRoom): Promise<TlsListener> {
  const answer = (socket: TLSSocket): void => {
    socket.on('error', () => undefined);
    const body = String(socket.servername);
    const reply = `HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    // Browsers drop an answer that comes before the request.
    socket.once('data', () => socket.end(reply));
  };
  const named = createTlsServer(certificates.namedOptions(), answer);
  const nameless = createTlsServer(certificates.namelessOptions(), answer);
  const detach = [certificates.attachNamed(named), certificates.attachNameless(nameless)];
  const server = createServer((socket) =>
    sortByHello(socket, async (kind) => {
      if (kind === 'plain') return socket.destroy();
      if (kind === 'nameless') await certificates.prepareNameless();
      (kind === 'nameless' ? nameless : named).emit('connection', socket);
    }),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const end of detach) end();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port };
}

export interface Handshake {
  certificate: PeerCertificate;
  isReused: boolean;
  session: Buffer | undefined;
}

/** Rejects with the client's error; trusts the `ca` alone, or anything without one. */
export async function shake(port: number, servername?: string, options: ConnectionOptions = {}): Promise<Handshake> {
  const socket = connect({
    host: '127.0.0.1',
    port,
    ...(servername === undefined ? { servername: '' } : { servername }),
    rejectUnauthorized: options.ca !== undefined,
    ...options,
  });
  const sessions: Buffer[] = [];
  socket.on('session', (session) => sessions.push(session));
  await once(socket, 'secureConnect');
  const certificate = socket.getPeerCertificate();
  const isReused = socket.isSessionReused();
  socket.resume();
  socket.write('GET / HTTP/1.1\r\n\r\n');
  await once(socket, 'close');
  return { certificate, isReused, session: sessions.at(-1) };
}

/** The PEM of the root, made by now. */
export async function rootOf({ certificates }: TlsRoom): Promise<string> {
  const root = await certificates.rootPem();
  if (!root.ok) throw new Error(root.problems[0]?.message);
  return root.value;
}

/** Waits for an event of the room. */
export const told = <K extends CertificateEvent['name']>(
  { events }: TlsRoom,
  name: K,
): Promise<Extract<CertificateEvent, { name: K }>> =>
  until(() => events.find((event): event is Extract<CertificateEvent, { name: K }> => event.name === name), {
    message: `the event ${name}`,
  });
