/** From a change by name (`add this backend to that site`) to edits of the config file. */
import type { BackendFile, SiteFile } from '../../shared/config.ts';
import { failure, problem, success, type Result } from '../../shared/problem.ts';
import type { Edit } from '../../shared/protocol.ts';

type Json = Extract<Edit, { op: 'set' }>['value'];
type Tree = Record<string, unknown>;

/** The config as written, aliases resolved. */
export interface WrittenConfig {
  server?: Tree[];
}

const asJson = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json;

const nameless = (url: unknown): string | undefined => (typeof url === 'string' ? url.replace(/^[a-z0-9]+:\/\//i, '').replace(/\/.*$/, '') : undefined);

/** What a backend is called: its name, else what compile() makes of its address. */
function nameOf(backend: Tree): string | undefined {
  if (typeof backend['name'] === 'string') return backend['name'];
  return nameless(backend['url']) ?? (backend['port'] === undefined ? undefined : `${String(backend['host'] ?? 'localhost')}:${String(backend['port'])}`);
}

function findSite(config: WrittenConfig, name: string): Result<number> {
  const index = (config.server ?? []).findIndex((site) => typeof site['name'] === 'string' && site['name'].toLowerCase() === name.toLowerCase());
  if (index !== -1) return success(index);
  const names = (config.server ?? []).map((site) => String(site['name'])).slice(0, 10).join(', ');
  return failure(problem('SITE_UNKNOWN', `There is no site "${name}".`, { fix: names === '' ? 'Add it first.' : `The sites are: ${names}.` }));
}

function findBackend(config: WrittenConfig, site: string, backend: string): Result<{ path: (string | number)[]; value: Tree; siblings: number }> {
  const found = findSite(config, site);
  if (!found.ok) return found;
  const owner = config.server![found.value]!;
  const pools: { path: (string | number)[]; members: unknown }[] = [{ path: ['server', found.value, 'balance'], members: owner['balance'] }];
  for (const [i, route] of ((owner['routes'] as Tree[] | undefined) ?? []).entries()) {
    pools.push({ path: ['server', found.value, 'routes', i, 'balance'], members: route['balance'] });
  }
  for (let pool = pools.shift(); pool !== undefined; pool = pools.shift()) {
    const members = Array.isArray(pool.members) ? (pool.members as Tree[]) : [];
    for (const [i, value] of members.entries()) {
      const path = [...pool.path, i];
      if (nameOf(value) === backend) return success({ path, value, siblings: members.length });
      if (Array.isArray(value['balance'])) pools.push({ path: [...path, 'balance'], members: value['balance'] });
    }
  }
  return failure(problem('BACKEND_UNKNOWN', `${site} has no backend "${backend}".`, { fix: 'Ask for its backends with "mogoly lb list".' }));
}

export function addSite(config: WrittenConfig, site: SiteFile): Result<Edit[]> {
  if (findSite(config, site.name).ok) {
    return failure(problem('SITE_EXISTS', `There is a site "${site.name}" already.`, { path: ['server', config.server?.length ?? 0, 'name'], fix: 'Choose another name, or edit that site.' }));
  }
  if (config.server === undefined || config.server === null) return success([{ op: 'set', path: ['server'], value: [asJson(site)] }]);
  return success([{ op: 'insert', path: ['server', config.server.length], value: asJson(site) }]);
}

export function removeSite(config: WrittenConfig, name: string): Result<Edit[]> {
  const found = findSite(config, name);
  return found.ok ? success([{ op: 'remove', path: ['server', found.value] }]) : found;
}

/** null takes a key away, anything else sets it. */
function patchEdits(path: (string | number)[], patch: Record<string, unknown>, present: Tree): Edit[] {
  return Object.entries(patch).flatMap(([key, value]): Edit[] => {
    if (value !== null && value !== undefined) return [{ op: 'set', path: [...path, key], value: asJson(value) }];
    return key in present ? [{ op: 'remove', path: [...path, key] }] : [];
  });
}

export function setSite(config: WrittenConfig, name: string, patch: Record<string, unknown>): Result<Edit[]> {
  const found = findSite(config, name);
  return found.ok ? success(patchEdits(['server', found.value], patch, config.server![found.value]!)) : found;
}

const SINGLE_KEYS = ['url', 'protocol', 'host', 'port', 'is_healthy'] as const;

/** A site that names its one backend itself gets a `balance` of both. */
export function addBackend(config: WrittenConfig, site: string, backend: BackendFile): Result<Edit[]> {
  const found = findSite(config, site);
  if (!found.ok) return found;
  const owner = config.server![found.value]!;
  const path = ['server', found.value];
  const wanted = nameOf(backend as Tree);
  const pool = Array.isArray(owner['balance']) ? (owner['balance'] as Tree[]) : undefined;
  if (pool?.some((member) => nameOf(member) === wanted)) {
    return failure(problem('BACKEND_EXISTS', `${site} has a backend "${wanted ?? ''}" already.`, { path: [...path, 'balance', pool.length, 'name'], fix: 'Choose another name.' }));
  }
  if (pool !== undefined) return success([{ op: 'insert', path: [...path, 'balance', pool.length], value: asJson(backend) }]);
  const single = Object.fromEntries(SINGLE_KEYS.flatMap((key) => (owner[key] === undefined ? [] : [[key, owner[key]]])));
  const removals = Object.keys(single).map((key): Edit => ({ op: 'remove', path: [...path, key] }));
  const members = Object.keys(single).length === 0 ? [backend] : [single, backend];
  return success([...removals, { op: 'set', path: [...path, 'balance'], value: asJson(members) }]);
}

export function removeBackend(config: WrittenConfig, site: string, backend: string): Result<Edit[]> {
  const found = findBackend(config, site, backend);
  if (!found.ok) return found;
  if (found.value.siblings === 1) {
    return failure(problem('POOL_EMPTY', `"${backend}" is the last backend of its pool.`, { path: found.value.path, fix: `Remove the site ${site} instead, or add another backend first.` }));
  }
  return success([{ op: 'remove', path: found.value.path }]);
}

export function setBackend(config: WrittenConfig, site: string, backend: string, patch: Record<string, unknown>): Result<Edit[]> {
  const found = findBackend(config, site, backend);
  return found.ok ? success(patchEdits(found.value.path, patch, found.value.value)) : found;
}

export function replaceBackend(config: WrittenConfig, site: string, backend: string, next: BackendFile): Result<Edit[]> {
  if (backend === '') return addBackend(config, site, next);
  const found = findBackend(config, site, backend);
  return found.ok ? success([{ op: 'set', path: found.value.path, value: asJson(next) }]) : found;
}

export function replacePool(config: WrittenConfig, site: string, backends: BackendFile[]): Result<Edit[]> {
  const found = findSite(config, site);
  if (!found.ok) return found;
  const owner = config.server![found.value]!;
  const path = ['server', found.value];
  const removals = SINGLE_KEYS.filter((key) => key in owner).map((key): Edit => ({ op: 'remove', path: [...path, key] }));
  return success([...removals, { op: 'set', path: [...path, 'balance'], value: asJson(backends) }]);
}
