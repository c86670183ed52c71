/** From a change by name (`add this backend to that site`) to edits of the config file. */
import type { BackendFile, SiteFile } from '../../shared/config.ts';
import { failure, problem, success, type Problem, type Result } from '../../shared/problem.ts';
import type { Edit } from '../../shared/protocol.ts';
import type { Backend } from './generation.ts';
import { parseOrigin } from './origin.ts';

type Json = Extract<Edit, { op: 'set' }>['value'];
type Tree = Record<string, unknown>;

/** The config as written, aliases resolved. */
export interface WrittenConfig {
  server?: Tree[];
}

const asJson = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json;

/** A backend of the running generation: what it is called there and where it stands in the file. */
export type PlacedBackend = Pick<Backend, 'site' | 'name' | 'path'>;

/** What a change is planned on. */
export interface ChangeBase {
  config: WrittenConfig;
  /** Sites that labels of containers ask for: the name of each and of its container. */
  labelled?: ReadonlyMap<string, string>;
  /** In force, made from that same config: variables are filled in and nameless ones have a name. */
  backends: readonly PlacedBackend[];
}

type Path = (string | number)[];

/** What a backend is called: its name, else what compile() makes of its address. */
function nameOf(backend: Tree): string | undefined {
  if (typeof backend['name'] === 'string') return backend['name'];
  const origin = parseOrigin(backend as Parameters<typeof parseOrigin>[0]);
  return origin.ok ? origin.value.authority : undefined;
}

function findSite({ config, labelled }: Pick<ChangeBase, 'config' | 'labelled'>, name: string): Result<number> {
  const index = (config.server ?? []).findIndex(
    (site) => typeof site['name'] === 'string' && site['name'].toLowerCase() === name.toLowerCase(),
  );
  if (index !== -1) return success(index);
  const container = labelled?.get(name.toLowerCase());
  if (container !== undefined) return failure(ofContainer(name, container));
  const names = (config.server ?? [])
    .map((site) => String(site['name']))
    .slice(0, 10)
    .join(', ');
  return failure(
    problem('SITE_UNKNOWN', `There is no site "${name}".`, {
      fix: names === '' ? 'Add it first.' : `The sites are: ${names}.`,
    }),
  );
}

const ofContainer = (site: string, container: string): Problem =>
  problem(
    'SITE_OF_CONTAINER',
    `${site} is made by the labels of the container ${container}; the config does not have it.`,
    {
      fix: 'Change its labels mogoly.host and mogoly.port, or stop it. A site of that name in the config takes its place.',
    },
  );

interface FoundBackend {
  /** Of its list entry; of its site or route where that writes the one backend itself. */
  path: Path;
  value: Tree;
  isSingle: boolean;
  siblings: number;
}

/** Of several with that name the one in the site's own pool; a pool among backends is found by its name too. */
function findBackend(base: ChangeBase, site: string, backend: string): Result<FoundBackend> {
  const { config, backends } = base;
  const found = findSite(base, site);
  if (!found.ok) return found;
  const matches = backends.filter((placed) => placed.name === backend && placed.path[1] === found.value);
  const placed = matches.find(({ path }) => path[2] !== 'routes') ?? matches[0];
  const path = placed === undefined ? findPool(config, found.value, backend) : [...placed.path];
  const value = path && valueAt(config, path);
  if (path === undefined || value === undefined) {
    return failure(
      problem('BACKEND_UNKNOWN', `${site} has no backend "${backend}".`, {
        fix: 'Ask for its backends with "mogoly lb list".',
      }),
    );
  }
  const isSingle = path.at(-2) !== 'balance';
  const list = isSingle ? undefined : valueAt(config, path.slice(0, -1));
  return success({ path, value: value as Tree, isSingle, siblings: Array.isArray(list) ? list.length : 1 });
}

function findPool(config: WrittenConfig, site: number, name: string): Path | undefined {
  const owner = config.server![site]!;
  const routes = Array.isArray(owner['routes']) ? (owner['routes'] as Tree[]) : [];
  const lists = [
    { path: ['server', site, 'balance'] as Path, members: owner['balance'] },
    ...routes.map((route, i) => ({
      path: ['server', site, 'routes', i, 'balance'] as Path,
      members: route['balance'],
    })),
  ];
  for (let list = lists.shift(); list !== undefined; list = lists.shift()) {
    for (const [i, member] of (Array.isArray(list.members) ? (list.members as Tree[]) : []).entries()) {
      if (!Array.isArray(member['balance'])) continue;
      const path = [...list.path, i];
      if (member['name'] === name) return path;
      lists.push({ path: [...path, 'balance'], members: member['balance'] });
    }
  }
  return undefined;
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? (at as Tree)[key] : undefined),
    value,
  );
}

