/** What the tray and the menus can do; both call the same, and routing starts and stops through the contract's commands. */
import { app, clipboard, dialog } from 'electron';
import type { Engine } from '../engine/engine.ts';
import type { Ask } from '../../shared/actions.ts';
import { formatProblem } from '../../shared/problem.ts';
import type { Problem } from '../../shared/problem.ts';
import { openUrl } from './commands.ts';

export interface Actions {
  openWindow: () => void;
  startRouting: () => void;
  stopRouting: () => void;
  openSite: (url: string) => void;
  copyAddress: (url: string) => void;
  /** Opens the window and has it do or show something. */
  ask: (ask: Ask) => void;
  quit: () => void;
}

export interface ActionOptions {
  engine: Engine;
  openWindow: () => void;
  ask: (ask: Ask) => void;
  answer: (name: string, request: unknown) => Promise<unknown>;
  onBug: (error: unknown) => void;
}

export function createActions({ engine, openWindow, ask, answer, onBug }: ActionOptions): Actions {
  const run = (work: Promise<unknown>): void => void work.then(showRefusal).catch(onBug);
  return {
    openWindow,
    ask,
    startRouting: () => run(answer('engine.start', undefined)),
    stopRouting: () => run(answer('engine.stop', undefined)),
    openSite: (url) => run(openUrl(engine, url)),
    copyAddress: (url) => clipboard.writeText(url),
    quit: () => app.quit(),
  };
}

/** A tray has no place for an error, so it is said in a box of its own. */
async function showRefusal(answer: unknown): Promise<void> {
  const problems = problemsOf(answer);
  if (problems.length === 0) return;
  await dialog.showMessageBox({ type: 'warning', title: 'Mogoly', message: problems.map(formatProblem).join('\n') });
}

function problemsOf(answer: unknown): Problem[] {
  const isRefusal = typeof answer === 'object' && answer !== null && 'ok' in answer && answer.ok === false;
  return isRefusal && 'problems' in answer ? (answer.problems as Problem[]) : [];
}
