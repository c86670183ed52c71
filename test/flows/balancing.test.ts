/** Which backend of a pool gets a request, seen from the backends. */
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BackendFile, SiteFile } from '../../shared/config.ts';
import { startBackend, type TestBackend } from '../kit/backend.ts';
import { site, startEngine, type TestEngine } from '../kit/engine.ts';
import { send } from '../kit/http.ts';
import { until } from '../kit/wait.ts';

const HOST = 'shop.local';
const NAMES = ['a', 'b', 'c'];
let backends: TestBackend[];
const open: (() => unknown)[] = [];

beforeEach(async () => {
  backends = await Promise.all(NAMES.map((name) => startBackend({ name })));
});
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
  await Promise.all(backends.map((backend) => backend.kill()));
});

async function serve(
  members: Partial<BackendFile>[],
  rest: Partial<SiteFile> = {},
  trusted: string[] = [],
): Promise<TestEngine> {
  const balance = members.map(
    (member, i) =>
      ({ name: NAMES[i]!, ...(member.balance ? {} : { url: backends[i]!.url }), ...member }) as BackendFile,
  );
  const running = await startEngine({ trusted_proxies: trusted, server: [site(HOST, balance, rest)] });
  open.push(running.close);
  return running;
}

const who = async (port: number, headers = {}): Promise<string> =>
  (JSON.parse((await send(port, { host: HOST, headers })).body) as { backend: string }).backend;

