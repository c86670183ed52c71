/** Runs the built app in a home of its own, and gives its window, its engine and its way out to a test. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { ElectronApplication, Page } from 'playwright';
import type { Answer, CommandName, Request } from '../../shared/protocol.ts';
import type { Snapshot } from '../../shared/state.ts';
import type { Api } from '../../shared/window-api.ts';
import { launchApp } from './electron.ts';
import type { LaunchOptions } from './electron.ts';

declare global {
  interface Window {
    readonly api: Api;
  }
}

/** Quitting drains requests for five seconds at most. */
const EXIT_TIMEOUT_MS = 30_000;

export interface RunningApp {
  app: ElectronApplication;
  page: Page;
  home: string;
  /** What the page wrote to its console as errors, and what it threw. */
  pageErrors: string[];
  call: <K extends CommandName>(name: K, request?: Request<K>) => Promise<Answer<K>>;
  snapshot: () => Promise<Snapshot>;
  /** Quits as the menu does; resolves to the exit code. */
  quit: () => Promise<number | null>;
  /** Ends it in any state, and removes its home. */
  close: () => Promise<void>;
}

export interface AppOptions extends LaunchOptions {
  /** Text of mogoly.yaml; without it the app makes its sample. */
  config?: string;
}

/** Starts the app and waits until its window shows the engine. */
export async function startApp({ config, ...options }: AppOptions = {}): Promise<RunningApp> {
  const home = options.home ?? (await mkdtemp(path.join(os.tmpdir(), 'mogoly-app-')));
  if (config !== undefined) await writeFile(path.join(home, 'mogoly.yaml'), config);
  const { app } = await launchApp({ ...options, home });
  const child = app.process();
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const page = await app.firstWindow();
  const pageErrors = collectErrors(page);
  await page.getByRole('button', { name: /^(Stop|Start) routing$/ }).waitFor();
  const call: RunningApp['call'] = (name, request) => callIn(page, name, request);
  return {
    app,
    page,
    home,
    pageErrors,
    call,
    snapshot: async () => valueOf(await call('status.get')),
    async quit() {
      await app.evaluate(({ app: electron }) => electron.quit()).catch(() => undefined); // it may be gone before it answers
      return withDeadline(exited, EXIT_TIMEOUT_MS);
    },
    async close() {
      if (child.exitCode === null && child.signalCode === null) await app.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** A command of the engine, sent from inside the page as the window's own code sends it. */
export async function callIn<K extends CommandName>(page: Page, name: K, request?: Request<K>): Promise<Answer<K>> {
  const answer: unknown = await page.evaluate(
    ([asked, body]) => {
      const call = window.api.call as (name: string, request: unknown) => Promise<unknown>;
      return call(asked, body);
    },
    [name, request] as [string, unknown],
  );
  return answer as Answer<K>;
}

export function valueOf<K extends CommandName>(answer: Answer<K>): Extract<Answer<K>, { ok: true }>['value'] {
  if (!answer.ok) throw new Error(answer.problems.map((item) => `${item.code}: ${item.message}`).join('\n'));
  return answer.value;
}

function collectErrors(page: Page): string[] {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  return errors;
}

async function withDeadline<T>(work: Promise<T>, deadlineMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`the app did not end within ${deadlineMs} ms`)), deadlineMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
