/** The one point where Mogoly asks for more rights than its user has. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { failure, problem, success, type Problem, type Result } from '../../../shared/problem.ts';
import type { StepCommand } from '../../../shared/system-change.ts';
import type { RunCommand } from './command.ts';
import { shellQuoted, shellScript, shownCommand } from './script.ts';

/** `sudo`: on the terminal · `prompt`: the system's own dialog · `none`: only for who has the rights already. */
export type ElevationMode = 'sudo' | 'prompt' | 'none';

export interface ElevationDeps {
  mode: ElevationMode;
  platform: NodeJS.Platform;
  run: RunCommand;
  /** As the dialog names us. */
  appName?: string;
  isAdmin?: () => boolean;
}

export interface Elevation {
  /** All of them after one question. Errors: SYSTEM_ELEVATION_REFUSED, SYSTEM_STEP_FAILED. */
  runPrivileged: (commands: readonly StepCommand[]) => Promise<Result<undefined>>;
}

/** People look for their password. */
const PATIENCE_MS = 300_000;

export function createElevation(deps: ElevationDeps): Elevation {
  const { mode, platform, run, isAdmin = () => process.geteuid?.() === 0 } = deps;
  return {
    async runPrivileged(commands) {
      if (commands.length === 0) return success(undefined);
      if (isAdmin()) return runInOrder(run, commands);
      if (mode === 'none' || (platform === 'win32' && mode === 'sudo'))
        return failure(refused('This needs the rights of an administrator.', commands));
      const folder = await mkdtemp(join(tmpdir(), 'mogoly-steps-'));
      try {
        const script = join(folder, 'steps.sh');
        await writeFile(script, shellScript(commands), { mode: 0o700 });
        return mode === 'sudo' ? await bySudo(run, script, commands) : await byPrompt(script, commands, deps.appName);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

/** One after the other, until one fails. */
export async function runInOrder(run: RunCommand, commands: readonly StepCommand[]): Promise<Result<undefined>> {
  for (const command of commands) {
    const { code, stderr } = await run(command.file, command.args, { input: command.input });
    if (code !== 0) return failure(failed(command, code, stderr));
  }
  return success(undefined);
}

async function bySudo(run: RunCommand, script: string, commands: readonly StepCommand[]): Promise<Result<undefined>> {
  const { code } = await run('sudo', ['--', 'sh', script], { isInteractive: true, timeoutMs: PATIENCE_MS });
  if (code === 0) return success(undefined);
  return failure(refused(code === 127 ? 'sudo is not installed.' : `sudo ended with ${code}.`, commands));
}

async function byPrompt(script: string, commands: readonly StepCommand[], name = 'Mogoly'): Promise<Result<undefined>> {
  const { exec } = await import('@vscode/sudo-prompt');
  return new Promise((resolve) => {
    exec(`sh ${shellQuoted(script)}`, { name }, (error) => {
      if (error) resolve(failure(refused(`${error.message}.`, commands)));
      else resolve(success(undefined));
    });
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
