/** What becomes of an error nobody expected: it is written down and shown, and routing goes on. */
import { appendFileSync } from 'node:fs';
import path from 'node:path';
import { app, dialog } from 'electron';
import { makeFolderSync } from '../engine/make-folder.ts';

/** Errors often come in swarms; the later ones are only written down. */
const SHOWN_AT_ONCE = 1;

export type ReportBug = (error: unknown) => void;

/** Also takes over uncaught exceptions and rejections. The log is `logs/app.log` in the home folder. */
export function setupBugReports(home: string): ReportBug {
  let shown = 0;
  const report = (error: unknown): void => {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    writeDown(path.join(home, 'logs', 'app.log'), text);
    if (!app.isReady() || shown >= SHOWN_AT_ONCE) return;
    shown += 1;
    void dialog
      .showMessageBox({
        type: 'error',
        title: 'Mogoly',
        message: 'Something inside Mogoly failed. Routing goes on.',
        detail: `${text}\n\nIt is written down in ${path.join(home, 'logs', 'app.log')}.`,
      })
      .finally(() => void (shown -= 1));
  };
  process.on('uncaughtException', report);
  process.on('unhandledRejection', report);
  return report;
}

function writeDown(file: string, text: string): void {
  process.stderr.write(`${text}\n`);
  try {
    makeFolderSync(path.dirname(file));
    appendFileSync(file, `${new Date().toISOString()} ${text}\n`, { mode: 0o600 });
  } catch {
    // The error stream has it; a full disk must not fail the report of a failure.
  }
}
