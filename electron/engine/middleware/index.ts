/** The registry of middlewares: the built-in ones, those a program registered, and modules of the user's own. */
import { nearest } from '../../../shared/nearest.ts';
import { ProblemError, failure, problem } from '../../../shared/problem.ts';
import type { Problem, Result } from '../../../shared/problem.ts';
import type { Middleware, MiddlewareContext, MiddlewareFactory } from '../generation.ts';
import { basicAuth } from './basic-auth.ts';
import { describeSchema, parseConfig } from './check.ts';
import { compress } from './compress.ts';
import { cors } from './cors.ts';
import { describe, isModuleName, loadModule } from './custom-module.ts';
import { fault } from './fault.ts';
import { headers } from './headers.ts';
import { ipFilter } from './ip-filter.ts';
import { logging } from './logging.ts';
import { ping } from './ping.ts';
import { ratelimit } from './ratelimit.ts';
import { redirect } from './redirect.ts';
import { rewrite } from './rewrite.ts';

export { hashPassword } from './password.ts';

export interface MiddlewareRegistry {
  /** Known from now on, in the place of one of the same name. A name that reads as a path is a TypeError. */
  register: (name: string, factory: MiddlewareFactory) => void;
  names: () => string[];
  /**
   * What is wrong with one entry: MIDDLEWARE_UNKNOWN, MIDDLEWARE_MODULE (both with an empty path, about its name) or
   * MIDDLEWARE_CONFIG (the path is inside `config`). Relative modules start from `baseFolder`.
   */
  check: (name: string, config: unknown, baseFolder: string) => Promise<Problem[]>;
  /** Throws a ProblemError with what `check` would tell, or when a module's factory throws. */
  create: (name: string, config: unknown, context: MiddlewareContext, baseFolder: string) => Promise<Middleware>;
  docs: () => { name: string; aliases: string[]; description: string; jsonSchema: Record<string, unknown> }[];
}

/** Names of the old project. */
const ALIASES = new Map([['mogoly:ratelimiter', 'ratelimit']]);

/** Keys of the old project, by middleware. */
const OLD_KEYS = new Map([
  [
    'ratelimit',
    new Map([
      ['ReqPerMinute', 'request_per_minute'],
      ['LimitWindow', 'limit_window'],
    ]),
  ],
]);

export function createMiddlewareRegistry(): MiddlewareRegistry {
  const factories = builtIn();
  const find = async (
    written: string,
    baseFolder: string,
  ): Promise<Result<{ name: string; factory: MiddlewareFactory }>> => {
    if (isModuleName(written)) {
      const loaded = await loadModule(written, baseFolder);
      return loaded.ok ? { ok: true, value: { name: written, factory: loaded.value }, warnings: [] } : loaded;
    }
    const name = ALIASES.get(written) ?? written;
    const factory = factories.get(name);
    return factory
      ? { ok: true, value: { name, factory }, warnings: [] }
      : failure(describeUnknown(written, [...factories.keys()]));
  };
  const parse = async (
    written: string,
    config: unknown,
    baseFolder: string,
  ): Promise<Result<{ factory: MiddlewareFactory; config: unknown }>> => {
    const found = await find(written, baseFolder);
    if (!found.ok) return found;
    const { name, factory } = found.value;
    const parsed = parseConfig(name, factory.schema, renameOldKeys(name, config));
    return parsed.ok ? { ok: true, value: { factory, config: parsed.value }, warnings: parsed.warnings } : parsed;
  };
  return {
    register: (name, factory) => {
      if (name === '' || isModuleName(name)) throw new TypeError(`"${name}" cannot name a middleware`);
      factories.set(name, factory);
    },
    names: () => [...factories.keys()],
    check: async (name, config, baseFolder) => {
      const parsed = await parse(name, config, baseFolder);
      return parsed.ok ? parsed.warnings : parsed.problems;
    },
    create: async (name, config, context, baseFolder) => {
      const parsed = await parse(name, config, baseFolder);
      if (!parsed.ok) throw new ProblemError(parsed.problems);
      return build(name, parsed.value, context);
    },
    docs: () =>
      [...factories].map(([name, { description, schema }]) => ({
        name,
        aliases: [...ALIASES].filter(([, current]) => current === name).map(([alias]) => alias),
        description,
        jsonSchema: describeSchema(schema),
      })),
  };
}

/** Each takes only what its own schema gave; the map forgets which. */
function builtIn(): Map<string, MiddlewareFactory> {
  const list = {
    ratelimit,
    logging,
    basic_auth: basicAuth,
    headers,
    cors,
    compress,
    ip_filter: ipFilter,
    rewrite,
    redirect,
    ping,
    fault,
  };
  return new Map(Object.entries(list).map(([name, factory]) => [name, factory as unknown as MiddlewareFactory]));
}

function build(
  name: string,
  { factory, config }: { factory: MiddlewareFactory; config: unknown },
  context: MiddlewareContext,
): Middleware {
  try {
    return factory.create(config, context);
  } catch (error) {
    const fix = 'Correct the module or its config, then apply again.';
    throw new ProblemError([
      problem('MIDDLEWARE_MODULE', `The middleware ${name} failed to start: ${describe(error)}.`, { fix, path: [] }),
    ]);
  }
}

function describeUnknown(name: string, known: readonly string[]): Problem {
  const match = nearest(name, known);
  const fix =
    match === undefined
      ? `Use one of ${known.join(', ')}, or the path of a module, as in ./mw.mjs.`
      : `Did you mean "${match}"?`;
  return problem('MIDDLEWARE_UNKNOWN', `There is no middleware "${name}".`, { fix, path: [] });
}

function renameOldKeys(name: string, config: unknown): unknown {
  const renamed = OLD_KEYS.get(name);
  if (!renamed || typeof config !== 'object' || config === null || Array.isArray(config)) return config;
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [renamed.get(key) ?? key, value as unknown]));
}
