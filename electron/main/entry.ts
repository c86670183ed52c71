/**
 * Where the packaged app starts: as the app, or, called by the launcher `mogoly`, as the CLI in this same process.
 *
 * The fuse runAsNode is off, so that nobody can use the signed executable as a Node of their own; the CLI therefore runs
 * inside Electron's main process, from the archive whose integrity is checked, and no window is made. It takes twice as
 * long as by a plain Node (`mogoly status`: 0.58 s for 0.29 on one busy machine) and starts Chromium's helpers, so the
 * launcher takes a Node that is there first. Without a display Electron 25 crashes behind `--ozone-platform=headless`.
 */
import { createRequire } from 'node:module';
import { app } from 'electron';

/** Behind it come the arguments of the CLI; `--` keeps Chromium from reading them as its own. */
const CLI_MARK = '--mogoly-cli';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const at = process.argv.indexOf(CLI_MARK);
if (at === -1) load('../main.cjs');
else runCli(process.argv.slice(1, at + 1), process.argv.slice(at + 2));

/** As if Node ran it: what starts itself again (`daemon start -d`) takes `execPath`, `execArgv` and `argv[1]`. */
function runCli(switches: string[], args: string[]): void {
  process.execArgv = switches;
  process.argv = [process.execPath, '--', ...args];
  if (process.platform === 'darwin') app.setActivationPolicy('prohibited');
  load('./cli.cjs');
  void app.whenReady().then(takeSignals);
}

/** Chromium puts its own handlers in the place of Node's while it starts; to listen again puts Node's back. */
function takeSignals(): void {
  for (const signal of SIGNALS) {
    const listeners = process.listeners(signal);
    process.removeAllListeners(signal);
    for (const listener of listeners) process.on(signal, listener);
  }
}

/** Both are too large to be read by who does not need them, so neither is part of this file. */
function load(file: string): void {
  createRequire(__filename)(file);
}
