/** Drafts of sites as sites of our config: one for each set of hosts, its schemes together, with a name of its own. */
import { isDeepStrictEqual } from 'node:util';
import type { RouteFile, SiteFile } from '../../../shared/config.ts';
import { normalisePattern } from '../../../shared/host.ts';
import type { Draft, MiddlewareFile, RouteDraft, SiteDraft } from './draft.ts';
import type { Notes } from './notes.ts';
import { isToHttps } from './redirect.ts';

export interface ImportedSite {
  site: SiteFile;
  at: SiteDraft['at'];
}

interface HostEntry {
  http?: SiteDraft;
  https?: SiteDraft;
}

export function assemble({ sites }: Draft, notes: Notes): ImportedSite[] {
  const groups = new Map<SiteDraft, Map<string, { hosts: string[]; keys: Schemes }>>();
  for (const [host, entry] of entriesOf(sites, notes)) {
    const { content, ...keys } = joined(host, entry, notes);
    if (content === undefined) continue;
    const ofContent = groups.get(content) ?? new Map<string, { hosts: string[]; keys: Schemes }>();
    groups.set(content, ofContent);
    const key = JSON.stringify(keys);
    const group = ofContent.get(key) ?? { hosts: [], keys };
    ofContent.set(key, group);
    group.hosts.push(host);
  }
  const names = new Set<string>();
  return [...groups].flatMap(([draft, list]) =>
    [...list.values()].map(({ hosts, keys }) => ({
      site: siteOf(draft, hosts, keys, nameFor(hosts, names)),
      at: draft.at,
    })),
  );
}

function entriesOf(sites: readonly SiteDraft[], notes: Notes): Map<string, HostEntry> {
  const entries = new Map<string, HostEntry>();
  for (const draft of sites) {
    if (draft.routes.length === 0 && !draft.forceTls) {
      notes.leftOut(
        draft.at,
        `${draft.hosts[0] ?? 'a site'}, which answers nothing that can be said,`,
        'Add the site by hand.',
      );
      continue;
    }
    for (const written of draft.hosts) {
      const host = normalisePattern(written) ?? written;
      const entry = entries.get(host) ?? {};
      entries.set(host, entry);
      const taken = (['http', 'https'] as const).filter((kind) => draft[kind] && entry[kind] !== undefined);
      if (taken.length > 0 && !isDeepStrictEqual(entry[taken[0]!]?.routes, draft.routes))
        notes.leftOut(
          draft.at,
          `${host} once more`,
          'Sites are told apart by their host alone, not by a port; give it another host.',
        );
      if (draft.http) entry.http ??= draft;
      if (draft.https) entry.https ??= draft;
    }
  }
  return entries;
}

interface Schemes {
  tls: SiteFile['tls'];
  forceTls: boolean;
}

const leadsToHttps = ({ routes, forceTls }: SiteDraft): boolean =>
  (routes.length === 0 && forceTls) || (routes.length === 1 && routes[0]!.path === '/' && isToHttps(routes[0]!.keys));

/** What is served over https counts; plain http may only lead there, or be the same. */
function joined(host: string, { http, https }: HostEntry, notes: Notes): Schemes & { content: SiteDraft | undefined } {
  if (https === undefined) {
    // It leads to an https that is not there, so that a client would be sent in a circle.
    const content = http !== undefined && leadsToHttps(http) ? undefined : http;
    if (content === undefined)
      notes.leftOut(
        http!.at,
        `${host}, which leads to https and has no server there,`,
        'Import the file of that server too.',
      );
    return { content, tls: 'off', forceTls: false };
  }
  const forceTls = https.forceTls || (http !== undefined && leadsToHttps(http));
  if (http !== undefined && http !== https && !forceTls && !isSame(http.routes, https.routes))
    notes.changed(http.at, `${host} has other routes over http than over https; those of https are used for both.`);
  return { content: https, tls: https.tls, forceTls };
}

const isSame = (one: readonly RouteDraft[], two: readonly RouteDraft[]): boolean =>
  isDeepStrictEqual(one.map(bare), two.map(bare));
const bare = ({ path, keys, middlewares }: RouteDraft): unknown => ({ path, keys, middlewares });

/** Its first host; `everything` for the site that takes what is left. */
function nameFor(hosts: readonly string[], names: Set<string>): string {
  const host = hosts.find((each) => each !== '*') ?? 'everything';
  const wanted = host.replace(/^\*\./, '');
  let name = wanted;
  for (let number = 2; names.has(name); number++) name = `${wanted}-${number}`;
  names.add(name);
  return name;
}

function siteOf(draft: SiteDraft, hosts: string[], { tls, forceTls }: Schemes, name: string): SiteFile {
  const common = commonMiddlewares(draft.routes);
  const routes = draft.routes.map((route) => ({ ...route, middlewares: route.middlewares.slice(common.length) }));
  const rest = routes.find(({ path, keys, middlewares }) => path === '/' && isPool(keys) && middlewares.length === 0);
  const listed = routes.filter((route) => route !== rest).map(routeOf);
  const site: SiteFile = {
    name,
    ...(hosts.length === 1 && hosts[0] === name ? {} : { hosts }),
    ...(draft.disabled ? { disabled: true } : {}),
    ...rest?.keys,
    ...(listed.length > 0 ? { routes: listed } : {}),
    ...(common.length > 0 ? { middlewares: common } : {}),
    ...(tls === undefined || tls === 'local' ? {} : { tls }),
    ...(forceTls ? { force_tls: true } : {}),
  };
  // No anchors where several sites share a part, and a "${" is text.
  return escaped(JSON.parse(JSON.stringify(site))) as SiteFile;
}

const isPool = ({ url, balance }: RouteDraft['keys']): boolean => url !== undefined || balance !== undefined;

const routeOf = ({ path, keys, middlewares }: RouteDraft): RouteFile => ({
  path: path === '/' ? '/*' : path,
  ...keys,
  ...(middlewares.length > 0 ? { middlewares } : {}),
});

/** What every route begins with. */
function commonMiddlewares(routes: readonly RouteDraft[]): MiddlewareFile[] {
  const [first, ...others] = routes;
  if (first === undefined) return [];
  const end = first.middlewares.findIndex(
    (item, index) => !others.every(({ middlewares }) => isDeepStrictEqual(middlewares[index], item)),
  );
  return end === -1 ? first.middlewares : first.middlewares.slice(0, end);
}

function escaped(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('${', () => '$${');
  if (Array.isArray(value)) return value.map(escaped);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, escaped(part)]));
}
