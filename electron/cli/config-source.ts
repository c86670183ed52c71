/** Reads the config that a command names, from a file or from standard input. */
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { problem, ProblemError } from '../../shared/problem.ts';
import type { Context } from './command.ts';
import { readStdin } from './io.ts';

export interface Source {
  text: string;
  format: 'yaml' | 'json';
}

/** Throws ProblemError: CONFIG_FORMAT, CONFIG_UNREADABLE. */
export async function readSource({ io }: Context, file: string): Promise<Source> {
  if (file === '-') {
    const text = await readStdin(io);
    return { text, format: text.trimStart().startsWith('{') ? 'json' : 'yaml' };
  }
  const extension = extname(file).toLowerCase();
  if (!['.yaml', '.yml', '.json'].includes(extension)) {
    throw new ProblemError([
      problem('CONFIG_FORMAT', `${file} is neither YAML nor JSON by its name.`, {
        fix: 'Name it .yaml, .yml or .json.',
      }),
    ]);
  }
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new ProblemError([problem('CONFIG_UNREADABLE', whyUnread(file, error), { fix: 'Check the path.' })]);
  });
  return { text, format: extension === '.json' ? 'json' : 'yaml' };
}

/** In a sentence of ours, not in one of the system. */
export const whyUnread = (file: string, { code }: NodeJS.ErrnoException): string =>
  code === 'ENOENT' ? `There is no file ${file}.` : `${file} cannot be read (${code ?? 'for no known reason'}).`;
