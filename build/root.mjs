/** Where the project is, and how the build scripts start and end other programs. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '');

/** Messages for people go to standard error; standard output is left to what a script is asked for. @param {string} text */
export const say = (text) => process.stderr.write(`${text}\n`);

/**
 * Runs a program to its end with our own terminal; a signal to us is passed on.
 * @param {string} command @param {string[]} args @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Promise<number>} its exit code; 127 where it is not there, 128 and more when a signal ended it
 */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: ROOT, stdio: 'inherit', ...options });
    const forward = (/** @type {NodeJS.Signals} */ signal) => {
      // Ctrl+C in a terminal reaches the whole group; a second one would mean "at once" to the child.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    };
    for (const signal of SIGNALS) process.on(signal, forward);
    const end = (/** @type {number} */ code) => {
      for (const signal of SIGNALS) process.off(signal, forward);
      resolve(code);
    };
    child.once('error', (error) => {
      say(`${command}: ${error.message}`);
      end(127);
    });
    child.once('exit', (code, signal) => end(code ?? (signal === 'SIGINT' ? 130 : 143)));
  });
}

/** @type {NodeJS.Signals[]} */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Runs one of the project's tools with this Node. @param {string} script path under the root @param {string[]} args @param {NodeJS.ProcessEnv} [env] */
export const runNode = (script, args = [], env = process.env) =>
  run(process.execPath, [`${ROOT}/${script}`, ...args], { env });
