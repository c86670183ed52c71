/** Changing the config while it serves: a transaction, seen from the client and from the disk. */
import { chmod, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startBackend, type BackendReply, type TestBackend } from '../kit/backend.ts';
import { site, startEngine, type TestEngine } from '../kit/engine.ts';
import { freePort } from '../kit/free-port.ts';
import { send } from '../kit/http.ts';
import { asNobody } from '../kit/unprivileged.ts';
import { until } from '../kit/wait.ts';
import type { Result } from '../../shared/problem.ts';
import type { Applied } from '../../shared/protocol.ts';

let one: TestBackend;
let two: TestBackend;
let running: TestEngine;

beforeEach(async () => {
  [one, two] = await Promise.all([startBackend({ name: 'one' }), startBackend({ name: 'two' })]);
});

afterEach(async () => {
  await running.close();
  await Promise.all([one.kill(), two.kill()]);
});

const codes = (result: Result<Applied>): string[] => (result.ok ? [] : result.problems.map(({ code }) => code));
const applied = (result: Result<Applied>): number => {
  if (!result.ok) throw new Error(result.problems.map(({ message }) => message).join('; '));
  return result.value.revision;
};
const text = (listen: string, url: string): string =>
  `listen: { http: "${listen}", https: "off", dns: "off" } # ours\nserver:\n  - { name: shop.test, url: "${url}", health_check: { enabled: false } }\n`;
const answering = async (port: number, host = 'shop.test'): Promise<string> =>
  (JSON.parse((await send(port, { host })).body) as BackendReply).backend;

describe('a failed apply', () => {
  const file = (): string => join(running.home, 'mogoly.yaml');

  /** The old listener answers, the file has the same bytes and inode or, where it was written and taken back, the same bytes. */
  async function leavesAllAsItWas(act: () => Promise<Result<Applied>>, code: string): Promise<void> {
    const before = await readFile(file());
    const names = (await readdir(running.home)).sort();
    const mode = (await stat(file())).mode;
    const revision = running.engine.snapshot().revision;
    const result = await act();
    expect(codes(result)).toContain(code);
    expect(await readFile(file())).toEqual(before);
    expect((await stat(file())).mode).toBe(mode);
    expect((await readdir(running.home)).sort()).toEqual(names);
    expect(running.engine.snapshot().revision).toBe(revision);
    expect(await answering(running.port)).toBe('one');
  }

  beforeEach(async () => {
    running = await startEngine(text('127.0.0.1:0', one.url));
  });

  it('for a bad config leaves the old listener answering and the file untouched', async () => {
    await leavesAllAsItWas(() => running.engine.apply(`${text('127.0.0.1:0', two.url)}nonsense: [`), 'CONFIG_SYNTAX');
    await leavesAllAsItWas(() => running.engine.apply('server: [ { name: shop.test, url: 7 } ]'), 'CONFIG_WRONG_TYPE');
    await leavesAllAsItWas(
      () => running.engine.edit([{ op: 'set', path: ['server', 0, 'middlewares'], value: [{ name: 'nothing' }] }]),
      'MIDDLEWARE_UNKNOWN',
    );
  });

  it('for a taken port leaves the old listener answering and the file untouched', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await until(() => other.listening);
    const taken = (other.address() as { port: number }).port;
    await leavesAllAsItWas(() => running.engine.apply(text(`127.0.0.1:${taken}`, two.url)), 'LISTEN_PORT_TAKEN');
    other.close();
  });

  it('for a file that cannot be written leaves the old listener answering, and a new one closed', async () => {
    await chmod(running.home, 0o555);
    const port = await freePort();
    await leavesAllAsItWas(
      () => asNobody(() => running.engine.apply(text(`127.0.0.1:${port}`, two.url))),
      'CONFIG_SAVE_FAILED',
    );
    await expect(send(port, { host: 'shop.test' })).rejects.toThrow('ECONNREFUSED');
    await chmod(running.home, 0o700);
  });

  it('for a history that cannot be written takes the file back', async () => {
    const history = join(running.home, 'history');
    await rm(history, { recursive: true });
    await writeFile(history, 'in the way');
    await leavesAllAsItWas(() => running.engine.apply(text('127.0.0.1:0', two.url)), 'HISTORY_SAVE_FAILED');
  });

  it('closes the middlewares that were made for it', async () => {
    const made: string[] = [];
    running.engine.registerMiddleware('counted', {
      description: 'Counts itself.',
      schema: z.unknown(),
      create: () => (made.push('made'), { name: 'counted', close: () => void made.push('closed') }),
    });
    await rm(join(running.home, 'history'), { recursive: true });
    await writeFile(join(running.home, 'history'), 'in the way');
    await leavesAllAsItWas(
      () => running.engine.edit([{ op: 'set', path: ['server', 0, 'middlewares'], value: [{ name: 'counted' }] }]),
      'HISTORY_SAVE_FAILED',
    );
    expect(made).toEqual(['made', 'closed']);
  });
});

