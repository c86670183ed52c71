/** Checks or exports a config text with an engine that never starts, so that nothing needs to run. */
import { createEngine, type Engine } from '../engine/index.ts';
import type { Exported, ExportTarget } from '../../shared/export.ts';
import type { Problem, Result } from '../../shared/problem.ts';

export type Format = 'yaml' | 'json';

export const checkText = (home: string, text: string, format: Format, file: string): Promise<Problem[]> =>
  withIdleEngine(home, format, file, (engine) => engine.check(text, format));

export const exportText = (
  home: string,
  target: ExportTarget,
  { text, format }: { text: string; format: Format },
  file: string,
): Promise<Result<Exported>> => withIdleEngine(home, format, file, (engine) => engine.exportTo(target, text, format));

/** `file` tells where relative paths in the config start; `-` is the current folder. */
async function withIdleEngine<T>(
  home: string,
  format: Format,
  file: string,
  act: (engine: Engine) => Promise<T>,
): Promise<T> {
  const engine = createEngine({ home, configFile: file === '-' ? `stdin.${format}` : file, host: 'cli', watch: false });
  try {
    return await act(engine);
  } finally {
    await engine.close();
  }
}
