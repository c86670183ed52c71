/** How results look: aligned tables and colours for people, JSON for machines, problems on standard error. */
import { formatProblem } from '../../shared/problem.ts';
import type { Problem } from '../../shared/problem.ts';
import type { HealthStatus } from '../../shared/state.ts';
import type { Io } from './io.ts';

const COLOURS = { red: 31, green: 32, yellow: 33, cyan: 36, grey: 90, bold: 1 } as const;
export type Colour = keyof typeof COLOURS;

export interface Printer {
  isJson: boolean;
  /** One line for people; nothing under --json. */
  line: (text?: string) => void;
  /** One value for machines, on one line or many. */
  json: (value: unknown, isOneLine?: boolean) => void;
  /** `value` under --json, else what `show` prints. */
  result: (value: unknown, show: () => void) => void;
  table: (head: string[], rows: string[][]) => void;
  paint: (colour: Colour, text: string) => string;
  health: (status: HealthStatus) => string;
  /** Problems on standard error, and under --json also as the answer on standard output. */
  problems: (problems: readonly Problem[]) => void;
  /** Warnings that come with a good result: standard error, never part of the answer. */
  warnings: (problems: readonly Problem[]) => void;
}

export interface PrintOptions {
  json?: boolean | undefined;
  color?: boolean | undefined;
}

export function createPrinter(io: Io, { json = false, color = true }: PrintOptions): Printer {
  const isColoured = color && !io.env['NO_COLOR'] && io.stdout.isTTY === true;
  const paint = (colour: Colour, text: string): string =>
    isColoured ? `\u001b[${COLOURS[colour]}m${text}\u001b[0m` : text;
  const line = (text = ''): void => {
    if (!json) io.stdout.write(`${text}\n`);
  };
  const warnings = (problems: readonly Problem[]): void => {
    for (const item of problems) io.stderr.write(`${plain(formatProblem(item))}\n`);
  };
  const printJson = (value: unknown, isOneLine = false): void =>
    void io.stdout.write(`${JSON.stringify(value, null, isOneLine ? 0 : 2)}\n`);
  return {
    isJson: json,
    line,
    json: printJson,
    result: (value, show) => (json ? printJson(value) : show()),
    table(head, rows) {
      if (!json) for (const text of alignTable([head.map((title) => paint('grey', title)), ...rows])) line(text);
    },
    paint,
    health: (status) => paint(HEALTH_COLOURS[status], status),
    problems(problems) {
      if (json) printJson({ ok: false, problems });
      else warnings(problems);
    },
    warnings,
  };
}

const HEALTH_COLOURS: Record<HealthStatus, Colour> = {
  healthy: 'green',
  unknown: 'grey',
  degraded: 'yellow',
  down: 'red',
  draining: 'cyan',
};

/** Colours take no room, and no cell of the last column is filled up. */
export function alignTable(rows: readonly string[][]): string[] {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, index) => (widths[index] = Math.max(widths[index] ?? 0, visibleLength(cell))));
  return rows.map((row) =>
    row
      .map((cell, index) => (index === row.length - 1 ? cell : cell + ' '.repeat(widths[index]! - visibleLength(cell))))
      .join('  ')
      .trimEnd(),
  );
}

// eslint-disable-next-line no-control-regex -- our own colour codes
const visibleLength = (text: string): number => [...text.replace(/\u001b\[\d+m/g, '')].length;

/** Text from outside may not steer the terminal. */
export function plain(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '?');
}

export const clock = (at: number): string => new Date(at).toTimeString().slice(0, 8);
