/** Checks a config text with an engine that never starts, so that nothing needs to run. */
import { createEngine } from '../engine/index.ts';
import type { Problem } from '../../shared/problem.ts';

/** `file` tells where relative paths in the config start; `-` is the current folder. */
export async function checkText(home: string, text: string, format: 'yaml' | 'json', file: string): Promise<Problem[]> {
  const engine = createEngine({ home, configFile: file === '-' ? `stdin.${format}` : file, host: 'cli', watch: false });
  try {
    return await engine.check(text, format);
  } finally {
    await engine.close();
  }
}
