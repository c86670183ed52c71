/** Middlewares of Traefik that a router names, as ours. */
import type { MiddlewareFile, RouteKeys } from '../draft.ts';
import type { Notes } from '../notes.ts';
import { redirectTo } from '../redirect.ts';
import { seconds } from '../pool.ts';
import type { Pairs } from './service.ts';

/** By name; in each, by the rest of the key in lower case. */
export type MiddlewareLabels = ReadonlyMap<string, ReadonlyMap<string, Pairs>>;

export interface RouteChange {
  middlewares: MiddlewareFile[];
  redirect: RouteKeys | undefined;
  isGuarded: boolean;
  strip: string;
  base: string;
  /** The keys of a pool with prefix and base in them. */
  apply: (pool: RouteKeys) => RouteKeys;
}

export function applyMiddlewares(used: Pairs | undefined, all: MiddlewareLabels, notes: Notes): RouteChange {
  const change: RouteChange = {
    middlewares: [],
    redirect: undefined,
    isGuarded: false,
    strip: '',
    base: '',
    apply: (pool) => ({
      ...(change.strip === '' ? {} : { strip_prefix: change.strip }),
      ...pool,
      ...(pool.url === undefined ? {} : { url: pool.url + change.base }),
      ...(pool.balance === undefined
        ? {}
        : { balance: pool.balance.map((each) => ({ ...each, url: `${each.url ?? ''}${change.base}` })) }),
    }),
  };
  for (const written of (used?.value ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')) {
    const labels = all.get(written.replace(/@docker$/, '').toLowerCase());
    if (labels === undefined) {
      notes.leftOut(used!.at, `the middleware ${written}`, 'It is not among these labels; add it by hand.');
      continue;
    }
    applyOne(labels, change, notes);
  }
  return change;
}

function applyOne(labels: ReadonlyMap<string, Pairs>, change: RouteChange, notes: Notes): void {
  const [first] = labels;
  const kind = first![0].split('.')[0]!;
  const { at } = first![1];
  const value = (key: string): string | undefined => labels.get(`${kind}.${key}`)?.value;
  switch (kind) {
    case 'stripprefix': {
      const prefixes = (value('prefixes') ?? '').split(',').map((each) => each.trim().replace(/\/$/, ''));
      change.strip = prefixes[0] ?? '';
      if (prefixes.length > 1) notes.leftOut(at, 'all but the first prefix', 'Make a route for each prefix.');
      return;
    }
    case 'addprefix':
      change.base = (value('prefix') ?? '').replace(/\/$/, '');
      return;
    case 'redirectscheme':
      if (value('scheme') === 'https') change.redirect = redirectTo('https://{host}{path}', 308);
      return;
    case 'basicauth':
    case 'digestauth':
    case 'forwardauth':
      change.isGuarded = true;
      return notes.unguarded(at, `"${kind}"`, 'Hash the passwords with `mogoly hash-password` and add basic_auth.');
    case 'compress':
      change.middlewares.push({ name: 'compress' });
      return;
    case 'headers':
      return headers(labels, change, notes);
    case 'ratelimit': {
      const period = seconds(value('period') ?? '1s');
      const average = Number(value('average') ?? 0);
      if (average > 0)
        change.middlewares.push({ name: 'ratelimit', config: { request_per_minute: average, limit_window: period } });
      return;
    }
    case 'ipallowlist':
    case 'ipwhitelist':
      change.middlewares.push({
        name: 'ip_filter',
        config: { allow: (value('sourcerange') ?? '').split(',').map((each) => each.trim()) },
      });
      return;
    default:
      notes.leftOut(at, `the middleware ${kind}`);
  }
}

/** Names of fields are written in the key, in any case. */
function headers(labels: ReadonlyMap<string, Pairs>, change: RouteChange, notes: Notes): void {
  const sides: Record<string, { set: Record<string, string>; remove: string[] }> = {};
  for (const [key, { value, at }] of labels) {
    const [, side, field] = /^headers\.custom(request|response)headers\.(.+)$/.exec(key) ?? [];
    if (side === undefined || field === undefined) {
      notes.leftOut(at, `"${key}"`, 'See the middlewares headers and cors.');
      continue;
    }
    const changes = (sides[side] ??= { set: {}, remove: [] });
    if (value === '') changes.remove.push(field);
    else if (side === 'request' && field === 'host') notes.leftOut(at, 'the Host that is set', 'Write host_header.');
    else changes.set[field] = value;
  }
  const config = Object.fromEntries(
    Object.entries(sides).map(([side, { set, remove }]) => [
      side,
      { ...(remove.length > 0 ? { remove } : {}), ...(Object.keys(set).length > 0 ? { set } : {}) },
    ]),
  );
  if (Object.keys(config).length > 0) change.middlewares.push({ name: 'headers', config });
}
