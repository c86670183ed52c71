/** The part of Cloudflare's API v4 that sets TXT records, over HTTP, in front of a test's DNS server. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface CloudflareOptions {
  /** Names of the zones that the token sees. */
  zones: string[];
  /** Sets and clears values at the DNS server; clearing takes all values of a name. */
  tellDns: (action: string, body: Record<string, unknown>) => Promise<void>;
}

interface TxtRecord {
  id: string;
  zone: string;
  type: string;
  name: string;
  content: string;
  ttl: number;
}

export interface CloudflareDouble {
  /** Base URL, to put in `acme.dns.api`. */
  api: string;
  /** The one token it takes. */
  token: string;
  /** Every record ever made, and those that are there. */
  created: TxtRecord[];
  records: () => TxtRecord[];
  close: () => Promise<void>;
}

interface Reply {
  status: number;
  result?: unknown;
  error?: { code: number; message: string };
}

const TOKEN = 'test-token';
const refuse = (status: number, code: number, message: string): Reply => ({ status, error: { code, message } });

/** Answers in the documented envelope: success, errors, messages, result. */
export async function startCloudflare({ zones, tellDns }: CloudflareOptions): Promise<CloudflareDouble> {
  const created: TxtRecord[] = [];
  const present = new Map<string, TxtRecord>();
  const idOf = (zone: string): string => Buffer.from(zone).toString('hex').padEnd(32, '0').slice(0, 32);

  const create = async (zone: string, body: string): Promise<Reply> => {
    const { type, name, content, ttl } = JSON.parse(body) as TxtRecord;
    if (name !== zone && !name.endsWith(`.${zone}`)) return refuse(400, 9005, 'DNS name is not in the zone');
    if ([...present.values()].some((other) => other.name === name && other.content === content))
      return refuse(400, 81058, 'An identical record already exists.');
    const record = { id: String(created.length).padStart(32, '0'), zone, type, name, content, ttl };
    created.push(record);
    present.set(record.id, record);
    await tellDns('set-txt', { host: `${name}.`, value: content.replace(/^"|"$/g, '') });
    return { status: 200, result: record };
  };
  const remove = async (id: string): Promise<Reply> => {
    const record = present.get(id);
    if (!record) return refuse(404, 81044, 'Record does not exist.');
    present.delete(id);
    await tellDns('clear-txt', { host: `${record.name}.` });
    return { status: 200, result: { id } };
  };
  const route = async (request: IncomingMessage): Promise<Reply> => {
    const url = new URL(request.url ?? '', 'http://api');
    const [, version, root, zoneId, records, id] = url.pathname.split('/');
    if (request.headers.authorization !== `Bearer ${TOKEN}`) return refuse(403, 9109, 'Invalid access token');
    if (version !== 'v4' || root !== 'zones') return refuse(404, 7003, 'Could not route to the path');
    if (zoneId === undefined) {
      const named = zones.filter((name) => name === url.searchParams.get('name'));
      return { status: 200, result: named.map((name) => ({ id: idOf(name), name })) };
    }
    const zone = zones.find((name) => idOf(name) === zoneId);
    if (zone === undefined || records !== 'dns_records') return refuse(404, 7003, 'Could not route to the path');
    if (request.method === 'POST') return create(zone, await bodyOf(request));
    if (request.method === 'DELETE' && id !== undefined) return remove(id);
    const found = [...present.values()].filter(({ name }) => name === url.searchParams.get('name'));
    return { status: 200, result: found };
  };
  const server = createServer((request, response) => {
    route(request).then(
      (reply) => answer(response, reply),
      (error: unknown) => answer(response, refuse(500, 1, String(error))),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    api: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v4`,
    token: TOKEN,
    created,
    records: () => [...present.values()],
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

function answer(response: ServerResponse, { status, result = null, error }: Reply): void {
  const body = { success: error === undefined, errors: error ? [error] : [], messages: [], result };
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
