/** What a person sees of a refusal: a page in a browser, JSON where that is accepted, else a line; whoever refuses. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { MiddlewareConfig } from '../../shared/config.ts';
import { site, startEngine, type TestEngine } from '../kit/engine.ts';
import { freePort } from '../kit/free-port.ts';
import { send, type Reply } from '../kit/http.ts';
import { askHttp1 } from '../kit/https.ts';
import { until } from '../kit/wait.ts';

const HOST = 'shop.local';
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
let running: TestEngine | undefined;

afterEach(async () => {
  await running?.close();
  running = undefined;
});

interface Case {
  middleware: MiddlewareConfig;
  status: number;
  code: string;
  /** Names of headers that go with it, beside its form. */
  headers: string[];
  ask?: { method?: string; headers: Record<string, string> };
}

const CASES: Case[] = [
  {
    middleware: { name: 'ratelimit', config: { request_per_minute: 1 } },
    status: 429,
    code: 'RATE_LIMITED',
    headers: ['retry-after', 'ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset'],
  },
  {
    middleware: {
      name: 'basic_auth',
      config: { users: { dev: `scrypt:16384:8:1:${'A'.repeat(22)}==:${'A'.repeat(43)}=` }, realm: '<b>Team</b>' },
    },
    status: 401,
    code: 'AUTH_REQUIRED',
    headers: ['www-authenticate'],
  },
  {
    middleware: { name: 'ip_filter', config: { deny: ['0.0.0.0/0'] } },
    status: 403,
    code: 'ADDRESS_DENIED',
    headers: [],
  },
  { middleware: { name: 'fault', config: { status: 503 } }, status: 503, code: 'FAULT_INJECTED', headers: [] },
  {
    middleware: { name: 'cors', config: { allow_origins: ['https://app.test'] } },
    status: 403,
    code: 'CORS_ORIGIN',
    headers: ['vary'],
    ask: { method: 'OPTIONS', headers: { origin: 'https://other.test', 'access-control-request-method': 'PUT' } },
  },
];

const askFor = (port: number, accept: string, { ask }: Case): Promise<Reply> =>
  send(port, {
    host: HOST,
    method: ask?.method ?? 'GET',
    headers: { ...ask?.headers, ...(accept === '' ? {} : { accept }) },
  });

describe('a refusal by a middleware', () => {
  it.each(CASES)('$code is a page, JSON or a line, and keeps its headers', async (each) => {
    const { middleware, status, code, headers } = each;
    const url = `http://127.0.0.1:${await freePort()}`;
    running = await startEngine({ server: [site(HOST, [{ url }], { middlewares: [middleware] })] });
    const { port } = running;
    if (code === 'RATE_LIMITED') await askFor(port, '', each);
    const page = await askFor(port, BROWSER, each);
    const json = await askFor(port, 'application/json', each);
    const line = await askFor(port, '', each);
    for (const reply of [page, json, line]) {
      expect(reply.status).toBe(status);
      expect(reply.headers).toMatchObject({ 'x-mogoly-error': code, 'cache-control': 'no-store' });
      expect(headers.filter((name) => reply.headers[name] === undefined)).toEqual([]);
    }
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.body).toMatch(new RegExp(`<h1>[^<]+</h1>[^]*${code}|${code}[^]*<h1>[^<]+</h1>`));
    expect(page.body).not.toContain('<b>Team');
    const { error } = JSON.parse(json.body) as { error: Record<string, string> };
    expect(error).toMatchObject({ code, status });
    expect([error['message'], error['fix']].every((text) => /^\S.*\.$/.test(text ?? ''))).toBe(true);
    expect(line.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(line.body).toBe(`${code}: ${error['message']} ${error['fix']}\n`);
    expect(running.engine.exchanges.list(1)[0]).toMatchObject({ status, error: code });
  });

  it('of a WebSocket carries its code and its headers', async () => {
    const limit = { name: 'basic_auth', config: CASES[1]!.middleware.config };
    running = await startEngine({ server: [site(HOST, [{ url: 'http://127.0.0.1:9' }], { middlewares: [limit] })] });
    const reply = await send(running.port, {
      host: HOST,
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      },
    });
    expect(reply).toMatchObject({ status: 401, headers: { 'x-mogoly-error': 'AUTH_REQUIRED' } });
    expect(reply.headers['www-authenticate']).toContain('Basic realm=');
    expect(reply.body).toMatch(/^AUTH_REQUIRED: /);
  });
});

const linksOf = (body: string): string[] => [...body.matchAll(/<a href="([^"]*)">/g)].map(([, url]) => url!);

describe('the page of an unknown host', () => {
  const dead = [{ url: 'http://127.0.0.1:9' }];
  const server = [
    site(HOST, dead, { hosts: [HOST, '*.shop.local'], force_tls: false }),
    site('plain.local', dead, { tls: 'off' }),
    site('sure.local', dead, { force_tls: true }),
    site('off.local', dead, { disabled: true }),
  ];

  it('links every host that a browser can open, by the port it came to', async () => {
    running = await startEngine({ listen: { http: '127.0.0.1:0', https: '127.0.0.1:0', dns: 'off' }, server });
    const { port, engine } = running;
    const httpsPort = engine.snapshot().listeners.find(({ kind }) => kind === 'https')!.port;
    const { body } = await send(port, { host: `nobody.local:${port}`, headers: { accept: BROWSER } });
    expect(linksOf(body)).toEqual([
      `http://${HOST}:${port}/`,
      `http://plain.local:${port}/`,
      `https://sure.local:${httpsPort}/`,
    ]);
    expect(body).toContain('*.shop.local');
    expect(body).toContain('<code>off.local</code><span>disabled</span>');
    const bare = await send(port, { host: 'nobody.local', headers: { accept: BROWSER } });
    expect(linksOf(bare.body)[0]).toBe(`http://${HOST}/`);
  });

  it('over https links what is served over https', async () => {
    running = await startEngine({ listen: { http: '127.0.0.1:0', https: '127.0.0.1:0', dns: 'off' }, server });
    const { engine } = running;
    const port = engine.snapshot().listeners.find(({ kind }) => kind === 'https')!.port;
    const root = join(running.home, 'ca', 'root.pem');
    const ca = await until(() => readFile(root, 'utf8'));
    const { body } = await askHttp1(port, HOST, ca, { host: 'nobody.local:8443', accept: BROWSER });
    expect(linksOf(body)).toEqual([`https://${HOST}:8443/`, 'https://sure.local:8443/']);
  });
});
