/** A batch of commands as one script of the POSIX shell: what a single question for a password lets happen. */
import { shellQuoted } from '../../../shared/shown-command.ts';
import type { StepCommand } from '../../../shared/system-change.ts';

/** Exit code of a script whose first step failed, 151 for the second and so on: no code of sudo, pkexec or a signal. */
export const FIRST_STEP_FAILED = 150;
const MAX_STEP_CODE = 250;

export const stepFailedCode = (index: number): number => Math.min(FIRST_STEP_FAILED + index, MAX_STEP_CODE);

/** The step that a script ended at, counted from 0; undefined where it ended otherwise. */
export const failedStep = (code: number): number | undefined =>
  code >= FIRST_STEP_FAILED && code <= MAX_STEP_CODE ? code - FIRST_STEP_FAILED : undefined;

/** Runs them in their order; the first that fails ends it, with `stepFailedCode` and its number on standard error. */
export function shellScript(commands: readonly StepCommand[]): string {
  const lines = commands.flatMap(({ file, args, input }, i) => {
    const call = [file, ...args].map(shellQuoted).join(' ');
    const fed = input === undefined ? `${call} < /dev/null` : `printf %s ${shellQuoted(input)} | ${call} > /dev/null`;
    return [
      `${fed} || { echo "step ${i + 1} of ${commands.length} failed: ${commandName(file)}, $?" >&2; exit ${stepFailedCode(i)}; }`,
    ];
  });
  return ['#!/bin/sh', ...lines, ''].join('\n');
}

/** Harmless between quotes. */
const commandName = (file: string): string => file.replaceAll(/[^\w./-]/g, '?');
