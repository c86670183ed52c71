/** Runs createSystemNames() inside an overlay: `node names-guest.mjs VERB WANTED [ARGUMENT]`, JSON on standard output. */
import { execFile } from 'node:child_process';
import { createSystemNames } from '../../../../electron/engine/system/names/system-names.ts';
import type { StepCommand } from '../../../../shared/system-change.ts';
import { failure, problem, success } from '../../../../shared/problem.ts';
import type { NamesMethodId, WantedNames } from '../../../../shared/system-names.ts';

const [verb = 'status', wanted = '{}', argument] = process.argv.slice(2);

const run = (file: string, args: readonly string[], input = ''): Promise<{ code: number; stdout: string }> =>
  new Promise((resolve) => {
    const child = execFile(file, [...args], (error, stdout) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 127;
      resolve({ code, stdout });
    });
    child.stdin?.on('error', () => undefined); // it may not read it
    child.stdin?.end(input);
  });

async function runAll(commands: StepCommand[]) {
  for (const { file, args, input } of commands) {
    const { code } = await run(file, args, input);
    if (code !== 0) return failure(problem('STEP_FAILED', `${file} ${args.join(' ')} ended with ${code}.`));
  }
  return success(undefined);
}

const names = createSystemNames({
  platform: process.platform,
  fsRoot: '/',
  run,
  wanted: () => JSON.parse(wanted) as WantedNames,
  makeChanges: (steps) => runAll(steps.flatMap(({ commands }) => commands)),
  report: () => undefined,
});

async function act(): Promise<unknown> {
  const method = argument as NamesMethodId | undefined;
  if (verb === 'install') return names.install(method);
  if (verb === 'remove') return names.remove(method);
  if (verb === 'undo') {
    const plan = await names.plan('install', method);
    if (!plan.ok) return plan;
    const done = await runAll(plan.value.flatMap(({ commands }) => commands));
    return done.ok ? runAll([...plan.value].reverse().flatMap(({ undo }) => undo)) : done;
  }
  return verb === 'check' ? names.check(argument) : names.status();
}

process.stdout.write(JSON.stringify(await act()));
