/** A real ACME authority for tests: Debian's pebble, with the DNS server it validates by. */
import { spawn, type ChildProcess } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer, request as httpRequest } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createServer as createTlsServer, type SecureContext } from 'node:tls';
import { freePort } from './free-port.ts';
import { selfSigned } from './self-signed.ts';
import { until } from './wait.ts';

/** The programs, and the Debian package that brings them. */
export const PEBBLE_PACKAGE = 'pebble';
/** Refused by every pebble that is started here. */
export const BLOCKED_HOST = 'blocked.example.com';

export interface PebbleOptions {
  /** Percent of good nonces that are rejected; 0 unless told. */
  nonceReject?: number;
  /** Of its certificates, in seconds; a day unless told. */
  validitySeconds?: number;
}

export interface Pebble {
  /** URL of its ACME directory. */
  directory: string;
  /** PEM file of the root that its own TLS is checked against. */
  caFile: string;
  /** Where it looks for http-01 and tls-alpn-01 answers, on 127.0.0.1. */
  httpPort: number;
  tlsPort: number;
  /** Its DNS server, as `address:port`. */
  dns: string;
  /** Base URL of the API by which that DNS server is told what to answer. */
  dnsApi: string;
  /** Tells the DNS server something: `set-txt`, `clear-txt`, `set-servfail` … */
  tellDns: (action: string, body: Record<string, unknown>) => Promise<void>;
  /** Everything pebble wrote so far. */
  log: () => string;
  /** Requests for a new order that it has taken in hand. */
  orders: () => number;
  /** PEM of the root that signs what it issues. */
  readRoot: () => Promise<string>;
  close: () => Promise<void>;
}

/** Whether both programs are on the PATH. */
export function hasPebble(): boolean {
  return ['pebble', 'pebble-challtestsrv'].every((name) =>
    (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
      try {
        accessSync(join(folder, name), constants.X_OK);
        return true;
      } catch {
        return false; // not in this one
      }
    }),
  );
}

/** Starts both processes on free ports and resolves once they answer. Every name has the address 127.0.0.1. */
export async function startPebble({ nonceReject = 0, validitySeconds = 86_400 }: PebbleOptions = {}): Promise<Pebble> {
  const folder = await mkdtemp(join(tmpdir(), 'mogoly-pebble-'));
  const ports = await Promise.all(Array.from({ length: 6 }, () => freePort()));
  const [acme, management, httpPort, tlsPort, dnsPort, apiPort] = ports as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const caFile = await writeSettings(folder, { acme, management, httpPort, tlsPort, validitySeconds });
  const dns = `127.0.0.1:${dnsPort}`;
  const dnsApi = `http://127.0.0.1:${apiPort}`;
  const directory = `https://127.0.0.1:${acme}/dir`;
  const off = ['-http01', '', '-https01', '', '-tlsalpn01', '', '-defaultIPv6', ''];
  const dnsServer = start('pebble-challtestsrv', [...off, '-dns01', dns, '-management', `127.0.0.1:${apiPort}`], {});
  const authority = start('pebble', ['-config', join(folder, 'pebble.json'), '-dnsserver', dns], {
    PEBBLE_VA_NOSLEEP: '1',
    PEBBLE_AUTHZREUSE: '0',
    PEBBLE_WFE_NONCEREJECT: String(nonceReject),
  });
  const pebble: Pebble = {
    ...{ directory, caFile, httpPort, tlsPort, dns, dnsApi },
    tellDns: (action, body) => post(`${dnsApi}/${action}`, body),
    log: authority.log,
    orders: () => authority.log().split('POST /order-plz ->').length - 1,
    readRoot: () => get(`https://127.0.0.1:${management}/roots/0`),
    async close() {
      await Promise.all([authority.stop(), dnsServer.stop()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
  try {
    await until(() => get(directory), { timeoutMs: 60_000, message: `pebble at ${directory}: ${authority.log()}` });
    await until(() => pebble.tellDns('clear-txt', { host: 'ready.' }).then(() => true), { message: dnsServer.log() });
  } catch (error) {
    await pebble.close();
    throw error;
  }
  return pebble;
}

async function writeSettings(
  folder: string,
  to: { acme: number; management: number; httpPort: number; tlsPort: number; validitySeconds: number },
): Promise<string> {
  const caFile = join(folder, 'directory-ca.pem');
  await writeFile(caFile, `${selfSigned.cert}\n`);
  await writeFile(join(folder, 'key.pem'), selfSigned.key, { mode: 0o600 });
  const pebble = {
    listenAddress: `127.0.0.1:${to.acme}`,
    managementListenAddress: `127.0.0.1:${to.management}`,
    certificate: caFile,
    privateKey: join(folder, 'key.pem'),
    httpPort: to.httpPort,
    tlsPort: to.tlsPort,
    ocspResponderURL: '',
    externalAccountBindingRequired: false,
    domainBlocklist: [BLOCKED_HOST],
    certificateValidityPeriod: to.validitySeconds,
  };
  await writeFile(join(folder, 'pebble.json'), JSON.stringify({ pebble }));
  return caFile;
}

function start(program: string, args: string[], env: Record<string, string>) {
  const child: ChildProcess = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  const take = (chunk: Buffer): void => void (text += chunk.toString());
  child.stdout?.on('data', take);
  child.stderr?.on('data', take);
  const gone = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });
  return {
    log: () => text,
    async stop() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

function get(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    httpsRequest(url, { ca: selfSigned.cert, agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => void (text += chunk.toString()));
      response.on('end', () => resolve(text));
    })
      .on('error', reject)
      .end();
  });
}

function post(url: string, body: Record<string, unknown>): Promise<void> {
  return new Promise((resolve, reject) => {
    httpRequest(url, { method: 'POST', agent: false }, (response) => {
      response.resume();
      response.on('end', () =>
        response.statusCode === 200 ? resolve() : reject(new Error(`${url}: ${response.statusCode}`)),
      );
    })
      .on('error', reject)
      .end(JSON.stringify(body));
  });
}

/** What the listeners of the product will ask of ACME. */
export interface ChallengeSource {
  httpChallenge: (token: string) => string | undefined;
  alpnContextFor: (serverName: string) => SecureContext | undefined;
}

/** Listens where pebble looks, as the product's listeners do. Either can be left out. */
export async function serveChallenges(
  { httpPort, tlsPort }: Pebble,
  source: () => ChallengeSource,
  { http = true, tls = true }: { http?: boolean; tls?: boolean } = {},
): Promise<{ close: () => Promise<void> }> {
  const path = '/.well-known/acme-challenge/';
  const httpServer = createHttpServer((request, response) => {
    const url = request.url ?? '';
    const body = url.startsWith(path) ? source().httpChallenge(url.slice(path.length)) : undefined;
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });
  const tlsServer = createTlsServer({
    ALPNProtocols: ['acme-tls/1'],
    SNICallback: (name, done) => done(null, source().alpnContextFor(name)),
  });
  tlsServer.on('tlsClientError', () => undefined);
  tlsServer.on('secureConnection', (socket) => socket.on('error', () => undefined).end());
  const servers: [Server, number][] = [];
  if (http) servers.push([httpServer, httpPort]);
  if (tls) servers.push([tlsServer, tlsPort]);
  await Promise.all(servers.map(([server, port]) => listen(server, port)));
  return {
    async close() {
      httpServer.closeAllConnections();
      await Promise.all(servers.map(([server]) => new Promise((done) => server.close(done))));
    },
  };
}

function listen(server: Server, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server.address() as AddressInfo));
  });
}
