/** The one door of commands: name and body from outside, parsed, handled, answered; used by IPC and the socket alike. */
import type { z } from 'zod';
import type { Problem } from '../../shared/problem.ts';
import { problem, ProblemError } from '../../shared/problem.ts';
import { COMMAND_NAMES, isCommand } from '../../shared/names.ts';
import { requestSchemas } from '../../shared/protocol.ts';
import type { Answer, CommandName, Handlers } from '../../shared/protocol.ts';

/** More than this many complaints about one request help nobody. */
const ISSUES_SHOWN = 20;

export type BugReporter = (command: string, error: unknown) => void;

const reportToStderr: BugReporter = (command, error) => {
  process.stderr.write(
    `mogoly: bug while handling ${command}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
};

/** Never rejects: COMMAND_UNKNOWN, COMMAND_INVALID (with the path in the request), the handler's problems, or INTERNAL. */
export async function dispatch(
  handlers: Handlers,
  name: string,
  body: unknown,
  onBug: BugReporter = reportToStderr,
): Promise<Answer<CommandName>> {
  if (!isCommand(name))
    return refusal(
      problem('COMMAND_UNKNOWN', `There is no command "${name.slice(0, 100)}".`, {
        fix: `Use one of: ${COMMAND_NAMES.join(', ')}.`,
      }),
    );
  const parsed = requestSchemas[name].safeParse(body);
  if (!parsed.success) return refusal(...parsed.error.issues.slice(0, ISSUES_SHOWN).map(invalid));
  try {
    const handle = handlers[name] as (request: unknown) => unknown;
    return { ok: true, value: (await handle(asWritten(parsed.data, body))) as never };
  } catch (error) {
    if (error instanceof ProblemError) return refusal(...error.problems);
    onBug(name, error);
    return refusal(
      problem(
        'INTERNAL',
        `Mogoly failed while handling ${name}: ${error instanceof Error ? error.message : String(error)}.`,
        { fix: 'Look in `mogoly daemon logs`, and report it as a bug.' },
      ),
    );
  }
}

/**
 * A site or backend goes into the file as its sender wrote it: the parsed form has every default filled in and its
 * durations in milliseconds, which the file would read as seconds.
 */
function asWritten(parsed: unknown, body: unknown): unknown {
  if (!isRecord(parsed) || !isRecord(body)) return parsed;
  const written = Object.entries(body).filter(
    ([key, value]) => (key === 'site' || key === 'backend') && isRecord(value),
  );
  return written.length === 0 ? parsed : { ...parsed, ...Object.fromEntries(written) };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const refusal = (...problems: Problem[]): { ok: false; problems: Problem[] } => ({ ok: false, problems });

function invalid(issue: z.core.$ZodIssue): Problem {
  const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
  return problem('COMMAND_INVALID', `${path.length > 0 ? `"${path.join('.')}"` : 'The request'} ${complaint(issue)}.`, {
    path,
  });
}

function complaint(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined && issue.message.endsWith('undefined')
        ? `is missing; it must be ${article(issue.expected)}`
        : `must be ${article(issue.expected)}`;
    case 'unrecognized_keys':
      return `has no key ${issue.keys.map((key) => `"${key}"`).join(', ')}`;
    case 'invalid_value':
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
    case 'too_small':
      return `is too small; the least is ${issue.minimum}`;
    case 'too_big':
      return `is too big; the most is ${issue.maximum}`;
    default:
      return `is not valid: ${issue.message.replace(/\.$/, '')}`;
  }
}

const article = (expected: string): string =>
  expected === 'int' ? 'a whole number' : /^[aeiou]/.test(expected) ? `an ${expected}` : `a ${expected}`;
