/** The old project's spellings, turned into today's keys; pure. Remembers where each value was written. */
import { problem } from '../../../shared/problem.ts';
import type { ConfigPath, Problem } from '../../../shared/problem.ts';
import { STRATEGIES } from '../../../shared/config.ts';
import type { Strategy } from '../../../shared/config.ts';
import type { Steps } from '../turns.ts';

export type Plain = Record<string, unknown>;

export interface LegacyResult {
  value: unknown;
  /** From the path of a value now (JSON text) to its path as written. */
  renamed: Map<string, ConfigPath>;
  problems: Problem[];
  /** Each site was read by itself. */
  areSitesAlone: boolean;
}

interface Walk {
  renamed: Map<string, ConfigPath>;
  problems: Problem[];
  defaultStrategy: { value: string; path: ConfigPath | undefined } | undefined;
}

type Env = Record<string, string | undefined>;

export const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const TOP_NAMES = new Map([
  ['healthcheckinterval', 'health_check_interval'],
  ['servers', 'server'],
]);
const SITE_NAMES = new Map([['forcetls', 'force_tls']]);
const ORIGIN_KEYS = ['url', 'protocol', 'host', 'port'] as const;

/** Weights count in every strategy, so the weighted ones need no name of their own. */
const STRATEGY_NAMES = new Map<string, Strategy>([
  ...STRATEGIES.map((name) => [name.replaceAll('_', ''), name] as const),
  ['weightedroundrobin', 'round_robin'],
  ['leastconn', 'least_connections'],
]);

const fold = (text: string): string => text.toLowerCase().replace(/[-_ ]/g, '');

/**
 * The value is not changed; what needs no change is shared with the result. `env` is for MOGOLY_BALANCER_STRATEGY.
 * Sites that are `done` stay as they are, unless the config has a say in each.
 */
export function* fromLegacy(
  value: unknown,
  env: Env = {},
  isDone = (_site: unknown): boolean => false,
): Steps<LegacyResult> {
  const walk: Walk = { renamed: new Map(), problems: [], defaultStrategy: undefined };
  if (!isPlain(value)) return { value, renamed: walk.renamed, problems: walk.problems, areSitesAlone: false };
  const top = listenFromProxy(rename(value, [], TOP_NAMES, walk), walk);
  walk.defaultStrategy = defaultStrategy(top, env, walk);
  if (Array.isArray(top['server'])) {
    const sites: unknown[] = [];
    for (const site of top['server'] as unknown[]) {
      const isAsWas = walk.defaultStrategy === undefined && isDone(site);
      sites.push(isAsWas ? site : fromSite(site, ['server', sites.length], walk));
      yield;
    }
    top['server'] = sites;
  }
  const areSitesAlone = walk.defaultStrategy === undefined && walk.renamed.size === 0 && walk.problems.length === 0;
  return { value: top, renamed: walk.renamed, problems: walk.problems, areSitesAlone };
}

/** Where the value at a path stands as written. */
export function writtenPath(renamed: Map<string, ConfigPath>, path: ConfigPath): ConfigPath {
  if (renamed.size === 0) return path;
  for (let length = path.length; length > 0; length--) {
    const found = renamed.get(JSON.stringify(path.slice(0, length)));
    // The head may itself stand under a renamed key.
    if (found) return [...writtenPath(renamed, found.slice(0, -1)), found[found.length - 1]!, ...path.slice(length)];
  }
  return path;
}

/** A copy with today's keys, in the order written. */
function rename(value: Plain, path: ConfigPath, names: Map<string, string>, walk: Walk): Plain {
  const copy: Plain = {};
  for (const [key, part] of Object.entries(value)) {
    const name = names.get(fold(key)) ?? key;
    if (name !== key && (Object.hasOwn(value, name) || Object.hasOwn(copy, name))) {
      walk.problems.push(twice([...path, key], key, name));
      continue;
    }
    if (name !== key) walk.renamed.set(JSON.stringify([...path, name]), [...path, key]);
    define(copy, name, part);
  }
  return copy;
}

/** A key of the file may be `__proto__`. */
function define(target: Plain, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  else target[key] = value;
}

