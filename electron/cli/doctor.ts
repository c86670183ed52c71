/** `doctor`: what is wrong on this machine, and what mends it. */
import type { Command } from 'commander';
import { isWrong, type DoctorReport, type Finding, type FindingStatus } from '../../shared/doctor.ts';
import { ProblemError } from '../../shared/problem.ts';
import { call, type Target } from './client.ts';
import type { Context, Runner } from './command.ts';
import type { ExitCode } from './io.ts';
import { plain, type Colour, type Printer } from './print.ts';

export function register(program: Command, run: Runner): void {
  program
    .command('doctor')
    .description('what is wrong on this machine, and what mends it')
    .option('-a, --all', 'also what is good')
    .action(run((context, { all }: { all?: boolean }) => doctor(context, all === true)));
}

const COLOURS: Record<FindingStatus, Colour> = { bad: 'red', warning: 'yellow', good: 'green', skipped: 'grey' };

/** Exit code 1 when something is bad. */
async function doctor({ print, target }: Context, isAll: boolean): Promise<ExitCode> {
  const report = await examined(target);
  const wrong = report.findings.filter(isWrong);
  print.result(report, () => {
    for (const finding of isAll ? report.findings : wrong) showFinding(print, finding);
    const seen = `${report.findings.length} looked at (${Math.round(report.durationMs)} ms)`;
    print.line(wrong.length === 0 ? `All is well: ${seen}.` : `${wrong.length} to mend, ${seen}.`);
  });
  return report.findings.some(({ status }) => status === 'bad') ? 1 : 0;
}

function showFinding(print: Printer, { status, title, message, remedy }: Finding): void {
  print.line(
    `${print.paint(COLOURS[status], status.padEnd(8))}${print.paint('bold', plain(title))}: ${plain(message)}`,
  );
  if (remedy === undefined) return;
  print.line(`        ${plain(remedy.title)}`);
  if (remedy.line !== undefined) print.line(`        ${print.paint('cyan', plain(remedy.line))}`);
}

/** By whichever Mogoly runs; where none does, by an engine that never starts: a port that is taken keeps others from it too. */
async function examined(target: Target): Promise<DoctorReport> {
  const answer = await call(target, 'doctor.run');
  if (answer.ok) return answer.value;
  if (answer.problems.every(({ code }) => code !== 'DAEMON_NOT_RUNNING')) throw new ProblemError(answer.problems);
  const { createEngine } = await import('../engine/index.ts');
  const engine = createEngine({ home: target.home, host: 'cli', watch: false });
  try {
    const report = await engine.system.doctor();
    return { ...report, findings: [notRunning(answer.problems[0]!.message), ...report.findings] };
  } finally {
    await engine.close();
  }
}

const notRunning = (message: string): Finding => ({
  id: 'running',
  title: 'Engine',
  status: 'warning',
  message: `${message} Sites, trust and certificates cannot be judged.`,
  remedy: { title: 'Start it, or open the app.', line: 'mogoly run' },
});
