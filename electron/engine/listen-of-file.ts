/** What a config file asks to listen on, for when none is in force. */
import { dirname } from 'node:path';
import type { Config } from '../../shared/config.ts';
import { checkConfig } from './config/check.ts';
import { readConfigFile } from './config/file.ts';

/** Nothing asked for where there is no file; undefined for one that is bad. */
export async function listenOfFile(
  file: string,
  env: Record<string, string | undefined>,
): Promise<Config['listen'] | undefined> {
  const read = await readConfigFile(file);
  if (!read.ok) return read.problems.some(({ code }) => code === 'CONFIG_MISSING') ? {} : undefined;
  const { text, format } = read.value;
  const checked = await checkConfig(text, format, { file, env, folder: dirname(file), checkMiddleware: () => [] });
  return checked.ok ? checked.value.config.listen : undefined;
}
