/** `doctor`: what is wrong on this machine, and what mends it. */
import type { Command } from 'commander';
import type { FindingStatus } from '../../shared/doctor.ts';
import { ask } from './client.ts';
import type { Context, Runner } from './command.ts';
import type { ExitCode } from './io.ts';
import { plain, type Colour } from './print.ts';

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
  const report = await ask(target, 'doctor.run');
  const wrong = report.findings.filter(({ status }) => status === 'bad' || status === 'warning');
  print.result(report, () => {
    for (const { status, title, message, remedy } of isAll ? report.findings : wrong) {
      print.line(
        `${print.paint(COLOURS[status], status.padEnd(8))}${print.paint('bold', plain(title))}: ${plain(message)}`,
      );
      if (remedy !== undefined)
        print.line(
          `        ${plain(remedy.title)}${remedy.line ? `  ${print.paint('cyan', plain(remedy.line))}` : ''}`,
        );
    }
    const seen = `${report.findings.length} looked at (${Math.round(report.durationMs)} ms)`;
    print.line(wrong.length === 0 ? `All is well: ${seen}.` : `${wrong.length} to mend, ${seen}.`);
  });
  return report.findings.some(({ status }) => status === 'bad') ? 1 : 0;
}