async function tally(
  port: number,
  count: number,
  headers: (i: number) => object = () => ({}),
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (let i = 0; i < count; i++) {
    const name = await who(port, headers(i));
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** A request that stays under way until it is given up. */
async function hold(port: number): Promise<() => void> {
  const before = backends.reduce((sum, { requests }) => sum + requests.length, 0);
  const outgoing = httpRequest({ host: '127.0.0.1', port, headers: { host: HOST }, agent: false }).end();
  outgoing.on('error', () => undefined);
  open.push(() => outgoing.destroy());
  await until(() => backends.reduce((sum, { requests }) => sum + requests.length, 0) > before);
  return () => void outgoing.destroy();
}

describe('round_robin', () => {
  it('takes turns, by weight', async () => {
    const { port } = await serve([{ weight: 3 }, { weight: 1 }, { weight: 2 }]);
    expect(await tally(port, 12)).toEqual({ a: 6, b: 2, c: 4 });
  });

  it('leaves out the disabled, the drained and those of weight 0', async () => {
    const { port } = await serve([{}, { disabled: true }, { drain: true }]);
    expect(await tally(port, 6)).toEqual({ a: 6 });
    const other = await serve([{}, { weight: 0 }, {}]);
    expect(await tally(other.port, 6)).toEqual({ a: 3, c: 3 });
  });
});

describe('least_connections', () => {
  it('goes where the fewest requests are under way, by weight', async () => {
    const { port, engine } = await serve([{ weight: 2 }, {}], { strategy: 'least_connections' });
    for (const backend of backends) backend.setMode('hang');
    for (let i = 0; i < 6; i++) await hold(port);
    expect(['a', 'b'].map((name) => engine.getBackend(HOST, name)?.active)).toEqual([4, 2]);
  });
});

describe('random', () => {
  it('reaches every one', async () => {
    const { port } = await serve([{}, {}, {}], { strategy: 'random' });
    expect(Object.keys(await tally(port, 60)).sort()).toEqual(NAMES);
  });
});

describe('ip_hash', () => {
  it('keeps a client on its backend, and spreads clients', async () => {
    const { port } = await serve([{}, {}, {}], { strategy: 'ip_hash' }, ['127.0.0.1']);
    const client = (i: number): object => ({ 'x-forwarded-for': `203.0.113.${i}` });
    expect(Object.keys(await tally(port, 5, () => client(7)))).toHaveLength(1);
    expect(Object.keys(await tally(port, 40, client)).sort()).toEqual(NAMES);
  });

  it('does not believe a client that is no trusted proxy', async () => {
    const { port } = await serve([{}, {}, {}], { strategy: 'ip_hash' });
    expect(Object.keys(await tally(port, 20, (i) => ({ 'x-forwarded-for': `203.0.113.${i}` })))).toHaveLength(1);
  });
});

describe('backup', () => {
  it('serves only when the others are down', async () => {
    const { port } = await serve([{}, { backup: true }], { passive_health: { max_fails: 1, cooldown: '60s' } });
    expect(await tally(port, 4)).toEqual({ a: 4 });
    await backends[0]!.kill();
    expect(await tally(port, 4)).toEqual({ b: 4 });
  });
});

describe('max_connections', () => {
  it('sends more elsewhere, and is 503 when all are full', async () => {
    const { port, engine } = await serve([{ max_connections: 1 }, { max_connections: 1 }]);
    backends[0]!.setMode('hang');
    backends[1]!.setMode('hang');
    const release = await hold(port);
    await hold(port);
    const reply = await send(port, { host: HOST });
    expect(reply.status).toBe(503);
    expect(reply.headers['x-mogoly-error']).toBe('POOL_BUSY');
    expect(reply.body).toContain('max_connections');
    backends[0]!.setMode('ok');
    release();
    await until(() => engine.getBackend(HOST, 'a')?.active === 0);
    expect(await who(port)).toBe('a');
  });
});

describe('sticky', () => {
  const cookieOf = (reply: { headers: { 'set-cookie'?: string[] | undefined } }): string =>
    reply.headers['set-cookie']?.[0]?.split(';')[0] ?? '';

  it('a client stays where its cookie says, and gets the cookie once', async () => {
    const { port } = await serve([{}, {}, {}], { sticky: { cookie: 'stay' } });
    const first = await send(port, { host: HOST });
    const name = (JSON.parse(first.body) as { backend: string }).backend;
    const cookie = cookieOf(first);
    expect(cookie).toMatch(/^stay=[\w-]+$/);
    expect(await tally(port, 5, () => ({ cookie: `other=1; ${cookie}` }))).toEqual({ [name]: 5 });
    expect((await send(port, { host: HOST, headers: { cookie } })).headers['set-cookie']).toBeUndefined();
    expect(Object.keys(await tally(port, 6)).sort()).toEqual(NAMES);
  });

  it('stays on a backend that drains, and moves on from one that died', async () => {
    const { port, engine } = await serve([{}, {}], { sticky: { cookie: 'stay' }, passive_health: { max_fails: 1 } });
    const first = await send(port, { host: HOST });
    const name = (JSON.parse(first.body) as { backend: string }).backend;
    const cookie = cookieOf(first);
    expect(await engine.setBackend(HOST, name, { drain: true })).toMatchObject({ ok: true });
    expect(await who(port, { cookie })).toBe(name);
    expect(await who(port)).not.toBe(name);
    await backends[NAMES.indexOf(name)]!.kill();
    const moved = await send(port, { host: HOST, headers: { cookie } });
    expect((JSON.parse(moved.body) as { backend: string }).backend).not.toBe(name);
    expect(cookieOf(moved)).not.toBe(cookie);
  });

  it('a cookie that names nobody is ignored', async () => {
    const { port } = await serve([{}, {}], { sticky: { cookie: 'stay' } });
    expect((await send(port, { host: HOST, headers: { cookie: 'stay=../../x' } })).status).toBe(200);
  });
});

describe('a pool among backends', () => {
  it('takes one place, and shares it among its own', async () => {
    const inner = [
      { name: 'b', url: backends[1]!.url },
      { name: 'c', url: backends[2]!.url },
    ] as BackendFile[];
    const { port } = await serve([{}, { name: 'pool-b', balance: inner }]);
    expect(await tally(port, 8)).toEqual({ a: 4, b: 2, c: 2 });
  });

  it('is passed over when all of its own are down', async () => {
    const inner = [{ name: 'b', url: backends[1]!.url }] as BackendFile[];
    const { port } = await serve([{}, { name: 'pool-b', balance: inner }], {
      passive_health: { max_fails: 1, cooldown: '60s' },
    });
    await backends[1]!.kill();
    expect(await tally(port, 4)).toEqual({ a: 4 });
  });
});

describe('an apply', () => {
  it('drops no request in flight, and a removed backend ends its own', async () => {
    const { port, engine } = await serve([{}, {}]);
    backends[0]!.setMode('slow:300');
    backends[1]!.setMode('slow:300');
    const under = [send(port, { host: HOST }), send(port, { host: HOST })];
    await until(() => backends[0]!.requests.length + backends[1]!.requests.length === 2);
    expect(await engine.removeBackend(HOST, 'a')).toMatchObject({ ok: true });
    expect((await Promise.all(under)).map(({ status }) => status)).toEqual([200, 200]);
    expect(await tally(port, 3)).toEqual({ b: 3 });
    await until(() => backends[0]!.connectionCount() === 0, {
      message: 'the connections of the removed backend to close',
    });
  });

  it('keeps a body that is streaming whole', async () => {
    let finish: () => void = () => undefined;
    const streaming = await startBackend({
      handler: (_request, response) => {
        response.write('first ');
        finish = () => void response.end('last');
      },
    });
    open.push(() => streaming.kill());
    const running = await startEngine({
      server: [
        site(HOST, [
          { name: 'a', url: streaming.url },
          { name: 'b', url: backends[1]!.url, backup: true },
        ] as BackendFile[]),
      ],
    });
    open.push(running.close);
    const outgoing = httpRequest({
      host: '127.0.0.1',
      port: running.port,
      headers: { host: HOST },
      agent: false,
    }).end();
    const [incoming] = (await once(outgoing, 'response')) as [NodeJS.ReadableStream];
    let body = '';
    incoming.on('data', (chunk: Buffer) => (body += chunk.toString()));
    await until(() => body === 'first ');
    expect(await running.engine.removeBackend(HOST, 'a')).toMatchObject({ ok: true });
    finish();
    await once(incoming, 'end');
    expect(body).toBe('first last');
  });
});
