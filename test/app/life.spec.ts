import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'playwright/test';
import { startApp } from '../kit/app.ts';
import { electronPath, launchApp } from '../kit/electron.ts';
import { startBackend } from '../kit/backend.ts';
import { freePort } from '../kit/free-port.ts';
import { until } from '../kit/wait.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const execute = promisify(execFile);
const flags = process.getuid?.() === 0 ? ['--no-sandbox'] : [];

const quietConfig = async (): Promise<string> =>
  `listen: { http: "127.0.0.1:${await freePort()}", https: "off", dns: "off" }\nserver: []\n`;

/** Starts the app outside Playwright and gives its exit code and what it said. */
function runApp(home: string, args: string[] = []): Promise<{ code: number | null; said: string }> {
  const child = spawn(electronPath(), [...flags, ROOT, ...args], { env: { ...process.env, MOGOLY_HOME: home } });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  return new Promise((resolve) => child.once('exit', (code) => resolve({ code, said })));
}

test('a second start brings the first one’s window to the front and ends', async () => {
  const running = await startApp({ config: await quietConfig() });
  try {
    await running.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
    const [again, second] = await Promise.all([running.app.waitForEvent('window'), runApp(running.home)]);
    expect(second.code).toBe(0);
    await expect(again.getByRole('button', { name: 'Stop routing' })).toBeVisible();
    expect(running.app.windows()).toHaveLength(1);
  } finally {
    await running.close();
  }
});

test('a home that the CLI owns is refused with the owner’s name and exit code 1', async () => {
  const home = await mkdtemp(path.join(os.tmpdir(), 'mogoly-owned-'));
  await writeFile(path.join(home, 'mogoly.yaml'), await quietConfig());
  const owner = spawn(process.execPath, ['dist/cli.js', 'run'], {
    cwd: ROOT,
    env: { ...process.env, MOGOLY_HOME: home },
  });
  const ended = new Promise((resolve) => owner.once('exit', resolve));
  try {
    await until(() => existsSync(path.join(home, 'control.sock')), {
      message: 'the control socket',
    });
    const { code, said } = await runApp(home, ['--hidden']);
    expect(code).toBe(1);
    expect(said).toContain('HOME_TAKEN');
    expect(said).toContain(`pid ${owner.pid}`);
  } finally {
    owner.kill();
    await ended;
    await rm(home, { recursive: true, force: true });
  }
});

test('quitting ends with 0 and leaves no socket and no lock', async () => {
  const running = await startApp({ config: await quietConfig() });
  try {
    expect(await readdir(running.home)).toContain('control.sock');
    expect(await running.quit()).toBe(0);
    const left = await readdir(running.home);
    expect(left).not.toContain('control.sock');
    expect(left).not.toContain('mogoly.lock');
  } finally {
    await running.close();
  }
});

test('the CLI talks to the running app, which it cannot end', async () => {
  const running = await startApp({ config: await quietConfig() });
  try {
    const env = { ...process.env, MOGOLY_HOME: running.home };
    const { stdout } = await execute(process.execPath, ['dist/cli.js', 'status', '--json'], { cwd: ROOT, env });
    expect(JSON.parse(stdout)).toMatchObject({ host: 'app', status: 'running' });
    await expect(execute(process.execPath, ['dist/cli.js', 'daemon', 'stop'], { cwd: ROOT, env })).rejects.toThrow();
    expect((await running.snapshot()).status).toBe('running');
  } finally {
    await running.close();
  }
});

test('the window opens where it was left', async () => {
  const home = await mkdtemp(path.join(os.tmpdir(), 'mogoly-place-'));
  const bounds = { x: 40, y: 60, width: 1_000, height: 700 };
  await writeFile(path.join(home, 'window.json'), JSON.stringify({ bounds, theme: 'dark' }));
  const running = await startApp({ home, config: await quietConfig() });
  try {
    const opened = await running.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds());
    expect(opened).toMatchObject({ width: 1_000, height: 700 });
    expect(await running.app.evaluate(({ nativeTheme }) => nativeTheme.shouldUseDarkColors)).toBe(true);
    await expect(running.page.locator('html')).toHaveAttribute('data-theme', 'dark');
  } finally {
    await running.close();
  }
});

test('--hidden starts in the tray: the engine answers and there is no window; SIGTERM ends it in order', async () => {
  const home = await mkdtemp(path.join(os.tmpdir(), 'mogoly-hidden-'));
  await writeFile(path.join(home, 'mogoly.yaml'), await quietConfig());
  const { app } = await launchApp({ home, args: ['--hidden'] });
  const child = app.process();
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  try {
    const env = { ...process.env, MOGOLY_HOME: home };
    const status = async (): Promise<unknown> =>
      JSON.parse((await execute(process.execPath, ['dist/cli.js', 'status', '--json'], { cwd: ROOT, env })).stdout);
    await expect.poll(status).toMatchObject({ host: 'app', status: 'running' });
    expect(app.windows()).toHaveLength(0);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(await readdir(home)).not.toContain('control.sock');
  } finally {
    child.kill('SIGKILL');
    await rm(home, { recursive: true, force: true });
  }
});

test('a client that never leaves does not keep the app from quitting', async () => {
  const port = await freePort();
  const streaming = await startBackend({ handler: (_request, response) => void response.write('data: 1\n\n') });
  const config = `listen: { http: "127.0.0.1:${port}", https: "off", dns: "off" }\nserver: [{ name: sse.test, url: "${streaming.url}" }]\n`;
  const running = await startApp({ config });
  const client = get({ port, host: '127.0.0.1', headers: { host: 'sse.test' }, agent: false });
  client.on('error', () => undefined); // cut off when the app ends
  try {
    await once(client, 'response');
    expect(await running.quit()).toBe(0);
    expect(await readdir(running.home)).not.toContain('control.sock');
  } finally {
    client.destroy();
    await running.close();
    await streaming.kill();
  }
});
