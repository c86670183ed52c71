/** Rehearsed failure: a backend is killed, slowed or made to fail, the engine does what it does, and it is over by itself. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import type { SiteFile } from '../../shared/config.ts';
import type { RehearsalRequest } from '../../shared/rehearsal.ts';
import { startBackend, type BackendReply, type TestBackend } from '../kit/backend.ts';
import { site, startEngine, type TestEngine } from '../kit/engine.ts';
import { send } from '../kit/http.ts';
import { startLoad } from '../kit/load.ts';
import { until } from '../kit/wait.ts';

const HOST = 'shop.local';
const QUICK = { interval: '1h', interval_when_down: '50ms', timeout: '30s' };
const SHORT = { kind: 'kill', delayMs: 2_000, status: 503, durationMs: 5_000 } as const;
const LONG = { ...SHORT, durationMs: 600_000 } as const;

let first: TestBackend;
let second: TestBackend;
let running: TestEngine;
let events: { name: string; data: Record<string, unknown> }[];

beforeEach(async () => {
  [first, second] = await Promise.all([startBackend({ name: 'first' }), startBackend({ name: 'second' })]);
});
afterEach(async () => {
  await running.close();
  await Promise.all([first.kill(), second.kill()]);
});

async function serve(rest: Partial<SiteFile> = { health_check: QUICK }): Promise<TestEngine> {
  events = [];
  const backends = [
    { name: 'first', url: first.url },
    { name: 'second', url: second.url },
  ];
  running = await startEngine(
    { server: [site(HOST, backends, rest)] },
    { prepare: (engine) => engine.onAny((name, data) => events.push({ name, data: data as Record<string, unknown> })) },
  );
  if (rest.health_check?.enabled !== false && rest.health_check !== undefined)
    await until(() => healthOf('first') === 'healthy' && healthOf('second') === 'healthy');
  return running;
}

function rehearse(request: Omit<RehearsalRequest, 'site' | 'backend'>, backend = 'first') {
  const begun = running.engine.rehearsals.start({ site: HOST, backend, ...request });
  if (!begun.ok) throw new Error(begun.problems[0]!.message);
  return begun.value;
}

const healthOf = (name: string): string | undefined => running.engine.getBackend(HOST, name)?.health;
const changesOf = (name: string): unknown[] =>
  events.flatMap((event) =>
    event.name === 'backend.healthChanged' && event.data['name'] === name ? [event.data['to']] : [],
  );
const get = () => send(running.port, { host: HOST });
const answeredBy = async (): Promise<string> => (JSON.parse((await get()).body) as BackendReply).backend;

describe('a rehearsed kill', () => {
  it('of one of two backends under load fails no GET: it is ejected, and comes back by itself', async () => {
    await serve();
    const load = startLoad(running.port, { host: HOST, connections: 8 });
    await until(() => load.answered() > 100);
    const begun = rehearse(SHORT);
    expect(running.engine.snapshot().rehearsals).toEqual([begun]);
    await until(() => healthOf('first') === 'down');
    expect(running.engine.getBackend(HOST, 'first')?.lastFailure).toBe('connection refused (rehearsed)');
    const seen = first.requests.length;
    const before = load.answered();
    await until(() => load.answered() > before + 100);
    expect(first.requests.length).toBe(seen);
    await until(() => healthOf('first') === 'healthy');
    await until(() => first.requests.length > seen + 10);
    expect(await load.stop()).toEqual([]);
    expect(changesOf('first').slice(-2)).toEqual(['down', 'healthy']);
    expect(changesOf('second')).toEqual(['healthy']);
    expect(running.engine.snapshot().rehearsals).toEqual([]);
    expect(events.filter(({ name }) => name.startsWith('rehearsal.'))).toEqual([
      { name: 'rehearsal.started', data: begun },
      { name: 'rehearsal.ended', data: { ...begun, reason: 'time' } },
    ]);
    expect(running.engine.log.list(500, 'info').map(({ message }) => message)).toContain(
      'The rehearsal on first of shop.local ended: its time was over',
    );
  });

  it('is noticed by the probes alone, long before the next one was due', async () => {
    await serve();
    rehearse(LONG);
    await until(() => healthOf('first') === 'down');
    running.engine.rehearsals.stop();
    await until(() => healthOf('first') === 'healthy');
  });

  it('takes out a backend that is not probed by its requests alone, and no POST is lost or doubled', async () => {
    await serve({ health_check: { enabled: false }, passive_health: { max_fails: 2, cooldown: '200ms' } });
    rehearse(LONG);
    for (let i = 0; i < 8; i++) {
      const reply = await send(running.port, { host: HOST, method: 'POST', body: `order ${i}` });
      expect(reply.status).toBe(200);
    }
    expect([first.requests.length, second.requests.length]).toEqual([0, 8]);
    expect(changesOf('first')).toContain('down');
    running.engine.rehearsals.stop();
    await until(async () => (await answeredBy()) === 'first');
  });

  it('of all backends answers with the reason, and names it rehearsed', async () => {
    await serve({ health_check: { enabled: false } });
    rehearse(LONG, 'first');
    rehearse(LONG, 'second');
    const reply = await send(running.port, { host: HOST, headers: { accept: 'text/plain' } });
    expect(reply.status).toBe(502);
    expect(reply.body).toContain('(rehearsed)');
  });

  it('changes neither the file nor the revision', async () => {
    await serve();
    const before = await running.engine.document();
    rehearse(LONG);
    expect(await running.engine.document()).toEqual(before);
  });
});

describe('a rehearsed slowness', () => {
  it('delays each answer, and those that wait go on when it is ended', async () => {
    await serve({ health_check: { enabled: false } });
    rehearse({ ...LONG, kind: 'slow', delayMs: 60_000 });
    const asked = [get(), get()];
    await until(() => running.engine.getBackend(HOST, 'first')?.active === 1);
    expect(first.requests).toHaveLength(0);
    running.engine.rehearsals.stop();
    const answers = await Promise.all(asked);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(first.requests).toHaveLength(1);
  });

  it('beyond the time for a response is a failure, tried again elsewhere', async () => {
    await serve({ health_check: { enabled: false }, response_timeout: '1s' } as Partial<SiteFile>);
    rehearse({ ...LONG, kind: 'slow', delayMs: 60_000 });
    for (let i = 0; i < 4; i++) expect(await answeredBy()).toBe('second');
    expect(running.engine.getBackend(HOST, 'first')).toMatchObject({ failures: 2, lastFailure: 'no response in time' });
  });

  it('beyond the time of a probe takes it out', async () => {
    await serve({ health_check: { ...QUICK, timeout: '400ms' } });
    rehearse({ ...LONG, kind: 'slow', delayMs: 30_000 });
    await until(() => healthOf('first') === 'down');
    expect(running.engine.getBackend(HOST, 'first')?.lastFailure).toBe('no answer within 400ms (rehearsed)');
  });

  it('holds no stop of the engine', async () => {
    await serve({ health_check: { enabled: false } });
    rehearse({ ...LONG, kind: 'slow', delayMs: 60_000 });
    const asked = [get(), get()];
    await until(() => running.engine.getBackend(HOST, 'first')?.active === 1);
    await running.engine.stop();
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([200, 200]);
    expect(running.engine.snapshot().rehearsals).toEqual([]);
  });

  it('a client that leaves while it waits leaves nothing behind', async () => {
    await serve({ health_check: { enabled: false } });
    rehearse({ ...LONG, kind: 'slow', delayMs: 60_000 });
    const left = send(running.port, { host: HOST, timeoutMs: 200 });
    await expect(left).rejects.toThrow(/no whole answer/);
    await until(() => running.engine.getBackend(HOST, 'first')?.active === 0);
    expect(first.requests).toHaveLength(0);
  });
});

describe('a rehearsed error', () => {
  it('is what clients get until the probes take the backend out', async () => {
    await serve({ health_check: { ...QUICK, interval_when_down: '1h' } });
    rehearse({ ...LONG, kind: 'fail', status: 507 });
    await until(() => healthOf('first') === 'degraded');
    const statuses = [(await get()).status, (await get()).status].sort();
    expect(statuses).toEqual([200, 507]);
    await running.engine.checkOne(HOST, 'first');
    expect(healthOf('first')).toBe('down');
    expect(running.engine.getBackend(HOST, 'first')?.lastFailure).toBe('status 507 is not in 200-499 (rehearsed)');
    expect([await answeredBy(), await answeredBy()]).toEqual(['second', 'second']);
  });

  it('answers every method whole, and reads a body that comes with it', async () => {
    await serve({ health_check: { enabled: false } });
    rehearse({ ...LONG, kind: 'fail' }, 'first');
    rehearse({ ...LONG, kind: 'fail' }, 'second');
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'DELETE']) {
      const reply = await send(running.port, { host: HOST, method });
      expect([method, reply.status, reply.headers['x-mogoly-rehearsal']]).toEqual([method, 503, 'fail']);
      expect(reply.body).toMatch(method === 'HEAD' ? /^$/ : /^503: this failure/);
    }
    const body = Buffer.alloc(4 * 1024 * 1024, 'x');
    expect((await send(running.port, { host: HOST, method: 'PUT', body })).status).toBe(503);
    const expecting = { 'content-length': body.length, expect: '100-continue' };
    const refused = await send(running.port, {
      host: HOST,
      method: 'POST',
      body: body.subarray(0, 10),
      headers: { ...expecting, 'content-length': 10 },
    });
    expect(refused.status).toBe(503);
    expect([...first.requests, ...second.requests]).toEqual([]);
  });
});

describe('an upgrade', () => {
  it('passes over a killed backend, is refused by a failing one, and is late at a slow one', async () => {
    const http = createServer();
    const echo = new WebSocketServer({ server: http });
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
    running = await startEngine({ server: [site(HOST, [{ name: 'first', url }])] });
    const dial = () => new WebSocket(`ws://127.0.0.1:${running.port}/`, { headers: { host: HOST } });
    const outcome = async (): Promise<string> => {
      const socket = dial();
      const [what] = await Promise.race([
        once(socket, 'open').then(() => ['open']),
        once(socket, 'unexpected-response').then((args) => [String((args[1] as { statusCode: number }).statusCode)]),
      ]);
      socket.on('error', () => undefined);
      socket.terminate();
      return what!;
    };
    rehearse(LONG);
    expect(await outcome()).toBe('502');
    rehearse({ ...LONG, kind: 'fail', status: 504 });
    expect(await outcome()).toBe('504');
    rehearse({ ...LONG, kind: 'slow', delayMs: 100 });
    expect(await outcome()).toBe('open');
    for (const client of echo.clients) client.terminate();
    http.close();
  });
});

describe('what is rehearsed', () => {
  it('is ended by its id, replaced by another on the same backend, and gone with its backend', async () => {
    await serve();
    const one = rehearse(LONG);
    const other = rehearse({ ...LONG, kind: 'slow', delayMs: 5 });
    expect(running.engine.rehearsals.list()).toEqual([other]);
    expect(other.id).toBeGreaterThan(one.id);
    expect(running.engine.rehearsals.stop(other.id)).toMatchObject({ ok: true, value: [other] });
    expect(running.engine.rehearsals.stop(other.id)).toMatchObject({ problems: [{ code: 'REHEARSAL_UNKNOWN' }] });
    rehearse(LONG, 'second');
    expect(await running.engine.removeBackend(HOST, 'second')).toMatchObject({ ok: true });
    expect(running.engine.rehearsals.list()).toEqual([]);
    const reasons = events.filter(({ name }) => name === 'rehearsal.ended').map(({ data }) => data['reason']);
    expect(reasons).toEqual(['replaced', 'stopped', 'removed']);
  });

  it('stays over an apply that keeps the backend', async () => {
    await serve();
    const begun = rehearse(LONG);
    expect(await running.engine.setBackend(HOST, 'first', { weight: 3 })).toMatchObject({ ok: true });
    expect(running.engine.rehearsals.list()).toEqual([begun]);
  });

  it('is refused with a remedy where there is nothing to rehearse', async () => {
    await serve();
    const { start } = running.engine.rehearsals;
    const codeOf = (result: ReturnType<typeof start>) => (result.ok ? '' : result.problems[0]!.code);
    expect(codeOf(start({ ...LONG, site: 'nobody.local', backend: 'first' }))).toBe('SITE_UNKNOWN');
    expect(codeOf(start({ ...LONG, site: HOST, backend: 'third' }))).toBe('BACKEND_UNKNOWN');
    const { id } = running.engine.getBackend(HOST, 'first')!;
    expect(start({ ...LONG, site: 'SHOP.local', backend: id })).toMatchObject({ ok: true, value: { backend: id } });
    await running.engine.setBackend(HOST, 'second', { disabled: true });
    expect(codeOf(start({ ...LONG, site: HOST, backend: 'second' }))).toBe('BACKEND_DISABLED');
    await running.engine.stop();
    expect(codeOf(start({ ...LONG, site: HOST, backend: 'first' }))).toBe('ENGINE_STOPPED');
  });
});
