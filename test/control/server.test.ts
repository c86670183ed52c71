import { lstat, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { Publisher } from '../../electron/control/publisher.ts';
import { startControlServer } from '../../electron/control/server.ts';
import type { ControlServer } from '../../electron/control/server.ts';
import { COMMAND_NAMES } from '../../shared/names.ts';
import type { Handlers, Push } from '../../shared/protocol.ts';
import { askSocket } from '../kit/control.ts';
import { tempHome } from '../kit/temp-home.ts';
import { until } from '../kit/wait.ts';

const handlers = Object.fromEntries(
  COMMAND_NAMES.map((name) => [
    name,
    (request: unknown) => (name === 'metrics.get' ? { text: 'mogoly_up 1\n' } : (request ?? null)),
  ]),
) as unknown as Handlers;

function speaker() {
  const listeners = new Set<(push: Push) => void>();
  const publisher: Publisher = {
    snapshot: () => {
      throw new Error('nobody asks');
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => listeners.clear(),
  };
  return { publisher, listeners, say: (push: Push) => listeners.forEach((listener) => listener(push)) };
}

async function start(
  options: { path?: string; token?: string } = {},
): Promise<ControlServer & ReturnType<typeof speaker>> {
  const path = options.path ?? join(tempHome(), 'control.sock');
  const spoken = speaker();
  const started = await startControlServer({ path, handlers, publisher: spoken.publisher, token: options.token });
  if (!started.ok) throw new Error(started.problems[0]!.message);
  onTestFinished(() => started.value.close());
  return { ...started.value, ...spoken };
}

const put = { seq: 1, name: 'engine.statusChanged', data: { status: 'running' } } as const;

it('a command is answered', async () => {
  const { path } = await start();
  expect(await askSocket(path, '/v1/exchanges.get', { body: '{"id":3}' })).toMatchObject({
    status: 200,
    json: { ok: true, value: { id: 3 } },
  });
  expect(await askSocket(path, '/v1/status.get')).toMatchObject({ status: 200, json: { ok: true } });
});

it('metrics are plain text', async () => {
  const { path } = await start();
  expect(await askSocket(path, '/metrics', { method: 'GET' })).toMatchObject({ status: 200, body: 'mogoly_up 1\n' });
});

describe('what is wrong with a request is said, and the server goes on', () => {
  it.each([
    ['JSON that is none', '/v1/exchanges.get', { body: '{"id":' }, 400, 'COMMAND_NOT_JSON'],
    ['bytes that are no text', '/v1/exchanges.get', { body: Buffer.from([0xff, 0xfe, 0x00]) }, 400, 'COMMAND_NOT_JSON'],
    ['a wrong type', '/v1/exchanges.get', { body: '{"id":"x"}' }, 400, 'COMMAND_INVALID'],
    ['a body that is no object', '/v1/exchanges.get', { body: '3' }, 400, 'COMMAND_INVALID'],
    ['a command there is not', '/v1/rm.rf', { body: '{}' }, 404, 'COMMAND_UNKNOWN'],
    ['a name of Object', '/v1/__proto__', { body: '{}' }, 404, 'COMMAND_UNKNOWN'],
    ['another path', '/', {}, 404, 'COMMAND_UNKNOWN'],
    ['another method', '/v1/status.get', { method: 'GET' }, 405, 'CONTROL_METHOD'],
    ['a written metric', '/metrics', { body: 'x' }, 405, 'CONTROL_METHOD'],
    ['events without a WebSocket', '/v1/events', { method: 'GET' }, 426, 'CONTROL_UPGRADE'],
    ['a web page', '/v1/status.get', { headers: { origin: 'http://evil.example' } }, 403, 'CONTROL_FORBIDDEN'],
    [
      'a web page of this machine',
      '/v1/status.get',
      { headers: { origin: 'http://localhost' } },
      403,
      'CONTROL_FORBIDDEN',
    ],
    ['an opaque web page', '/v1/status.get', { headers: { origin: 'null' } }, 403, 'CONTROL_FORBIDDEN'],
    ['a rebound name', '/v1/status.get', { headers: { host: 'evil.example' } }, 403, 'CONTROL_FORBIDDEN'],
    [
      'a name that begins well',
      '/metrics',
      { method: 'GET', headers: { host: 'localhost.evil.example' } },
      403,
      'CONTROL_FORBIDDEN',
    ],
    [
      'a body announced too large',
      '/v1/config.apply',
      { headers: { 'content-length': 65 * 1_048_576, expect: '100-continue' } },
      413,
      'COMMAND_TOO_LARGE',
    ],
  ])('%s', async (_what, path, request, status, code) => {
    const server = await start();
    const reply = await askSocket(server.path, path, request).catch((error: Error) => error);
    if (!(reply instanceof Error)) expect(reply).toMatchObject({ status, json: { ok: false, problems: [{ code }] } });
    else expect(code).toBe('COMMAND_TOO_LARGE');
    expect(await askSocket(server.path, '/v1/status.get')).toMatchObject({ status: 200 });
  });

  it('a body of 65 MiB in chunks is cut off', async () => {
    const { path } = await start();
    const socket = connect(path);
    let said = '';
    socket.on('data', (chunk: Buffer) => (said += chunk.toString()));
    socket.on('error', () => undefined);
    socket.write('POST /v1/config.apply HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n');
    const chunk = Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(0x100000, 'x'), Buffer.from('\r\n')]);
    for (let index = 0; index < 66 && !socket.destroyed; index += 1) {
      if (!socket.write(chunk)) await until(() => !socket.writableNeedDrain || socket.destroyed);
    }
    await until(() => said.includes('413') || socket.destroyed);
    socket.destroy();
    expect(await askSocket(path, '/v1/status.get')).toMatchObject({ status: 200 });
  });

  it('bytes that are not HTTP', async () => {
    const { path } = await start();
    const socket = connect(path);
    socket.on('error', () => undefined);
    socket.write('\u0016\u0003\u0001garbage\r\n\r\n');
    await until(() => socket.destroyed || socket.readableEnded);
    expect(await askSocket(path, '/v1/status.get')).toMatchObject({ status: 200 });
  });
});

