/** A failed step of ACME: its Problem, and what the authority said about trying again. */
import { ProblemError, problem, type Problem } from '../../../shared/problem.ts';

/** The `type` of an error document without its `urn:ietf:params:acme:error:` (RFC 8555 section 6.7). */
export type AcmeErrorType = string;

export class AcmeError extends ProblemError {
  readonly type: AcmeErrorType | undefined;
  /** Not before so many milliseconds have passed; whatever is changed meanwhile. */
  readonly retryAfterMs: number | undefined;

  constructor(cause: Problem, rest: { type?: AcmeErrorType; retryAfterMs?: number | undefined } = {}) {
    super([cause]);
    this.name = 'AcmeError';
    this.type = rest.type;
    this.retryAfterMs = rest.retryAfterMs;
  }

  get problem(): Problem {
    return this.problems[0]!;
  }
}

/** An AcmeError made of its parts. */
export const acmeError = (code: string, message: string, fix: string, retryAfterMs?: number): AcmeError =>
  new AcmeError(problem(code, message, { fix }), { retryAfterMs });

/** The Problem of anything thrown on the way to a certificate. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ProblemError && error.problems[0]) return error.problems[0];
  return problem('ACME_ORDER_FAILED', `The order failed: ${reasonOf(error)}.`, {
    fix: 'See the log for the step that failed.',
  });
}

/** One line, without a full stop. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  return text.replace(/\s+/g, ' ').trim().replace(/\.$/, '');
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
