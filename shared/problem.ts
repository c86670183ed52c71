/** The one shape of bad news: what happened, where, and what mends it. */

/** Where a problem stands in a file; both count from 1. */
export interface Place {
  file?: string;
  line: number;
  column: number;
}

/** Path of a value in the config: `['server', 0, 'balance', 1, 'url']`. */
export type ConfigPath = readonly (string | number)[];

export interface Problem {
  /** Stable, `AREA_FACT`; never matched by its message. */
  code: string;
  severity: 'error' | 'warning';
  /** One sentence: what is wrong. */
  message: string;
  /** One sentence in the imperative: what mends it. */
  fix?: string;
  path?: ConfigPath;
  at?: Place;
}

/** An expected failure travels as a value; bugs throw. */
export type Result<T> = { ok: true; value: T; warnings: Problem[] } | { ok: false; problems: Problem[] };

export const success = <T>(value: T, warnings: Problem[] = []): Result<T> => ({ ok: true, value, warnings });

export const failure = (...problems: Problem[]): { ok: false; problems: Problem[] } => ({ ok: false, problems });

export function problem(code: string, message: string, rest: Partial<Problem> = {}): Problem {
  return { code, severity: 'error', message: bounded(message), ...rest };
}

export function warning(code: string, message: string, rest: Partial<Problem> = {}): Problem {
  return { code, severity: 'warning', message: bounded(message), ...rest };
}

/** A sentence may quote a value of any length. */
const MAX_MESSAGE_LENGTH = 1_500;

const bounded = (message: string): string =>
  message.length <= MAX_MESSAGE_LENGTH ? message : `${message.slice(0, MAX_MESSAGE_LENGTH)}…`;

/** Carries problems through code that can only throw; caught at the doors. */
export class ProblemError extends Error {
  readonly problems: Problem[];

  constructor(problems: Problem[]) {
    super(problems.map(formatProblem).join('\n'));
    this.name = 'ProblemError';
    this.problems = problems;
  }
}

/** `mogoly.yaml:3:5: warning: The key "blance" is not known here. Did you mean "balance"? [CONFIG_UNKNOWN_KEY]` */
export function formatProblem({ at, severity, message, fix, code }: Problem): string {
  const place = at ? `${at.file ?? 'config'}:${at.line}:${at.column}: ` : '';
  return `${place}${severity}: ${message}${fix ? ` ${fix}` : ''} [${code}]`;
}
