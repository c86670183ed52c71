/** Loads a middleware from a module of the user's own. */
import { stat } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { z } from 'zod';
import { failure, problem, success } from '../../../shared/problem.ts';
import type { Result } from '../../../shared/problem.ts';
import type { Middleware, MiddlewareContext, MiddlewareFactory } from '../generation.ts';

/** `./mw.mjs`, `../mw.mjs`, an absolute path, or a file: URL: not the name of a registered middleware. */
export function isModuleName(name: string): boolean {
  return (
    name.startsWith('./') ||
    name.startsWith('../') ||
    name.startsWith('.\\') ||
    name.startsWith('..\\') ||
    name.startsWith('file:') ||
    isAbsolute(name)
  );
}

/**
 * Imports the module and takes its factory: `export default` or `export const middleware`, which is either
 * `{ schema?, description?, create(config, context) }` or a function `(config, context) => Middleware`.
 * A file that changed since is imported anew. Failures are MIDDLEWARE_MODULE.
 */
export async function loadModule(name: string, baseFolder: string): Promise<Result<MiddlewareFactory>> {
  const file = toFile(name, baseFolder);
  const fail = (message: string, fix: string): Result<MiddlewareFactory> =>
    failure(problem('MIDDLEWARE_MODULE', message, { fix, path: [] }));
  if (file === undefined)
    return fail(
      `"${name}" is not a file URL of this machine.`,
      'Write the path of the module instead, as in ./mw.mjs.',
    );
  const version = await readVersion(file);
  if (version === undefined)
    return fail(
      `The middleware module ${file} is not there.`,
      'Create it, or correct its path; it is relative to the config file.',
    );
  const url = `${pathToFileURL(file).href}?v=${version}`;
  let exported: Record<string, unknown>;
  try {
    // The bundler must leave this import to run time.
    exported = (await import(/* @vite-ignore */ url)) as Record<string, unknown>;
  } catch (error) {
    return fail(
      `The middleware module ${file} failed to load: ${describe(error)}.`,
      'Correct the module, then apply the config again.',
    );
  }
  const factory = findFactory(exported, name);
  if (factory) return success(factory);
  return fail(
    `The middleware module ${file} exports no factory.`,
    'Export a function (config, context) => middleware, or { schema, create }, as default or as "middleware".',
  );
}

function toFile(name: string, baseFolder: string): string | undefined {
  if (!name.startsWith('file:')) return resolve(baseFolder, name);
  try {
    return fileURLToPath(name);
  } catch {
    return undefined; // A host in the URL, or escapes that no path has.
  }
}

/** Differs whenever the file was written; undefined where there is no file. */
async function readVersion(file: string): Promise<string | undefined> {
  try {
    const found = await stat(file);
    return found.isFile() ? `${found.mtimeMs}-${found.size}` : undefined;
  } catch {
    return undefined; // Absent or not readable: the caller says so.
  }
}

function findFactory(exported: Record<string, unknown>, name: string): MiddlewareFactory | undefined {
  // CommonJS modules arrive as { default: module.exports }, compiled ones with a default of their own inside.
  const inner = isObject(exported['default']) ? exported['default'] : {};
  const candidates = [exported['default'], exported['middleware'], inner['default'], inner['middleware'], exported];
  for (const candidate of candidates) {
    const factory = toFactory(candidate, name);
    if (factory) return factory;
  }
  return undefined;
}

function toFactory(candidate: unknown, name: string): MiddlewareFactory | undefined {
  const parts = isObject(candidate) ? candidate : { create: candidate };
  const { create, schema, description } = parts;
  if (typeof create !== 'function') return undefined;
  return {
    description: typeof description === 'string' ? description : `The module ${name}.`,
    schema: isSchema(schema) ? schema : z.unknown(),
    create: (config, context) =>
      toMiddleware((create as (config: unknown, context: MiddlewareContext) => unknown)(config, context), name),
  };
}

/** The one check of what a foreign factory makes; its hooks are called as they are. */
function toMiddleware(made: unknown, name: string): Middleware {
  if (!isObject(made)) throw new TypeError('its factory did not return an object');
  for (const hook of ['onRequest', 'onResponse', 'transformBody', 'onEnd', 'close']) {
    if (made[hook] !== undefined && typeof made[hook] !== 'function')
      throw new TypeError(`its ${hook} is not a function`);
  }
  const middleware = made as Partial<Middleware>;
  return typeof middleware.name === 'string' ? (middleware as Middleware) : Object.assign(middleware, { name });
}

/** Duck-typed, since the module may bring a zod of its own. */
const isSchema = (value: unknown): value is z.ZodType => isObject(value) && typeof value['safeParse'] === 'function';

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

export const describe = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);
