/** Launches the built app under Playwright, in a home folder of its own. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron } from 'playwright';
import type { ElectronApplication } from 'playwright';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The Electron executable that the build scripts find; MOGOLY_ELECTRON names another. */
export function electronPath(): string {
  const given = process.env['MOGOLY_ELECTRON'];
  if (given !== undefined && given !== '') return given;
  return execFileSync(process.execPath, [path.join(ROOT, 'build/electron.mjs')], { encoding: 'utf8' }).trim();
}

export interface LaunchedApp {
  app: ElectronApplication;
  /** MOGOLY_HOME of this run. */
  home: string;
  /** Quits the app; removes the home folder unless one was given. */
  close: () => Promise<void>;
}

export interface LaunchOptions {
  /** An existing home folder, kept at the end. */
  home?: string;
  args?: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** A packaged app's own executable, in place of Electron with this folder. */
  packaged?: string;
}

/** Starts the app on a home folder; as root without Chromium's sandbox, which root is refused. */
export async function launchApp(options: LaunchOptions = {}): Promise<LaunchedApp> {
  const home = options.home ?? (await mkdtemp(path.join(os.tmpdir(), 'mogoly-app-')));
  const flags = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const app = await _electron.launch({
    executablePath: options.packaged ?? electronPath(),
    args: [...flags, `--user-data-dir=${path.join(home, 'chromium')}`, ...appFolder(options), ...(options.args ?? [])],
    env: { ...inheritedEnv(), MOGOLY_HOME: home, ...options.env },
    cwd: ROOT,
  });
  const close = async (): Promise<void> => {
    await app.close();
    if (options.home === undefined) await rm(home, { recursive: true, force: true });
  };
  return { app, home, close };
}

const appFolder = (options: LaunchOptions): string[] => (options.packaged === undefined ? [ROOT] : []);

function inheritedEnv(): Record<string, string> {
  const entries = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(entries);
}
