/** A real Vite dev server behind a site, in a real browser: pages, hot updates, live events, a refused host. */
import type { ServerResponse } from 'node:http';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBackend, type TestBackend } from '../kit/backend.ts';
import { launchChromium } from '../kit/chromium.ts';
import { site, startEngine, type TestEngine } from '../kit/engine.ts';
import { send } from '../kit/http.ts';
import { startViteProject, type ViteProject } from '../kit/vite-project.ts';
import { until } from '../kit/wait.ts';
import type { EngineEvents } from '../../electron/engine/events.ts';

/** A cold Vite and a cold browser on a small machine. */
const START_MS = 60_000;

let vite: ViteProject;
let events: TestBackend;
let running: TestEngine;
let browser: Browser;
let page: Page;
const streams = new Set<ServerResponse>();
const errors: string[] = [];
/** The console of the page, which tells why Vite reloads it. */
const said: string[] = [];

const say = (text: string): void => streams.forEach((stream) => void stream.write(`data: ${text}\n\n`));
const read = <T>(expression: string): Promise<T> => page.evaluate<T>(expression);

/** In one write: Vite takes a file that is emptied first for a module without components, and reloads the page. */
async function overwrite(file: string, longer: string): Promise<void> {
  const handle = await open(file, 'r+');
  await handle.write(longer, 0);
  await handle.close();
}

beforeAll(async () => {
  events = await startBackend({
    handler: (request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.flushHeaders();
      streams.add(response);
      request.on('close', () => streams.delete(response));
    },
  });
  [vite, browser] = await Promise.all([startViteProject(), launchChromium()]);
  const routes = [{ path: '/events/*', balance: [{ name: 'clock', url: events.url }] }];
  running = await startEngine({
    server: [
      site('shop.localhost', [{ name: 'vite', url: vite.url }], { routes }),
      site('shop.test', [{ name: 'vite', url: vite.url }], { host_header: 'original' }),
    ],
  });
  page = await browser.newPage();
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => said.push(message.text()));
  await page.goto(`http://shop.localhost:${running.port}/`);
  await page.waitForSelector('h1');
}, START_MS);

afterAll(async () => {
  await browser?.close();
  await running?.close();
  await vite?.close();
  await events?.kill();
});

describe('a Vite dev server behind shop.localhost', () => {
  it('renders its page', async () => {
    expect(await page.textContent('h1')).toBe('Shop, first edition');
    expect(errors).toEqual([]);
  });

  it('shows an edit by hot update, without a reload: the state of the page stays', async () => {
    await page.click('button');
    expect(await page.textContent('button')).toBe('In the basket: 1');
    await read('void (window.marker = "same page")');
    const app = join(vite.folder, 'app.jsx');
    await overwrite(app, (await readFile(app, 'utf8')).replace('first edition', 'second edition'));
    await page.waitForFunction('document.querySelector("h1").textContent === "Shop, second edition"');
    expect(await read('window.marker'), [...vite.log, ...said].join('\n')).toBe('same page');
    expect(await page.textContent('button')).toBe('In the basket: 1');
    expect(errors).toEqual([]);
  });

  it('gets the updates over a WebSocket through us', async () => {
    const upgraded = async () => running.engine.exchanges.list(2_000).find(({ protocol }) => protocol === 'websocket');
    await page.reload();
    const exchange = await until(upgraded, { message: 'the first WebSocket to be recorded' });
    expect(exchange).toMatchObject({ site: 'shop.localhost', backend: 'vite', status: 101 });
  });

  it('gets server-sent events of another backend as they come', async () => {
    await read(
      'void (window.heard = [], window.source = new EventSource("/events/clock"), window.source.onmessage = ({ data }) => window.heard.push(data))',
    );
    await until(() => streams.size === 1);
    for (const text of ['one', 'two', 'three']) {
      say(text);
      await page.waitForFunction(`window.heard.at(-1) === ${JSON.stringify(text)}`);
    }
    expect(await read('window.heard')).toEqual(['one', 'two', 'three']);
    await read('window.source.close()');
    await until(() => streams.size === 0, { message: 'the stream to end at the backend' });
  });
});

describe('a host that Vite refuses', () => {
  it('is recognised, and the event says what to do', async () => {
    const refused: EngineEvents['site.hostRefused'][] = [];
    running.engine.on('site.hostRefused', (data) => refused.push(data));
    const { status, body } = await send(running.port, {
      host: `shop.test:${running.port}`,
      headers: { accept: 'text/html' },
    });
    expect(status).toBe(403);
    expect(body).toContain('Blocked request');
    const event = await until(() => refused[0]);
    expect(event).toMatchObject({ site: 'shop.test', backend: 'vite', framework: 'Vite' });
    expect(event.fix).toContain('server.allowedHosts');
    expect(event.fix).toContain('host_header: backend');
  });
});
