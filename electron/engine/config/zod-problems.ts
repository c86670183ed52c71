/** What zod found, in plain words; an unknown key is a warning, anything else an error. */
import type { z } from 'zod';
import { problem, warning } from '../../../shared/problem.ts';
import type { ConfigPath, Problem } from '../../../shared/problem.ts';
import { nearest } from '../../../shared/nearest.ts';
import { valueAt } from '../../../shared/value-at.ts';
import { nameOf, wrongValue } from '../../../shared/wrong-value.ts';
import { keysAt } from './schema-keys.ts';

type Issue = z.core.$ZodIssue;

export interface ZodFindings {
  /** With paths from the root of the config; unknown keys are the warnings. */
  problems: Problem[];
  /** From the parsed value, to be taken out. */
  unknownKeys: ConfigPath[];
  /** From the parsed value: where the errors are. */
  wrong: ConfigPath[];
}

/** `value` is what was parsed, `prefix` where it stands in the config. */
export function problemsFromZod(
  error: z.core.$ZodError,
  schema: z.core.$ZodType,
  value: unknown,
  prefix: ConfigPath = [],
): ZodFindings {
  const findings: ZodFindings = { problems: [], unknownKeys: [], wrong: [] };
  const add = (issue: Issue, base: ConfigPath): void => {
    const path = [...base, ...issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))];
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) {
        findings.unknownKeys.push([...path, key]);
        const known = findings.unknownKeys.length > MAX_ADVISED ? [] : keysAt(schema, path);
        findings.problems.push(unknownKey(key, known, [...prefix, ...path, key]));
      }
      return;
    }
    const branch = issue.code === 'invalid_union' ? likelyBranch(issue.errors) : undefined;
    if (branch) return branch.forEach((inner) => add(inner, path));
    findings.wrong.push(path);
    findings.problems.push(problemOf(issue, valueAt(value, path), [...prefix, ...path]));
  };
  for (const issue of error.issues) add(issue, []);
  return findings;
}

/** Unknown keys that are told what they might have been; nobody mends more at a time, and each costs a search. */
const MAX_ADVISED = 500;

function unknownKey(key: string, known: string[], path: ConfigPath): Problem {
  const near = nearest(key, known);
  const list = known.length > 0 ? `; known here: ${known.join(', ')}` : '';
  const fix = near === undefined ? `Remove it${list}.` : `Did you mean "${near}"?`;
  return warning('CONFIG_UNKNOWN_KEY', `The key "${key}" is not known here and has no effect.`, { path, fix });
}

/** The one whose outer type fits, so that its inner mistakes are worth telling. */
function likelyBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const fitting = branches.filter((issues) =>
    issues.every(
      (issue) =>
        issue.path.length > 0 ||
        (issue.code !== 'invalid_type' && issue.code !== 'invalid_value' && issue.code !== 'invalid_union'),
    ),
  );
  return fitting.length === 1 ? fitting[0] : undefined;
}

const CODES = { missing: 'CONFIG_MISSING_KEY', type: 'CONFIG_WRONG_TYPE', value: 'CONFIG_WRONG_VALUE' } as const;

function problemOf(issue: Issue, value: unknown, path: ConfigPath): Problem {
  const { kind, message, fix } = wrongValue(issue, value, nameOf(path, 'The config'));
  return problem(CODES[kind], message, { path, fix });
}
