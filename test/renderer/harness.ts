/** Builds the window, serves it under the app's own CSP, and opens it in Chromium against a canned engine. */
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { chromium } from 'playwright';
import { build } from 'vite';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright';
import type { Push } from '../../shared/protocol.ts';
import type { LogEntry, Snapshot } from '../../shared/state.ts';

/** Machines are shared and slow: a step that takes longer is stuck. */
const PATIENCE_MS = 60_000;
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; connect-src 'none'; base-uri 'none'; form-action 'none'";
const TYPES = new Map([
  ['.html', 'text/html; charset=utf-8'],
  ['.js', 'text/javascript'],
  ['.css', 'text/css'],
  ['.woff2', 'font/woff2'],
]);
const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** What the page's `window.api` answers from; a test may change it through `page.evaluate`. */
export interface Canned {
  snapshot: Snapshot;
  log?: LogEntry[];
  document?: unknown;
  /** JSON Schemas by middleware. */
  middlewares?: Record<string, unknown>;
  /** Answers by command name, ahead of the canned ones. */
  answers?: Record<string, unknown>;
  /** Answers by command and by the `name` of its request, ahead of all. */
  named?: Record<string, Record<string, unknown>>;
}

/** Seen by tests inside the page. */
export interface CannedWindow {
  calls: { name: string; request: unknown }[];
  canned: Canned;
  push: (push: Push) => void;
}

export interface Harness {
  open: (
    canned: Canned,
    options?: { theme?: 'light' | 'dark'; width?: number; height?: number; zoom?: number },
  ) => Promise<{ page: Page; violations: string[] }>;
  close: () => Promise<void>;
}

export async function startHarness(): Promise<Harness> {
  const folder = await mkdtemp(join(tmpdir(), 'mogoly-window-'));
  const root = fileURLToPath(new URL('../../renderer', import.meta.url));
  await build({
    configFile: false,
    root,
    base: './',
    logLevel: 'error',
    plugins: [react()],
    build: {
      outDir: folder,
      emptyOutDir: true,
      target: 'chrome114',
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
    },
  });
  const { origin, close } = await serveWindow(folder);
  const browser: Browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: CHROMIUM_ARGS });
  return {
    async open(canned, { theme = 'light', width = 1280, height = 800, zoom = 1 } = {}) {
      const context = await browser.newContext({
        viewport: { width: Math.round(width / zoom), height: Math.round(height / zoom) },
        deviceScaleFactor: zoom,
        colorScheme: theme,
      });
      const page = await context.newPage();
      page.setDefaultTimeout(PATIENCE_MS);
      const violations: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error') violations.push(message.text());
      });
      page.on('pageerror', (error) => violations.push(String(error)));
      await page.addInitScript(installApi, canned);
      await page.goto(`${origin}/index.html`);
      return { page, violations };
    },
    async close() {
      await browser.close();
      await close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A built window under the app's CSP; `close` resolves once nobody is connected. */
export async function serveWindow(folder: string): Promise<{ origin: string; close: () => Promise<void> }> {
  const server = createServer((request, response) => void serve(folder, request.url ?? '/', response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}

async function serve(folder: string, url: string, response: ServerResponse): Promise<void> {
  const file = join(folder, new URL(url, 'http://local').pathname);
  const known = await stat(file).catch(() => undefined);
  if (!known?.isFile()) {
    response.writeHead(url === '/favicon.ico' ? 204 : 404).end();
    return;
  }
  response.writeHead(200, {
    'content-type': TYPES.get(extname(file)) ?? 'application/octet-stream',
    'content-security-policy': CSP,
  });
  createReadStream(file).pipe(response);
}

/** Runs in the page: the far side of the bridge. */
export function installApi(canned: Canned): void {
  const listeners = new Set<(pushes: string) => void>();
  const far: CannedWindow = {
    calls: [],
    canned,
    push: (push) => {
      for (const listener of listeners) listener(JSON.stringify([push]));
    },
  };
  const answer = (name: string, request: unknown): unknown => {
    const about = (request as { name?: unknown } | undefined)?.name;
    const given = far.canned.named?.[name]?.[String(about)] ?? far.canned.answers?.[name];
    if (given !== undefined) return given;
    if (name === 'status.get') return { ok: true, value: far.canned.snapshot };
    if (name === 'log.list') return { ok: true, value: far.canned.log ?? [] };
    if (name === 'config.get')
      return {
        ok: true,
        value: {
          file: '',
          format: 'yaml',
          text: '',
          problems: [],
          revision: far.canned.snapshot.revision,
          value: far.canned.document ?? { server: [] },
        },
      };
    if (name === 'doctor.run') return { ok: true, value: { at: 0, durationMs: 0, findings: [] } };
    if (name === 'config.schema') return { ok: true, value: { config: {}, middlewares: far.canned.middlewares ?? {} } };
    if (name === 'config.preview') return { ok: true, value: { before: '', after: '', problems: [] } };
    if (name === 'discovery.list') return { ok: true, value: { servers: [] } };
    if (name === 'window.getTheme') return { ok: true, value: { theme: 'system' } };
    if (name.startsWith('app.') || name.startsWith('window.')) return { ok: true, value: null };
    return { ok: true, value: { revision: far.canned.snapshot.revision + 1, warnings: [] } };
  };
  const call = (name: string, request: unknown): Promise<unknown> => {
    far.calls.push({ name, request });
    return Promise.resolve(answer(name, request));
  };
  const api = {
    call,
    onPush: (listener: (pushes: string) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    app: { info: () => call('app.info', {}), call, onAsk: () => () => undefined },
  };
  Object.assign(globalThis, { api, far });
}