const twice = (path: ConfigPath, old: string, name: string): Problem =>
  problem('CONFIG_KEY_TWICE', `"${old}" is the old spelling of "${name}", and both are given.`, {
    path,
    fix: `Remove "${old}".`,
  });

/** `proxy: {name, host, listen_port}` named the one http listener. */
function listenFromProxy(top: Plain, walk: Walk): Plain {
  const proxy = top['proxy'];
  if (!isPlain(proxy) || proxy['listen_port'] === undefined) {
    if (isPlain(proxy) && Object.keys(proxy).every((key) => key === 'name' || key === 'host')) delete top['proxy'];
    return top;
  }
  const written: ConfigPath = ['proxy', 'listen_port'];
  const listen = isPlain(top['listen']) ? top['listen'] : {};
  const { listen_port: port, host, ...others } = proxy;
  delete others['name'];
  if (listen['http'] !== undefined) walk.problems.push(twice(written, 'proxy.listen_port', 'listen.http'));
  else {
    top['listen'] = { ...listen, http: listenAddress(port, host) };
    walk.renamed.set(JSON.stringify(['listen', 'http']), written);
  }
  if (Object.keys(others).length > 0) top['proxy'] = others;
  else delete top['proxy'];
  return top;
}

/** `":8080"` or `8080`, on loopback unless the host says otherwise; anything odd is left for the schema to refuse. */
function listenAddress(port: unknown, host: unknown): unknown {
  const digits =
    typeof port === 'number' ? String(port) : typeof port === 'string' ? port.replace(/^:/, '') : undefined;
  if (digits === undefined || !/^\d{1,5}$/.test(digits)) return port;
  if (typeof host !== 'string' || host === '' || host === 'localhost' || host === '127.0.0.1' || host === '::1')
    return Number(digits);
  return host.includes(':') && !host.startsWith('[') ? `[${host}]:${digits}` : `${host}:${digits}`;
}

function defaultStrategy(top: Plain, env: Env, walk: Walk): Walk['defaultStrategy'] {
  const variables = top['variables'];
  const own = isPlain(variables) ? variables['BALANCER_STRATEGY'] : undefined;
  const path: ConfigPath | undefined =
    typeof own === 'string' && own !== '' ? ['variables', 'BALANCER_STRATEGY'] : undefined;
  const text = path ? String(own) : env['MOGOLY_BALANCER_STRATEGY'];
  if (text === undefined || text === '') return undefined;
  const value = STRATEGY_NAMES.get(fold(text));
  if (value) return { value, path };
  const name = path ? 'BALANCER_STRATEGY' : 'MOGOLY_BALANCER_STRATEGY in the environment';
  walk.problems.push(
    problem('CONFIG_WRONG_VALUE', `"${text}" is not a strategy, in ${name}.`, {
      ...(path ? { path } : {}),
      fix: `Use one of ${STRATEGIES.join(', ')}.`,
    }),
  );
  return undefined;
}

function fromSite(input: unknown, path: ConfigPath, walk: Walk): unknown {
  if (!isPlain(input)) return input;
  const site = rename(input, path, SITE_NAMES, walk);
  if (site['balance'] !== undefined) {
    // The old project let such keys stand and used the pool alone.
    for (const key of ORIGIN_KEYS) delete site[key];
  }
  const given = walk.defaultStrategy;
  if (site['strategy'] === undefined && given) {
    site['strategy'] = given.value;
    if (given.path) walk.renamed.set(JSON.stringify([...path, 'strategy']), given.path);
  }
  mendPool(site);
  if (Array.isArray(site['routes']))
    site['routes'] = site['routes'].map((route: unknown) => (isPlain(route) ? mendPool({ ...route }) : route));
  return site;
}

/** Strategy names, in the pool and in pools among its backends. */
function mendPool(pool: Plain): Plain {
  const strategy = pool['strategy'];
  if (typeof strategy === 'string') pool['strategy'] = STRATEGY_NAMES.get(fold(strategy)) ?? strategy;
  const balance = pool['balance'];
  if (Array.isArray(balance) && balance.some((backend) => isPlain(backend) && backend['balance'] !== undefined)) {
    pool['balance'] = balance.map((backend: unknown) =>
      isPlain(backend) && backend['balance'] !== undefined ? mendPool({ ...backend }) : backend,
    );
  }
  return pool;
}
