/** `uninstall`: takes back every change that Mogoly made outside its home folder, and, told so, the folder too. */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Command } from 'commander';
import { autostartFile } from '../control/paths.ts';
import type { SystemChange } from '../../shared/system-change.ts';
import type { Context, Runner } from './command.ts';
import { stop } from './daemon.ts';
import type { ExitCode } from './io.ts';
import { plain } from './print.ts';
import { showSteps } from './trust.ts';

interface Options {
  dryRun?: boolean;
  deleteHome?: boolean;
  /** By the package's own removal: it has undone as root what needs root. */
  systemDone?: boolean;
}

export function register(program: Command, run: Runner): void {
  program
    .command('uninstall')
    .description('take back every change made outside the home folder; before the package is removed')
    .option('--dry-run', 'show the steps, make none')
    .option('--delete-home', 'also delete the home folder: config, history, certificates')
    .option('--system-done', 'what needs an administrator is undone already')
    .action(run((context, options: Options) => uninstall(context, options)));
}

/** Exit code 1 when something could not be undone; the home folder stays then. */
async function uninstall(context: Context, options: Options): Promise<ExitCode> {
  const { print, target, io } = context;
  const { systemChanges } = await import('../engine/system-rooms.ts');
  const changes = systemChanges(target.home, 'sudo');
  const autostart = autostartFile(io.env);
  if (options.dryRun === true) {
    const open = existsSync(target.home) ? (await changes.list()).filter(leavesSomething) : [];
    print.result({ changes: open, autostart: existsSync(autostart) ? autostart : null }, () => {
      showSteps(print, open.reverse().map(undoing));
      if (existsSync(autostart)) print.line(`Delete ${plain(autostart)}`);
      if (options.deleteHome === true) print.line(`Delete ${plain(target.home)}`);
      const isNothing = open.length === 0 && !existsSync(autostart) && options.deleteHome !== true;
      print.line(isNothing ? 'Nothing is to be undone.' : 'Nothing was done.');
    });
    return 0;
  }
  const stopped = await stop(context);
  if (options.systemDone === true) await changes.settlePrivileged();
  const undone = existsSync(target.home) ? await changes.undoAll() : undefined;
  await rm(autostart, { force: true });
  if (undone?.ok === false) {
    print.problems(undone.problems);
    return 1;
  }
  if (options.deleteHome === true) await rm(target.home, { recursive: true, force: true });
  print.result(
    { undone: true, stopped: stopped?.pid ?? null, home: options.deleteHome === true ? null : target.home },
    () => {
      if (stopped !== undefined) print.line(`Mogoly (pid ${stopped.pid}) has stopped.`);
      print.line('Everything outside the home folder is as it was.');
      if (options.deleteHome !== true && existsSync(target.home))
        print.line(`Config, history and certificates are still in ${plain(target.home)}`);
    },
  );
  return 0;
}

const leavesSomething = ({ state, step }: SystemChange): boolean => state !== 'undone' && step.undo.length > 0;

const undoing = ({ step }: SystemChange): SystemChange['step'] => ({
  ...step,
  title: `Undo: ${step.title}`,
  commands: step.undo,
});
