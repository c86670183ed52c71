/** A command of a step as people read and copy it: for a POSIX shell. */
import type { StepCommand } from './system-change.ts';

/** As one word, whatever is in it. */
export const shellQuoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

/** As a person would type it, fed with its input where it has one. */
export function shownCommand({ file, args, input }: StepCommand): string {
  const words = [file, ...args].map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : shellQuoted(word)));
  return input === undefined ? words.join(' ') : `printf %s ${shellQuoted(input)} | ${words.join(' ')}`;
}
