/** The control socket of a running engine under abuse: garbage, heads without end, a thousand connections, requests of every shape. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { dispatch } from '../../electron/control/dispatch.ts';
import { COMMAND_NAMES } from '../../shared/names.ts';
import type { Handlers } from '../../shared/protocol.ts';
import { startBackend } from '../kit/backend.ts';
import { hostEngine } from '../kit/cli.ts';
import { askSocket } from '../kit/control.ts';
import { site } from '../kit/engine.ts';
import { send } from '../kit/http.ts';
import { until } from '../kit/wait.ts';

const HOST = 'shop.test';

async function start(): Promise<{ path: string; port: number; expectWell: () => Promise<void> }> {
  const backend = await startBackend();
  onTestFinished(() => backend.kill());
  const { home, port } = await hostEngine({ server: [site(HOST, [{ url: backend.url }])] });
  const path = join(home, 'control.sock');
  const expectWell = async (): Promise<void> => {
    expect(await askSocket(path, '/v1/status.get')).toMatchObject({ status: 200, json: { ok: true } });
    expect((await send(port, { host: HOST })).status).toBe(200);
  };
  return { path, port, expectWell };
}

function open(path: string): Socket {
  const socket = connect(path);
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  return socket;
}

/** Writes until the other side ends it, or this much is written. */
async function pour(socket: Socket, piece: Buffer, bytes: number): Promise<void> {
  let written = 0;
  let isClosed = false;
  socket.once('close', () => (isClosed = true)).resume();
  while (!isClosed && written < bytes) {
    written += piece.length;
    if (!socket.write(piece)) await until(() => isClosed || !socket.writableNeedDrain);
  }
  await until(() => isClosed, { message: 'the end of the connection' });
}

describe('bytes', () => {
  const MIB = 1024 * 1024;
  it.each<[string, string, Buffer]>([
    ['a request line without end', 'GET /', Buffer.alloc(64 * 1024, 'a')],
    ['a field without end', 'GET / HTTP/1.1\r\nHost: localhost\r\nX-A: ', Buffer.alloc(64 * 1024, 'a')],
    ['fields without end', 'GET / HTTP/1.1\r\nHost: localhost\r\n', Buffer.from('X-A: b\r\n'.repeat(8_000))],
    ['zeroes', '', Buffer.alloc(64 * 1024)],
    [
      'a chunk line without end',
      'POST /v1/status.get HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n',
      Buffer.alloc(64 * 1024, 'f'),
    ],
  ])('%s: the connection ends early, the engine goes on', async (_what, head, piece) => {
    const { path, expectWell } = await start();
    const socket = open(path);
    await once(socket, 'connect');
    if (head !== '') socket.write(head);
    await pour(socket, piece, 8 * MIB);
    await expectWell();
  });

  it('of every kind, torn off anywhere, leave it answering', async () => {
    const { path, expectWell } = await start();
    const text = 'POST /v1/exchanges.list HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}';
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array)),
      fc.nat(text.length).map((length) => Buffer.from(text.slice(0, length))),
      fc.tuple(fc.nat(text.length - 1), fc.nat(255)).map(([at, byte]) => {
        const changed = Buffer.from(text);
        changed[at] = byte;
        return changed;
      }),
    );
    await fc.assert(
      fc.asyncProperty(bytes, async (sent) => {
        const socket = open(path);
        await once(socket, 'connect');
        socket.end(sent);
        socket.resume();
        if (!socket.destroyed) await once(socket, 'close');
      }),
      { numRuns: 200 },
    );
    await expectWell();
  });
});

it('a thousand connections that say nothing keep nobody out', async () => {
  const { path, expectWell } = await start();
  const sockets = Array.from({ length: 1_000 }, () => open(path));
  await Promise.all(sockets.map((socket) => socket.connecting && once(socket, 'connect').catch(() => undefined)));
  await expectWell();
  for (const socket of sockets) socket.destroy();
  await expectWell();
});

const json = fc.jsonValue({ maxDepth: 3 });
const keys = fc.constantFrom(
  ...[
    'id',
    'limit',
    'text',
    'edits',
    'path',
    'value',
    'op',
    'site',
    'backend',
    'name',
    'url',
    'host',
    'confirm',
    'level',
  ],
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'],
);
/** As a sender writes it: `__proto__` is a key of its own. */
const request = fc.oneof(
  json,
  fc
    .array(fc.tuple(keys, fc.oneof(json, fc.constantFrom('x', -1, 1e300, null, '../../etc/passwd', ''))), {
      maxLength: 4,
    })
    .map(
      (pairs) =>
        JSON.parse(
          `{${pairs.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join()}}`,
        ) as unknown,
    ),
);

describe('requests of every shape', () => {
  it('reach a handler as its schema says, or are refused: no command breaks', async () => {
    const reached: unknown[] = [];
    const handlers = Object.fromEntries(
      COMMAND_NAMES.map((name) => [name, (body: unknown) => void reached.push(body)]),
    ) as unknown as Handlers;
    const bugs: unknown[] = [];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...COMMAND_NAMES), request, async (name, body) => {
        const answer = await dispatch(handlers, name, body, (_name, bug) => bugs.push(bug));
        if (!answer.ok) for (const { code } of answer.problems) expect(code).toBe('COMMAND_INVALID');
      }),
      { numRuns: 5_000 },
    );
    expect(bugs).toEqual([]);
    expect(reached.length).toBeGreaterThan(100);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  /** Those that change nothing outside the engine. */
  const ASKING = COMMAND_NAMES.filter((name) =>
    /^(status|config\.(get|check|preview|revision|history)|exchanges|log|explain|dns|certificates\.list|capture|changes\.list|rehearse\.list)/.test(
      name,
    ),
  );

  it('over the socket are answered in the form of an answer, and are never a bug', async () => {
    const { path, expectWell } = await start();
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...ASKING), request, async (name, body) => {
        const { status, json: answer } = await askSocket(path, `/v1/${name}`, { body: JSON.stringify(body) });
        expect([200, 400, 404, 409, 422], JSON.stringify(answer)).toContain(status);
        expect(typeof answer.ok).toBe('boolean');
        for (const { code } of answer.problems ?? []) expect(code).not.toBe('INTERNAL');
      }),
      { numRuns: 400 },
    );
    await expectWell();
  });
});
