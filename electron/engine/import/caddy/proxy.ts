/** `reverse_proxy` of a Caddyfile as the keys of a pool. */
import type { BackendFile } from '../../../../shared/config.ts';
import type { MiddlewareFile, RouteKeys } from '../draft.ts';
import { MAX_PORT_RANGE } from '../limits.ts';
import type { Notes } from '../notes.ts';
import { poolOf, seconds, type Upstream } from '../pool.ts';
import { collectField, headersMiddleware, noFields, type Fields } from './fields.ts';
import type { Directive } from './parse.ts';
import type { Token } from './tokens.ts';

export interface Proxied {
  keys: RouteKeys;
  middlewares: MiddlewareFile[];
}

interface Reading {
  upstreams: Upstream[];
  keys: RouteKeys;
  protocol: 'http' | 'https' | 'h2c' | undefined;
  request: Fields;
  response: Fields;
  policy: string[];
}

/** Ours does it by itself, whatever is said. */
const SILENT = new Set(
  'flush_interval lb_try_duration lb_try_interval lb_retries lb_retry_match trusted_proxies buffer_requests buffer_responses request_buffers response_buffers stream_timeout stream_close_delay verbose_logs'.split(
    ' ',
  ),
);

/** Undefined where no backend of it can be said. */
export function readProxy(directive: Directive, to: readonly Token[], base: string, notes: Notes): Proxied | undefined {
  const reading: Reading = {
    upstreams: to.flatMap((token) => upstreamsOf(token, notes)),
    keys: {},
    protocol: undefined,
    request: noFields(),
    response: noFields(),
    policy: [],
  };
  for (const part of directive.block) readPart(part, reading, notes);
  if (reading.upstreams.length === 0) {
    notes.leftOut(directive.at, '"reverse_proxy" without a backend that can be said', 'Name one as localhost:3000.');
    return undefined;
  }
  const upstreams = reading.upstreams.map((upstream) => ({
    ...upstream,
    protocol: reading.protocol ?? upstream.protocol,
    base: base + upstream.base,
  }));
  const keys: RouteKeys = { ...poolOf(merged(upstreams)), ...reading.keys };
  applyPolicy(reading.policy, keys, directive, notes);
  // Caddy sends the client's Host on.
  const host = reading.keys.host_header ?? 'original';
  delete keys.host_header;
  if (host !== 'backend' && !(upstreams.length === 1 && host === authorityOf(upstreams[0]!))) keys.host_header = host;
  return { keys, middlewares: headersMiddleware(reading.request, reading.response) };
}

const authorityOf = ({ host, port }: Upstream): string => `${host}:${port}`;

/** One written more than once weighs more. */
function merged(upstreams: readonly Upstream[]): Upstream[] {
  const list: Upstream[] = [];
  for (const upstream of upstreams) {
    const same = list.find(({ protocol, host, port }) => `${protocol} ${host} ${port}` === key(upstream));
    if (same === undefined) list.push({ ...upstream });
    else same.weight++;
  }
  return list;
}

const key = ({ protocol, host, port }: Upstream): string => `${protocol} ${host} ${port}`;

