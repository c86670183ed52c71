/** `upstream` blocks and `proxy_pass` targets of nginx as backends. */
import type { BackendFile } from '../../../../shared/config.ts';
import type { RouteKeys } from '../draft.ts';
import type { Notes } from '../notes.ts';
import { poolOf, seconds, type Upstream } from '../pool.ts';
import type { Directive } from './parse.ts';

export interface UpstreamGroup {
  servers: Omit<Upstream, 'protocol' | 'base'>[];
  policy: Pick<RouteKeys, 'strategy' | 'passive_health' | 'sticky'>;
}

export interface PassTarget {
  keys: RouteKeys;
  /** What follows the host: undefined for nothing. */
  uri: string | undefined;
  /** Of the only backend. */
  authority: string | undefined;
}

const SILENT = new Set(['keepalive', 'keepalive_timeout', 'keepalive_requests', 'keepalive_time', 'zone']);

export function readUpstream({ block, args }: Directive, notes: Notes): [string, UpstreamGroup] {
  const group: UpstreamGroup = { servers: [], policy: {} };
  for (const part of block ?? []) {
    if (part.name === 'server') readServer(part, group, notes);
    else if (part.name === 'least_conn') group.policy.strategy = 'least_connections';
    else if (part.name === 'ip_hash') group.policy.strategy = 'ip_hash';
    else if (part.name === 'random') group.policy.strategy = 'random';
    else if (part.name === 'hash' && /^\$(binary_)?remote_addr$/.test(part.args[0] ?? ''))
      group.policy.strategy = 'ip_hash';
    else if (!SILENT.has(part.name))
      notes.leftOut(
        part.at,
        `"${[part.name, ...part.args].join(' ')}" of upstream ${args[0] ?? ''}`,
        'Strategies are round_robin, least_connections, random and ip_hash; sticky keeps a client by a cookie.',
      );
  }
  return [args[0] ?? '', group];
}

function readServer({ args, at }: Directive, group: UpstreamGroup, notes: Notes): void {
  const [address = '', ...options] = args;
  const place = readAddress(address);
  if (place === undefined)
    return notes.leftOut(at, `the server ${address}`, 'Backends are hosts with a port, as in localhost:3000.');
  const rest: Partial<BackendFile> = {};
  let weight = 1;
  for (const option of options) {
    const [key = '', value = ''] = option.split('=');
    if (key === 'weight') weight = Number(value) || 1;
    else if (key === 'backup') rest.backup = true;
    else if (key === 'down') rest.disabled = true;
    else if (key === 'max_conns' && Number(value) > 0) rest.max_connections = Number(value);
    else if (key === 'max_fails' && Number(value) > 0)
      group.policy.passive_health = { ...group.policy.passive_health, max_fails: Number(value) };
    else if (key === 'fail_timeout')
      group.policy.passive_health = {
        ...group.policy.passive_health,
        window: seconds(value),
        cooldown: seconds(value),
      };
    else if (key !== 'max_fails' && key !== 'resolve') notes.leftOut(at, `"${option}" of the server ${address}`);
  }
  group.servers.push({ ...place, port: place.port ?? 80, weight, rest });
}

function readAddress(text: string): { host: string; port: number | undefined } | undefined {
  const parts = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9_.-]+)(?::(\d{1,5}))?$/.exec(text);
  const port = parts?.[2] === undefined ? undefined : Number(parts[2]);
  if (parts === null || (port !== undefined && (port < 1 || port > 65_535))) return undefined;
  return { host: parts[1]!, port };
}

const PROTOCOLS = { http: 'http', https: 'https', grpc: 'h2c', grpcs: 'https' } as const;

/** Undefined for what cannot be said; the reason is noted. */
export function readPass(
  { name, args, at }: Directive,
  groups: ReadonlyMap<string, UpstreamGroup>,
  notes: Notes,
): PassTarget | undefined {
  const [written = ''] = args;
  const text = name === 'grpc_pass' && !written.includes('://') ? `grpc://${written}` : written;
  const parts = /^(https?|grpcs?):\/\/([^/?#$]+)(\/[^?#$]*)?$/.exec(text);
  const protocol = PROTOCOLS[(parts?.[1] ?? 'http') as keyof typeof PROTOCOLS];
  const group = parts === null ? undefined : groups.get(parts[2]!);
  const place = group === undefined && parts !== null ? readAddress(parts[2]!) : undefined;
  if (parts === null || (group === undefined && place === undefined) || group?.servers.length === 0) {
    notes.leftOut(at, `"${name} ${written}"`, 'Name the backend itself, as in http://localhost:3000.');
    return undefined;
  }
  const servers = group?.servers ?? [
    { host: place!.host, port: place!.port ?? (protocol === 'https' ? 443 : 80), weight: 1, rest: {} },
  ];
  const upstreams = servers.map((server) => ({ ...server, protocol, base: '' }));
  const [only] = upstreams;
  return {
    keys: { ...poolOf(upstreams), ...group?.policy },
    uri: parts[3],
    authority: upstreams.length === 1 ? `${only!.host}:${only!.port}` : undefined,
  };
}
