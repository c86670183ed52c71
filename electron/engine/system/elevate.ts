/** The one point where Mogoly asks for more rights than its user has. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { failure, problem, success, type Problem, type Result } from '../../../shared/problem.ts';
import type { StepCommand } from '../../../shared/system-change.ts';
import type { RunCommand } from './command.ts';
import { shellQuoted, shownCommand } from '../../../shared/shown-command.ts';
import { failedStep, shellScript } from './script.ts';
import { argumentQuoted, powershellScript } from './script-windows.ts';

/** `sudo`: on the terminal · `prompt`: the system's own dialog · `none`: only for who has the rights already. */
export type ElevationMode = 'sudo' | 'prompt' | 'none';

export interface ElevationDeps {
  mode: ElevationMode;
  platform: NodeJS.Platform;
  run: RunCommand;
  /** As the dialog names us. */
  appName?: string;
  isAdmin?: () => boolean | Promise<boolean>;
}

export interface Elevation {
  /** All of them after one question. Errors: SYSTEM_ELEVATION_REFUSED, SYSTEM_STEP_FAILED. */
  runPrivileged: (commands: readonly StepCommand[]) => Promise<Result<undefined>>;
}

/** People look for their password. */
const PATIENCE_MS = 300_000;

interface Script {
  /** Absolute, in a folder that no other user enters. */
  path: string;
  commands: readonly StepCommand[];
}

export function createElevation(deps: ElevationDeps): Elevation {
  const { mode, platform, run, isAdmin = () => hasRights(platform, run) } = deps;
  return {
    async runPrivileged(commands) {
      if (commands.length === 0) return success(undefined);
      if (await isAdmin()) return runInOrder(run, commands);
      if (mode === 'none' || (platform === 'win32' && mode === 'sudo'))
        return failure(refused('This needs the rights of an administrator.', commands));
      return withScript(platform, commands, (script) =>
        mode === 'sudo' ? bySudo(run, script) : byPrompt(platform, script, deps.appName),
      );
    },
  };
}

/** fltmc lists its filters for administrators alone. */
async function hasRights(platform: NodeJS.Platform, run: RunCommand): Promise<boolean> {
  if (platform !== 'win32') return process.geteuid?.() === 0;
  return (await run('fltmc.exe', [])).code === 0;
}

async function withScript<T>(
  platform: NodeJS.Platform,
  commands: readonly StepCommand[],
  act: (script: Script) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'mogoly-steps-'));
  try {
    const isWindows = platform === 'win32';
    const path = join(folder, isWindows ? 'steps.ps1' : 'steps.sh');
    await writeFile(path, isWindows ? powershellScript(commands) : shellScript(commands), { mode: 0o700 });
    return await act({ path, commands });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** One after the other, until one fails. */
export async function runInOrder(run: RunCommand, commands: readonly StepCommand[]): Promise<Result<undefined>> {
  for (const command of commands) {
    const { code, stderr } = await run(command.file, command.args, { input: command.input });
    if (code !== 0) return failure(failed(command, code, stderr));
  }
  return success(undefined);
}

async function bySudo(run: RunCommand, { path, commands }: Script): Promise<Result<undefined>> {
  const { code } = await run('sudo', ['--', 'sh', path], { isInteractive: true, timeoutMs: PATIENCE_MS });
  if (code === 0) return success(undefined);
  const step = failedStep(code);
  if (step !== undefined) return failure(failedElevated(commands, step));
  return failure(refused(code === 127 ? 'sudo is not installed.' : `sudo ended with ${code}.`, commands));
}

async function byPrompt(
  platform: NodeJS.Platform,
  { path, commands }: Script,
  name = 'Mogoly',
): Promise<Result<undefined>> {
  const { exec } = await import('@vscode/sudo-prompt');
  return new Promise((resolve) => {
    exec(promptCommand(platform, path), { name }, (error) => {
      if (!error) return resolve(success(undefined));
      const { code } = error as { code?: unknown };
      const step = typeof code === 'number' ? failedStep(code) : undefined;
      resolve(failure(step === undefined ? refused(`${error.message}.`, commands) : failedElevated(commands, step)));
    });
  });
}

/** What runs the script, as one line for the system's dialog. */
export const promptCommand = (platform: NodeJS.Platform, path: string): string =>
  platform === 'win32'
    ? `powershell.exe -NoProfile -NonInteractive -ExecutionPolicy Bypass -File ${argumentQuoted(path)}`
    : `sh ${shellQuoted(path)}`;

/** What it said went to the terminal or to the dialog. */
function failedElevated(commands: readonly StepCommand[], step: number): Problem {
  const command = commands[step] ?? commands[commands.length - 1]!;
  return problem('SYSTEM_STEP_FAILED', `${command.file} failed with the rights of an administrator.`, {
    fix: `Run it by hand to see more: ${shownCommand(command)}`,
  });
}

const failed = (command: StepCommand, code: number, stderr: string): Problem =>
  problem('SYSTEM_STEP_FAILED', `${command.file} ended with ${code}: ${lastLine(stderr) || 'it says nothing'}.`, {
    fix: `Run it by hand to see more: ${shownCommand(command)}`,
  });

const refused = (message: string, commands: readonly StepCommand[]): Problem =>
  problem('SYSTEM_ELEVATION_REFUSED', message, {
    fix: `Run by hand, as an administrator: ${commands.map(shownCommand).join(' && ')}`,
  });

const lastLine = (text: string): string => text.trim().split('\n').at(-1)?.slice(0, 300) ?? '';