describe('the socket', () => {
  it('is for its owner alone', async () => {
    const { path } = await start();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('in a folder that is made has a private folder', async () => {
    const folder = join(tempHome(), 'new');
    await start({ path: join(folder, 'control.sock') });
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
  });

  it('that a dead owner left is taken over, also when it is a plain file', async () => {
    const path = join(tempHome(), 'control.sock');
    await writeFile(path, 'left over');
    await start({ path });
    expect((await lstat(path)).isSocket()).toBe(true);
  });

  it('of a living owner is not taken', async () => {
    const { path } = await start();
    expect(await startControlServer({ path, handlers, publisher: speaker().publisher })).toMatchObject({
      ok: false,
      problems: [{ code: 'HOME_TAKEN' }],
    });
    expect(await askSocket(path, '/v1/status.get')).toMatchObject({ status: 200 });
  });

  it('goes when the server closes', async () => {
    const { path, close } = await start();
    await close();
    await expect(lstat(path)).rejects.toThrow('ENOENT');
  });

  it('with a token opens to that token only', async () => {
    const { path } = await start({ token: 'right' });
    expect((await askSocket(path, '/v1/status.get')).status).toBe(401);
    expect((await askSocket(path, '/v1/status.get', { headers: { authorization: 'Bearer wrong' } })).status).toBe(401);
    expect((await askSocket(path, '/v1/status.get', { headers: { authorization: 'Bearer right' } })).status).toBe(200);
  });
});

describe('the WebSocket of events', () => {
  const open = (path: string, headers: Record<string, string> = {}): WebSocket => {
    const socket = new WebSocket(`ws+unix:${path}:/v1/events`, { headers: { host: 'localhost', ...headers } });
    onTestFinished(() => socket.terminate());
    return socket;
  };

  it('carries the pushes while it is open', async () => {
    const { path, say, listeners } = await start();
    const heard: unknown[] = [];
    const socket = open(path);
    socket.on('message', (data: Buffer) => heard.push(JSON.parse(data.toString())));
    await until(() => listeners.size === 1);
    say(put);
    await until(() => heard.length === 1);
    expect(heard).toEqual([put]);
    socket.close();
    await until(() => listeners.size === 0);
  });

  it('does not open to a web page', async () => {
    const { path, listeners } = await start();
    const socket = open(path, { origin: 'http://evil.example' });
    const error = await new Promise<Error>((resolve) => socket.once('error', resolve));
    expect(error.message).toContain('403');
    expect(listeners.size).toBe(0);
  });

  it('ends for one who sends too much', async () => {
    const { path, listeners } = await start();
    const socket = open(path);
    socket.on('error', () => undefined);
    await until(() => listeners.size === 1 && socket.readyState === WebSocket.OPEN);
    socket.send('x'.repeat(100_000));
    await until(() => listeners.size === 0);
  });

  it('ends when the server closes', async () => {
    const { path, close, listeners } = await start();
    const socket = open(path);
    await until(() => listeners.size === 1);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await close();
    await closed;
  });
});
