/** `hash-password`: the hash that basic_auth takes in place of a password. */
import type { Command } from 'commander';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { problem, ProblemError } from '../../shared/problem.ts';
import type { Context, Runner } from './command.ts';
import { readStdin } from './io.ts';

export function register(program: Command, run: Runner): void {
  program
    .command('hash-password')
    .description('hash a password (from standard input, or asked for) for basic_auth')
    .action(run((context) => hash(context)));
}

async function hash(context: Context): Promise<void> {
  const { io, print } = context;
  const password = io.stdin.isTTY ? await prompt(context) : (await readStdin(io)).replace(/\r?\n$/, '');
  if (password === '')
    throw new ProblemError([problem('PASSWORD_EMPTY', 'The password is empty.', { fix: 'Type one, or pipe one in.' })]);
  const { hashPassword } = await import('../engine/middleware/password.ts');
  const text = await hashPassword(password);
  print.result({ hash: text }, () => print.line(text));
}

/** What is typed is not shown: readline writes into nothing. */
function prompt({ io }: Context): Promise<string> {
  io.stderr.write('Password: ');
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  return new Promise((resolve) => {
    reader.once('line', (line) => {
      reader.close();
      resolve(line);
    });
    reader.once('close', () => {
      io.stderr.write('\n');
      resolve('');
    });
  });
}