export function upstreamsOf({ text, at }: Token, notes: Notes): Upstream[] {
  const parts = /^(?:(https?|h2c):\/\/)?(\[[^\]]+\]|[^:/{}]*)(?::(\d{1,5})(?:-(\d{1,5}))?)?(\/[^?#{}]*)?$/i.exec(text);
  const protocol = (parts?.[1]?.toLowerCase() ?? 'http') as Upstream['protocol'];
  const first = Number(parts?.[3] ?? (protocol === 'https' ? 443 : 80));
  const last = Number(parts?.[4] ?? first);
  if (parts === null || text.startsWith('unix/') || last < first || first < 1 || last > 65_535) {
    notes.leftOut(at, `the upstream ${text}`, 'Backends are hosts with a port, as in localhost:3000.');
    return [];
  }
  if (last - first >= MAX_PORT_RANGE) {
    notes.leftOut(at, `the upstream ${text}`, `A range may have ${MAX_PORT_RANGE} ports; write a smaller one.`);
    return [];
  }
  const host = parts[2] === '' ? 'localhost' : parts[2]!;
  return Array.from({ length: last - first + 1 }, (_, index) => ({
    protocol,
    host,
    port: first + index,
    weight: 1,
    base: (parts[5] ?? '').replace(/\/$/, ''),
    rest: {} as Partial<BackendFile>,
  }));
}

function readPart(part: Directive, reading: Reading, notes: Notes): void {
  const { name, args, at } = part;
  const texts = args.map(({ text }) => text);
  if (SILENT.has(name)) return;
  switch (name) {
    case 'to':
      reading.upstreams.push(...args.flatMap((token) => upstreamsOf(token, notes)));
      return;
    case 'lb_policy':
      reading.policy = texts;
      return;
    case 'header_up':
      if (texts[0]?.toLowerCase() === 'host') return readHost(texts[1] ?? '', part, reading, notes);
      return collectField(part, reading.request, 'request', notes);
    case 'header_down':
      return collectField(part, reading.response, 'response', notes);
    case 'transport':
      return readTransport(part, reading, notes);
    case 'max_fails':
    case 'fail_duration':
    case 'unhealthy_request_count':
      return readPassive(part, reading, notes);
    default:
      if (name.startsWith('health_') && readHealth(name, texts, reading)) return;
      notes.leftOut(at, `"${[name, ...texts].join(' ')}" of reverse_proxy`);
  }
}

function readHost(value: string, part: Directive, reading: Reading, notes: Notes): void {
  if (/^\{(upstream_hostport|http\.reverse_proxy\.upstream\.hostport)\}$/.test(value))
    reading.keys.host_header = 'backend';
  else if (/^\{(host|hostport|http\.request\.host(port)?)\}$/.test(value)) reading.keys.host_header = 'original';
  else if (value.includes('{') || value === '')
    notes.leftOut(part.at, `the Host "${value}"`, 'host_header takes backend, original, or a literal.');
  else reading.keys.host_header = value;
}

function readHealth(name: string, [value = '']: string[], { keys }: Reading): boolean {
  const check = (keys.health_check ??= {});
  if (name === 'health_uri' || name === 'health_path') check.path = value.startsWith('/') ? value : `/${value}`;
  else if (name === 'health_interval') check.interval = seconds(value);
  else if (name === 'health_timeout') check.timeout = seconds(value);
  else if (name === 'health_passes') check.healthy_after = Math.max(1, Number(value) || 1);
  else if (name === 'health_fails') check.unhealthy_after = Math.max(1, Number(value) || 1);
  else if (name === 'health_status' && /^[1-5](xx|\d\d)$/.test(value))
    check.expect = value.endsWith('xx') ? `${value[0]}00-${value[0]}99` : value;
  else return false;
  return true;
}

function readPassive({ name, args, at }: Directive, { keys, upstreams }: Reading, notes: Notes): void {
  const value = args[0]?.text ?? '';
  if (name === 'fail_duration') {
    keys.passive_health = { ...keys.passive_health, window: seconds(value), cooldown: seconds(value) };
    return;
  }
  const count = Number(value);
  if (!Number.isInteger(count) || count < 1) return notes.leftOut(at, `"${name} ${value}"`, 'Give it a number.');
  if (name === 'max_fails') keys.passive_health = { ...keys.passive_health, max_fails: count };
  else for (const upstream of upstreams) upstream.rest = { ...upstream.rest, max_connections: count };
}

function readTransport({ args, block, at }: Directive, reading: Reading, notes: Notes): void {
  if (args[0]?.text !== 'http') return notes.leftOut(at, `the transport ${args[0]?.text ?? ''}`);
  for (const { name, args: values, at: where } of block) {
    const texts = values.map(({ text }) => text);
    if (name.startsWith('tls')) reading.protocol = 'https';
    else if (name === 'versions' && texts.includes('h2c')) reading.protocol = 'h2c';
    else if (name === 'response_header_timeout') reading.keys.response_timeout = seconds(texts[0] ?? '');
    else if (
      !/^(versions|dial_timeout|read_timeout|write_timeout|keepalive.*|.*buffer|compression|max_conns.*)$/.test(name)
    )
      notes.leftOut(where, `"${name}" of the transport`);
  }
}

const POLICIES = new Map<string, RouteKeys['strategy']>([
  ['round_robin', 'round_robin'],
  ['weighted_round_robin', 'round_robin'],
  ['least_conn', 'least_connections'],
  ['random', 'random'],
  ['random_choose', 'random'],
  ['ip_hash', 'ip_hash'],
  ['client_ip_hash', 'ip_hash'],
]);

function applyPolicy([policy, ...args]: string[], keys: RouteKeys, { at }: Directive, notes: Notes): void {
  const { balance } = keys;
  if (balance === undefined) return;
  if (policy === 'cookie') keys.sticky = { cookie: args[0] ?? 'lb' };
  else if (policy === 'first') {
    for (const backend of balance.slice(1)) backend.backup = true;
    if (balance.length > 2) notes.changed(at, 'After the first backend, the others take turns.');
  } else if (policy !== undefined && !POLICIES.has(policy))
    notes.leftOut(at, `the policy ${policy}`, 'Strategies are round_robin, least_connections, random and ip_hash.');
  if (policy === 'weighted_round_robin')
    balance.forEach((backend, index) => (backend.weight = Number(args[index] ?? 1) || 1));
  // Where nothing is said, Caddy takes one at random.
  const strategy = policy === undefined ? 'random' : POLICIES.get(policy);
  if (strategy !== undefined && strategy !== 'round_robin') keys.strategy = strategy;
}
