/** Checks config texts as the engine does, with two middlewares to choose from. */
import { checkConfig } from '../../electron/engine/config/check.ts';
import type { CheckedConfig, CheckOptions } from '../../electron/engine/config/check.ts';
import { problem } from '../../shared/problem.ts';
import type { Problem, Result } from '../../shared/problem.ts';

const KNOWN = new Set(['ratelimit', 'logging']);
export const base: CheckOptions = {
  file: 'm.yaml',
  env: {},
  checkMiddleware: (name, config) => {
    if (!KNOWN.has(name)) return [problem('MIDDLEWARE_UNKNOWN', `There is no middleware "${name}".`)];
    return config === 5 ? [problem('MIDDLEWARE_CONFIG', 'bad', { path: [] })] : [];
  },
};

export const check = (text: string, options: Partial<CheckOptions> = {}): Promise<Result<CheckedConfig>> =>
  checkConfig(text, text.startsWith('{') ? 'json' : 'yaml', { ...base, ...options });

export async function problemsOf(text: string, options: Partial<CheckOptions> = {}): Promise<Problem[]> {
  const result = await check(text, options);
  return result.ok ? result.warnings : result.problems;
}

export const brief = (problems: Problem[]): string[] =>
  problems.map(
    (item) =>
      `${item.severity === 'warning' ? 'warning ' : ''}${item.code} ${(item.path ?? []).join('.')} ${item.at?.line ?? '?'}:${item.at?.column ?? '?'}`,
  );

/** A config with one site, whose lines start at line 3. */
export const site = (...lines: string[]): string =>
  ['server:', '  - name: a.test', ...lines.map((line) => `    ${line}`)].join('\n');
