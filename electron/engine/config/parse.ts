/** Config text to a value with places: what holds for YAML and JSON alike, before either parser sees it. */
import { extname } from 'node:path';
import { failure, problem, success } from '../../../shared/problem.ts';
import type { Place, Result } from '../../../shared/problem.ts';
import { createTurns, runAtOnce, runInTurns } from '../turns.ts';
import type { Steps } from '../turns.ts';
import type { SitewiseParse } from './json-sites.ts';
import { jsonPlaces, parseJson } from './parse-json.ts';
import { parseYaml } from './parse-yaml.ts';
import { createPlaces } from './places.ts';
import type { ParsedText } from './places.ts';
import type { SitewiseYaml } from './yaml-sites.ts';

export type ConfigFormat = 'yaml' | 'json';

/** In UTF-16 units for text and bytes for files; a config of 100,000 backends takes a tenth of it. */
export const MAX_CONFIG_SIZE = 64 * 1024 * 1024;

const FORMATS = new Map<string, ConfigFormat>([
  ['.yaml', 'yaml'],
  ['.yml', 'yaml'],
  ['.json', 'json'],
]);

/** By the extension; `CONFIG_FORMAT_UNKNOWN` for any other. */
export function formatOf(path: string): Result<ConfigFormat> {
  const extension = extname(path);
  const format = FORMATS.get(extension.toLowerCase());
  if (format) return success(format);
  const what = extension === '' ? 'has no extension' : `ends in "${extension}"`;
  return failure(
    problem('CONFIG_FORMAT_UNKNOWN', `The config file "${path}" ${what}.`, { fix: 'Name it .yaml, .yml or .json.' }),
  );
}

export const tooLarge = (file?: string) =>
  problem('CONFIG_TOO_LARGE', `The config is larger than ${MAX_CONFIG_SIZE / 1024 / 1024} MiB.`, {
    fix: 'Remove what does not belong in it.',
    ...(file === undefined ? {} : { at: { file, line: 1, column: 1 } }),
  });

/** All syntax errors at once; an empty text is an empty config. A byte order mark is tolerated. */
export function parseText(text: string, format: ConfigFormat, file?: string): Result<ParsedText> {
  const body = withoutMark(text);
  const place = createPlaces(body, file);
  const known = knownAtOnce(text, body, place, file);
  if (known !== undefined) return known;
  return format === 'json' ? parseJson(body, place) : runAtOnce(parseYaml(body, place));
}

/** What no parser has to look at. */
function knownAtOnce(
  text: string,
  body: string,
  place: (offset: number) => Place,
  file: string | undefined,
): Result<ParsedText> | undefined {
  if (text.length > MAX_CONFIG_SIZE) return failure(tooLarge(file));
  const nul = body.indexOf('\0');
  if (nul !== -1) {
    const message = 'There is a NUL character in the config, so it is not a text file or not in UTF-8.';
    return failure(problem('CONFIG_ENCODING', message, { at: place(nul), fix: 'Save the file as UTF-8 text.' }));
  }
  if (body.trim() === '') return success({ value: {}, locate: () => place(0), locateKey: () => place(0) });
  return undefined;
}

const withoutMark = (text: string): string => (text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);

/** They remember what they read last. */
export interface SitewiseParsers {
  json: SitewiseParse;
  yaml: SitewiseYaml;
}

/** The same in turns of the event loop, all but JSON with a mistake. Nobody may change the value. */
export async function parseInTurns(
  text: string,
  format: ConfigFormat,
  file: string | undefined,
  sitewise: SitewiseParsers,
): Promise<Result<ParsedText>> {
  const turns = createTurns();
  if (turns.isOver()) await turns.next();
  const body = withoutMark(text); // one that was put together is written out first
  const place = createPlaces(body, file);
  const known = knownAtOnce(text, body, place, file);
  if (known !== undefined) return known;
  if (format === 'yaml') return runInTurns(yamlSteps(body, place, sitewise.yaml));
  const value = await sitewise.json(body);
  return value === undefined ? parseJson(body, place) : success({ value, ...jsonPlaces(body, place) });
}

function* yamlSteps(body: string, place: (offset: number) => Place, sitewise: SitewiseYaml): Steps<Result<ParsedText>> {
  return (yield* sitewise(body, place)) ?? (yield* parseYaml(body, place));
}