export function addSite(base: ChangeBase, site: SiteFile): Result<Edit[]> {
  const { config } = base;
  if (findSite(base, site.name).ok) {
    return failure(
      problem('SITE_EXISTS', `There is a site "${site.name}" already.`, {
        path: ['server', config.server?.length ?? 0, 'name'],
        fix: 'Choose another name, or edit that site.',
      }),
    );
  }
  if (!Array.isArray(config.server)) return success([{ op: 'set', path: ['server'], value: [asJson(site)] }]);
  return success([{ op: 'insert', path: ['server', config.server.length], value: asJson(site) }]);
}

export function removeSite(base: ChangeBase, name: string): Result<Edit[]> {
  const found = findSite(base, name);
  return found.ok ? success([{ op: 'remove', path: ['server', found.value] }]) : found;
}

/** null takes a key away, anything else sets it. */
function patchEdits(path: (string | number)[], patch: Record<string, unknown>, present: Tree): Edit[] {
  return Object.entries(patch).flatMap(([key, value]): Edit[] => {
    if (value !== null && value !== undefined) return [{ op: 'set', path: [...path, key], value: asJson(value) }];
    return key in present ? [{ op: 'remove', path: [...path, key] }] : [];
  });
}

export function setSite(base: ChangeBase, name: string, patch: Record<string, unknown>): Result<Edit[]> {
  const found = findSite(base, name);
  return found.ok ? success(patchEdits(['server', found.value], patch, base.config.server![found.value]!)) : found;
}

const SINGLE_KEYS = ['url', 'protocol', 'host', 'port', 'is_healthy'] as const;

/** The backend that a site or route writes itself. */
const singleOf = (owner: Tree): Tree =>
  Object.fromEntries(SINGLE_KEYS.flatMap((key) => (owner[key] === undefined ? [] : [[key, owner[key]]])));

/** A list takes the place of what the site or route writes itself. */
function listEdits(path: Path, owner: Tree, members: unknown[]): Edit[] {
  const removals = SINGLE_KEYS.filter((key) => key in owner).map((key): Edit => ({
    op: 'remove',
    path: [...path, key],
  }));
  return [...removals, { op: 'set', path: [...path, 'balance'], value: asJson(members) }];
}

/** A site that names its one backend itself gets a `balance` of both. */
export function addBackend(base: ChangeBase, site: string, backend: BackendFile): Result<Edit[]> {
  const found = findSite(base, site);
  if (!found.ok) return found;
  const owner = base.config.server![found.value]!;
  const path = ['server', found.value];
  const wanted = nameOf(backend as Tree);
  const pool = Array.isArray(owner['balance']) ? (owner['balance'] as Tree[]) : undefined;
  const single = singleOf(owner);
  const members = pool ?? (Object.keys(single).length === 0 ? [] : [single]);
  if (wanted !== undefined && members.some((member) => nameOf(member) === wanted)) {
    return failure(
      problem('BACKEND_EXISTS', `${site} has a backend "${wanted}" already.`, {
        path: [...path, 'balance', members.length, 'name'],
        fix: 'Choose another name.',
      }),
    );
  }
  if (pool !== undefined)
    return success([{ op: 'insert', path: [...path, 'balance', pool.length], value: asJson(backend) }]);
  return success(listEdits(path, owner, [...members, backend]));
}

export function removeBackend(base: ChangeBase, site: string, backend: string): Result<Edit[]> {
  const found = findBackend(base, site, backend);
  if (!found.ok) return found;
  const { path, siblings } = found.value;
  if (siblings > 1) return success([{ op: 'remove', path }]);
  const whole = path[2] === 'routes' ? 'its route' : `the site ${site}`;
  return failure(
    problem('POOL_EMPTY', `"${backend}" is the last backend of its pool.`, {
      path,
      fix: `Remove ${whole} instead, or add another backend first.`,
    }),
  );
}

/** One that its site writes as a plain url gets a list to stand in first. */
export function setBackend(
  base: ChangeBase,
  site: string,
  backend: string,
  patch: Record<string, unknown>,
): Result<Edit[]> {
  const found = findBackend(base, site, backend);
  if (!found.ok) return found;
  const { path, value, isSingle } = found.value;
  if (!isSingle) return success(patchEdits(path, patch, value));
  const patched = Object.entries({ ...singleOf(value), ...patch }).filter(
    ([, part]) => part !== null && part !== undefined,
  );
  return success(listEdits(path, value, [Object.fromEntries(patched)]));
}

export function replaceBackend(base: ChangeBase, site: string, backend: string, next: BackendFile): Result<Edit[]> {
  const found = findBackend(base, site, backend);
  if (!found.ok) return found;
  const { path, value, isSingle } = found.value;
  return success(isSingle ? listEdits(path, value, [next]) : [{ op: 'set', path, value: asJson(next) }]);
}

export function replacePool(base: ChangeBase, site: string, backends: BackendFile[]): Result<Edit[]> {
  const found = findSite(base, site);
  return found.ok ? success(listEdits(['server', found.value], base.config.server![found.value]!, backends)) : found;
}