describe('one change after the other', () => {
  beforeEach(async () => {
    running = await startEngine(text('127.0.0.1:0', one.url));
  });

  it('a stale base is CONFIG_CONFLICT, the current one is not', async () => {
    const { revision } = running.engine.snapshot();
    const next = applied(await running.engine.setSite('shop.test', { strategy: 'random' }, { baseRevision: revision }));
    expect(next).toBe(revision + 1);
    expect(
      codes(await running.engine.setSite('shop.test', { strategy: 'ip_hash' }, { baseRevision: revision })),
    ).toEqual(['CONFIG_CONFLICT']);
    expect(codes(await running.engine.apply(text('127.0.0.1:0', two.url), { baseRevision: revision }))).toEqual([
      'CONFIG_CONFLICT',
    ]);
    expect(codes(await running.engine.rollback(revision, { baseRevision: revision }))).toEqual(['CONFIG_CONFLICT']);
  });

  it('changes made at once are applied in turn, and none is lost', async () => {
    const results = await Promise.all(
      Array.from({ length: 10 }, (_, i) => running.engine.addSite({ name: `s${i}.test`, url: two.url })),
    );
    const revisions = results.map(applied);
    expect(revisions).toEqual(Array.from({ length: 10 }, (_, i) => revisions[0]! + i));
    expect(running.engine.sites().map(({ name }) => name)).toEqual([
      'shop.test',
      ...Array.from({ length: 10 }, (_, i) => `s${i}.test`),
    ]);
    expect(await answering(running.port, 's7.test')).toBe('two');
  });

  it('the history lists every revision, newest first, and each can be rolled back to', async () => {
    const first = running.engine.snapshot().revision;
    applied(await running.engine.apply(text('127.0.0.1:0', two.url), { source: 'cli' }));
    expect(await answering(running.port)).toBe('two');
    const back = applied(await running.engine.rollback(first));
    expect(await answering(running.port)).toBe('one');
    const history = await running.engine.history();
    expect(history.map(({ id, source, current }) => [id, source, current])).toEqual([
      [back, `rollback to ${first}`, true],
      [first + 1, 'cli', false],
      [first, 'file', false],
    ]);
    expect(history[1]!.summary).toBe('~ shop.test');
    const read = await running.engine.readRevision(first + 1);
    expect(read.ok && read.value.text).toBe(text('127.0.0.1:0', two.url));
    expect(codes(await running.engine.rollback(99))).toEqual(['REVISION_UNKNOWN']);
  });

  it('the file on disk, the document and the running config are one', async () => {
    applied(await running.engine.addBackend('shop.test', { name: 'two', url: two.url }));
    const document = running.engine.document();
    expect((await document).text).toBe(await readFile(join(running.home, 'mogoly.yaml'), 'utf8'));
    expect((await document).revision).toBe(running.engine.snapshot().revision);
  });
});

describe('comments and anchors', () => {
  it('survive adding, changing and removing a backend', async () => {
    const written = [
      '# The shop.',
      'listen: { http: "127.0.0.1:0", https: "off", dns: "off" }',
      'server:',
      '  - name: shop.test   # the front',
      '    health_check: &quiet { enabled: false }',
      '    balance:',
      `      - { name: one, url: "${one.url}" }  # first`,
      '  # The other.',
      '  - name: api.test',
      '    health_check: *quiet',
      `    url: "${one.url}"`,
      '',
    ];
    running = await startEngine(written.join('\n'));
    const file = (): Promise<string> => readFile(join(running.home, 'mogoly.yaml'), 'utf8');
    applied(await running.engine.addBackend('shop.test', { name: 'two', url: two.url }));
    for (const line of written) expect(await file()).toContain(line);
    applied(await running.engine.setBackend('shop.test', 'two', { weight: 3 }));
    applied(await running.engine.removeBackend('shop.test', 'two'));
    expect(await file()).toBe(written.join('\n'));
  });
});

describe('what an apply does not touch goes on', () => {
  it('a middleware keeps what it counted, one whose entry changed begins anew', async () => {
    const limit = (perMinute: number) => [{ name: 'ratelimit', config: { request_per_minute: perMinute } }];
    running = await startEngine({ server: [site('shop.test', [{ url: one.url }], { middlewares: limit(3) })] });
    const status = async (): Promise<number> => (await send(running.port, { host: 'shop.test' })).status;
    expect([await status(), await status(), await status()]).toEqual([200, 200, 200]);
    applied(await running.engine.addSite({ name: 'other.test', url: two.url }));
    expect(await status()).toBe(429);
    applied(await running.engine.setSite('shop.test', { middlewares: limit(4) }));
    expect(await status()).toBe(200);
  });

  it('a backend keeps its health and its counts', async () => {
    const check = { interval: '100ms', interval_when_down: '10s', unhealthy_after: 1 };
    running = await startEngine({
      server: [
        {
          name: 'shop.test',
          balance: [
            { name: 'one', url: one.url },
            { name: 'two', url: two.url },
          ],
          health_check: check,
        },
      ],
    });
    await send(running.port, { host: 'shop.test' });
    await two.kill();
    const state = () => running.engine.getBackend('shop.test', 'two');
    await until(() => state()?.health === 'down', { message: 'two to be down' });
    const changed: string[] = [];
    running.engine.on('backend.healthChanged', ({ name }) => changed.push(name));
    const requests = running.engine.getSite('shop.test')!.requests;
    applied(await running.engine.addSite({ name: 'other.test', url: one.url, health_check: { enabled: false } }));
    expect(state()?.health).toBe('down');
    expect(running.engine.getSite('shop.test')!.requests).toBe(requests);
    for (let i = 0; i < 4; i++) expect(await answering(running.port)).toBe('one');
    expect(changed).toEqual([]);
  });

  it('a backend that is removed answers what it has, and gets no more', async () => {
    running = await startEngine({
      server: [
        site('shop.test', [
          { name: 'one', url: one.url },
          { name: 'two', url: two.url },
        ]),
      ],
    });
    one.setMode('slow:400');
    const pending = Promise.all([answering(running.port), answering(running.port)]);
    await until(() => one.requests.length === 1);
    applied(await running.engine.removeBackend('shop.test', 'one'));
    expect(running.engine.getBackend('shop.test', 'one')).toBeUndefined();
    for (let i = 0; i < 4; i++) expect(await answering(running.port)).toBe('two');
    expect((await pending).sort()).toEqual(['one', 'two']);
    await until(() => one.connectionCount() === 0, { message: 'its connections to end' });
  });
});
