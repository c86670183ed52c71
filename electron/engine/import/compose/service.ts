/** Services of a compose file: labels, environment and ports, each with its place. */
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node, type YAMLMap } from 'yaml';
import type { Place } from '../../../../shared/problem.ts';
import { syntaxError } from '../notes.ts';
import { interpolate } from './interpolate.ts';

export interface Pairs {
  key: string;
  value: string;
  at: Place;
}

export interface Service {
  name: string;
  at: Place;
  labels: Pairs[];
  environment: Pairs[];
  /** Ports of this machine, by the container's; those of ranges are several. */
  published: Map<number, number[]>;
  /** Whether it has the ports of the machine itself. */
  isOnHost: boolean;
}

/** A hostile file may not unfold its aliases. */
const MAX_ALIASES = 100;

export function readServices(text: string, file: string, env: Record<string, string | undefined>): Service[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true, logLevel: 'error', prettyErrors: false });
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const [wrong] = document.errors;
  if (wrong !== undefined) syntaxError(place(wrong.pos[0]), `It is no good YAML: ${wrong.message}.`);
  const reader: Reader = {
    place,
    fill: (value) => interpolate(value, env),
    plain: plainOf(() => document.toJS({ maxAliasCount: MAX_ALIASES }), place(0)),
  };
  const services = isMap(document.contents) ? document.contents.get('services') : undefined;
  if (!isMap(services)) return [];
  return services.items.flatMap((pair) => {
    const name = isScalar(pair.key) ? String(pair.key.value) : '';
    return isMap(pair.value) ? [readService(name, pair.key as Node, pair.value, reader)] : [];
  });
}

interface Reader {
  place: (offset: number) => Place;
  fill: (text: string) => string;
  /** Aliases and merge keys resolved. */
  plain: unknown;
}

function plainOf(read: () => unknown, at: Place): unknown {
  try {
    return read();
  } catch (error) {
    return syntaxError(at, `Its aliases cannot be resolved: ${(error as Error).message}.`);
  }
}

type Tree = Record<string, unknown>;
const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

function readService(name: string, key: Node, map: YAMLMap, reader: Reader): Service {
  const services = (reader.plain as Tree)['services'] as Tree;
  const plain = isTree(services[name]) ? services[name] : {};
  const at = reader.place(key.range?.[0] ?? 0);
  const deploy = isTree(plain['deploy']) ? plain['deploy'] : {};
  const pairs = (part: string, value: unknown): Pairs[] => readPairs(value, map.get(part, true), at, reader);
  return {
    name,
    at,
    labels: [...pairs('labels', plain['labels']), ...readPairs(deploy['labels'], undefined, at, reader)],
    environment: pairs('environment', plain['environment']),
    published: readPorts(plain['ports'], reader.fill),
    isOnHost: plain['network_mode'] === 'host',
  };
}

/** A map, or a list of `key=value`. */
function readPairs(value: unknown, node: unknown, at: Place, { place, fill }: Reader): Pairs[] {
  const placeOf = (found: unknown): Place => {
    const offset = (found as Node | undefined)?.range?.[0];
    return offset === undefined ? at : place(offset);
  };
  if (Array.isArray(value))
    return value.map((item, index) => {
      const text = String(item);
      const equals = text.indexOf('=');
      const [key, rest] = equals === -1 ? [text, ''] : [text.slice(0, equals), text.slice(equals + 1)];
      return { key, value: fill(rest), at: placeOf(isSeq(node) ? node.items[index] : undefined) };
    });
  if (!isTree(value)) return [];
  return Object.entries(value).map(([key, item]) => ({
    key,
    value: fill(item === null ? '' : String(item)),
    at: placeOf(
      isMap(node) ? node.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === key)?.key : undefined,
    ),
  }));
}

/** More is a mistake. */
const MAX_PORTS = 1_000;

function readPorts(value: unknown, fill: (text: string) => string): Map<number, number[]> {
  const published = new Map<number, number[]>();
  const add = (inside: string, outside: string): void => {
    const [from, to] = [rangeOf(inside), rangeOf(outside)];
    if (from === undefined || to === undefined) return;
    // A range outside of one port inside: one for each replica.
    for (let index = 0; index < Math.min(MAX_PORTS, to.length); index++) {
      const port = from.length === 1 ? from[0]! : from[index];
      if (port !== undefined) published.set(port, [...(published.get(port) ?? []), to[index]!]);
    }
  };
  for (const item of Array.isArray(value) ? (value as unknown[]).slice(0, MAX_PORTS) : []) {
    if (isTree(item)) {
      if (item['published'] !== undefined && item['protocol'] !== 'udp')
        add(fill(String(item['target'])), fill(String(item['published'])));
      continue;
    }
    const [text = '', protocol] = fill(String(item)).split('/');
    const parts = /^(?:(?:\[[^\]]*\]|[\d.]+):)?([\d-]+):([\d-]+)$/.exec(text);
    if (parts !== null && protocol !== 'udp') add(parts[2]!, parts[1]!);
  }
  return published;
}

function rangeOf(text: string): number[] | undefined {
  const parts = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text);
  const first = Number(parts?.[1]);
  const last = Number(parts?.[2] ?? first);
  if (parts === null || first < 1 || last > 65_535 || last < first) return undefined;
  return Array.from({ length: Math.min(MAX_PORTS, last - first + 1) }, (_, index) => first + index);
}
