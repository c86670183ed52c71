/** An ACME directory over HTTPS whose answers a test chooses, for what pebble does not do. Certificate: self-signed.ts. */
import { createServer, type Server } from 'node:https';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { selfSigned } from './self-signed.ts';

export interface Reply {
  status?: number;
  headers?: Record<string, string>;
  body: unknown;
}

export interface Authority {
  /** URL of the directory document. */
  directory: string;
  /** Without a path. */
  origin: string;
  /** Method and path of each request. */
  requests: string[];
  /** Payloads of the signed requests, by path. */
  payloads: (path: string) => unknown[];
  close: () => Promise<void>;
}

/** Accounts and nonces are always given; `answer` says the rest, undefined: no answer at all, ever. */
export async function startAuthority(answer: (path: string, origin: string) => Reply | undefined): Promise<Authority> {
  const requests: string[] = [];
  const signed: { path: string; payload: unknown }[] = [];
  let origin = '';
  const server: Server = createServer({ key: selfSigned.key, cert: selfSigned.cert }, (request, response) => {
    const path = request.url ?? '';
    requests.push(`${request.method ?? ''} ${path}`);
    void readPayload(request).then((payload) => {
      if (payload !== undefined) signed.push({ path, payload });
      const reply = usual(path, origin) ?? answer(path, origin);
      if (reply === undefined) return;
      const headers = {
        'content-type': 'application/json',
        'replay-nonce': `nonce-${requests.length}`,
        ...reply.headers,
      };
      response.writeHead(reply.status ?? 200, headers).end(JSON.stringify(reply.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    directory: `${origin}/dir`,
    origin,
    requests,
    payloads: (path) => signed.filter((one) => one.path === path).map(({ payload }) => payload),
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

/** The directory document of this server. */
export const directoryOf = (origin: string) => ({
  newNonce: `${origin}/nonce`,
  newAccount: `${origin}/account`,
  newOrder: `${origin}/order`,
  revokeCert: `${origin}/revoke`,
  keyChange: `${origin}/key`,
});

function usual(path: string, origin: string): Reply | undefined {
  if (path === '/nonce') return { body: {} };
  if (path === '/account')
    return { status: 201, headers: { location: `${origin}/account/1` }, body: { status: 'valid' } };
  return undefined;
}

async function readPayload(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  if (chunks.length === 0) return undefined;
  const { payload } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { payload: string };
  return payload === '' ? '' : JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
}
