import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createEventBus } from '../../../electron/engine/events.ts';
import { logEvents } from '../../../electron/engine/record/log-events.ts';
import { createLog } from '../../../electron/engine/record/log.ts';
import type { Log, LogOptions } from '../../../electron/engine/record/log.ts';
import { problem } from '../../../shared/problem.ts';
import { tempHome } from '../../kit/temp-home.ts';

function open(options: Partial<LogOptions>): Log {
  const log = createLog({ file: undefined, stream: false, level: 'debug', ...options });
  onTestFinished(() => log.close());
  return log;
}

const lines = async (file: string): Promise<Record<string, unknown>[]> =>
  (await readFile(file, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('the file', () => {
  it('holds one JSON object a line, is private, and its folder is made', async () => {
    const file = join(tempHome(), 'logs', 'mogoly.log');
    const log = open({ file });
    log.write('warn', 'backend.down', 'web-1 is down', { backend: 'web-1', count: 3 });
    log.write('info', 'engine.started', 'Serving');
    await log.flush();
    expect(await lines(file)).toEqual([
      {
        time: expect.stringMatching(/^\d{4}-.*Z$/) as string,
        level: 'warn',
        event: 'backend.down',
        message: 'web-1 is down',
        backend: 'web-1',
        count: 3,
      },
      expect.objectContaining({ level: 'info', event: 'engine.started' }),
    ]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('is rotated by size, and only so many are kept', async () => {
    const home = tempHome();
    const file = join(home, 'mogoly.log');
    const log = open({ file, maxBytes: 2_000, keep: 2 });
    for (let index = 0; index < 100; index += 1) log.write('info', 'test.line', `line ${index} ${'x'.repeat(50)}`);
    await log.flush();
    expect((await readdir(home)).sort()).toEqual(['mogoly.log', 'mogoly.log.1', 'mogoly.log.2']);
    for (const name of await readdir(home)) expect((await stat(join(home, name))).size).toBeLessThanOrEqual(2_000);
    const kept = (await Promise.all(['.2', '.1', ''].map((suffix) => lines(file + suffix))))
      .flat()
      .map(({ message }) => Number(String(message).split(' ')[1]));
    expect(kept.at(-1)).toBe(99);
    expect(kept).toEqual(Array.from({ length: kept.length }, (_, index) => 100 - kept.length + index));
  });

  it('goes on after what is there', async () => {
    const file = join(tempHome(), 'mogoly.log');
    await writeFile(file, '{"message":"before"}\n');
    const log = open({ file });
    log.write('info', 'a.b', 'after');
    await log.flush();
    expect((await lines(file)).map(({ message }) => message)).toEqual(['before', 'after']);
  });

  it('that cannot be written is one warning, and the log stays in memory', async () => {
    const home = tempHome();
    await mkdir(join(home, 'mogoly.log'));
    const log = open({ file: join(home, 'mogoly.log') });
    log.write('info', 'a.b', 'one');
    await log.flush();
    log.write('info', 'a.b', 'two');
    await log.flush();
    expect(log.list(10, 'debug').map(({ event }) => event)).toEqual(['a.b', 'log.fileFailed', 'a.b']);
  });

  it('that a slow disk cannot keep up with says how many lines were dropped', async () => {
    const file = join(tempHome(), 'mogoly.log');
    const log = open({ file });
    for (let index = 0; index < 12_000; index += 1) log.write('info', 'a.b', 'x');
    await log.flush();
    const written = await lines(file);
    expect(written.at(-1)).toMatchObject({ event: 'log.dropped', count: 12_001 - written.length });
  });

  it('can be changed while it runs, nothing is lost', async () => {
    const home = tempHome();
    const log = open({ file: join(home, 'a.log') });
    log.write('info', 'a.b', 'first');
    log.reconfigure({ file: join(home, 'b.log'), stream: false });
    log.write('info', 'a.b', 'second');
    await log.flush();
    expect(await lines(join(home, 'a.log'))).toMatchObject([{ message: 'first' }]);
    expect(await lines(join(home, 'b.log'))).toMatchObject([{ message: 'second' }]);
  });

  it('whose folder cannot be made is one warning too', async () => {
    const home = tempHome();
    await writeFile(join(home, 'logs'), 'a file where the folder should be');
    const log = open({ file: join(home, 'logs', 'mogoly.log') });
    log.write('info', 'a.b', 'one');
    await log.flush();
    expect(log.list(10, 'debug').map(({ event }) => event)).toEqual(['a.b', 'log.fileFailed']);
  });
});

describe('an entry', () => {
  it('holds no credentials', async () => {
    const file = join(tempHome(), 'mogoly.log');
    const streamed: string[] = [];
    const log = open({ file, stream: (line) => streamed.push(line) });
    log.write('info', 'a.b', 'GET http://x/?token=hunter2', {
      password: 'hunter2',
      url: '/?key=hunter2',
      code: 'BACKEND_REFUSED',
    });
    await log.flush();
    const everywhere = (await readFile(file, 'utf8')) + streamed.join() + JSON.stringify(log.list(1, 'debug'));
    expect(everywhere).not.toContain('hunter2');
    expect(everywhere).toContain('BACKEND_REFUSED');
  });

  it('cannot forge another line or steer the terminal', () => {
    const streamed: string[] = [];
    const log = open({ stream: (line) => streamed.push(line) });
    log.write('info', 'a.b', 'one\n12:00:00 error forged \u001b[2J', { path: '/\r\n\u2028\u202e' });
    expect(streamed).toHaveLength(1);
    // eslint-disable-next-line no-control-regex -- control characters are what is looked for
    expect(streamed[0]).not.toMatch(/[\u0000-\u001f\u2028\u202e]/);
  });

  it('cannot hide its level behind a field of that name', async () => {
    const file = join(tempHome(), 'mogoly.log');
    const log = open({ file });
    log.write('error', 'a.b', 'real', { level: 'info', message: 'fake' });
    await log.flush();
    expect(await lines(file)).toMatchObject([{ level: 'error', message: 'real' }]);
  });

  it('that is very long is cut', () => {
    const log = open({});
    log.write('info', 'a.b', 'x'.repeat(1_000_000));
    expect(log.list(1, 'debug')[0]!.message.length).toBeLessThan(10_000);
  });

  it('below the least level is not taken', () => {
    const log = open({ level: 'warn' });
    log.write('info', 'a.b', 'no');
    log.write('warn', 'a.b', 'yes');
    expect(log.list(10, 'debug').map(({ message }) => message)).toEqual(['yes']);
  });
});

it('the newest entries of a level are listed, newest last, within the ring', () => {
  const log = open({ ring: 10 });
  for (let index = 0; index < 55; index += 1) log.write(index % 2 ? 'info' : 'debug', 'a.b', String(index));
  expect(log.list(3, 'info').map(({ message }) => message)).toEqual(['49', '51', '53']);
  expect(log.list(1_000, 'debug')).toHaveLength(10);
});

it('a listener hears entries until it is taken away', () => {
  const log = open({});
  const heard: string[] = [];
  const off = log.onEntry(({ message }) => heard.push(message));
  log.write('info', 'a.b', 'one');
  off();
  log.write('info', 'a.b', 'two');
  expect(heard).toEqual(['one']);
});

it('every event of the engine becomes one plain sentence', () => {
  const log = open({});
  const bus = createEventBus();
  logEvents(bus, log);
  const refused = problem('PORT_TAKEN', 'Port 80 is taken.');
  bus.emit('engine.started', { revision: 3 });
  bus.emit('engine.stopped', {});
  bus.emit('engine.startFailed', { problems: [refused] });
  bus.emit('config.applied', { revision: 4, source: 'cli', summary: '+ a.local' });
  bus.emit('config.refused', { problems: [refused], source: 'file' });
  const backend = { id: 'x', site: 'shop', name: 'web-1', url: 'http://x', from: 'healthy' } as const;
  bus.emit('backend.healthChanged', { ...backend, to: 'down', reason: 'connection refused' });
  bus.emit('backend.healthChanged', { ...backend, to: 'degraded' });
  bus.emit('listener.opened', { kind: 'http', address: '::1', port: 80 });
  bus.emit('listener.closed', { kind: 'http', address: '127.0.0.1', port: 80 });
  bus.emit('listener.failed', { kind: 'http', address: '127.0.0.1', port: 80, problem: refused });
  bus.emit('site.hostRefused', { site: 'shop', backend: 'web-1', framework: 'Vite', fix: 'Add allowedHosts.' });
  bus.emit('log.line', { level: 'debug', event: 'custom.said', message: 'hello' });
  expect(log.list(100, 'debug').map(({ level, event, message }) => `${level} ${event}: ${message}`)).toEqual([
    'info engine.started: Serving revision 3',
    'info engine.stopped: Stopped serving',
    'error engine.startFailed: The engine could not start: Port 80 is taken.',
    'info config.applied: Applied revision 4 from cli: + a.local',
    'error config.refused: Refused a config from file, the running one stays: Port 80 is taken.',
    'warn backend.healthChanged: web-1 of shop is down: connection refused',
    'warn backend.healthChanged: web-1 of shop is degraded',
    'info listener.opened: Listening for http on [::1]:80',
    'info listener.closed: No longer listening for http on 127.0.0.1:80',
    'error listener.failed: Cannot listen for http on 127.0.0.1:80: Port 80 is taken.',
    'warn site.hostRefused: Vite behind web-1 refuses the host of shop. Add allowedHosts.',
    'debug custom.said: hello',
  ]);
});
