/** What holds between sites, and for the top of the config, beyond the types of the keys. */
import type { Config } from '../../../shared/config.ts';
import { isValidCidr } from '../../../shared/cidr.ts';
import { normalisePattern } from '../../../shared/host.ts';
import { problem } from '../../../shared/problem.ts';
import type { ConfigPath, Problem } from '../../../shared/problem.ts';
import { checkServices } from './service-rules.ts';
import { hostsOf } from './site-rules.ts';

interface Named {
  name: string;
  hosts?: string[] | undefined;
}

/** Who has a name or host first. */
interface Owner {
  site: Named;
  /** Of the site. */
  path: ConfigPath;
}

/** Finds names and hosts used twice; fed one site at a time, in order. `where` words the place of an earlier one. */
export function createUniqueness(where: (path: ConfigPath) => string): (site: Named, path: ConfigPath) => Problem[] {
  const names = new Map<string, Owner>();
  const hosts = new Map<string, Owner>();
  return (site, path) => {
    const owner: Owner = { site, path };
    const problems: Problem[] = [];
    const twin = names.get(site.name);
    if (twin) problems.push(nameTwice(owner, where(namePath(twin.path))));
    else names.set(site.name, owner);
    const given = site.hosts ?? [site.name];
    for (let index = 0; index < given.length; index++) {
      const host = normalisePattern(given[index]!);
      const before = host === undefined ? undefined : hosts.get(host);
      if (host !== undefined && before === undefined) hosts.set(host, owner);
      if (host === undefined || before === undefined || (twin && !site.hosts)) continue;
      problems.push(hostTwice(hostsOf(site, path)[index]!, before.site.name, where(pathOfHost(before, host))));
    }
    return problems;
  };
}

const namePath = (site: ConfigPath): ConfigPath => [...site, 'name'];

const pathOfHost = ({ site, path }: Owner, host: string): ConfigPath =>
  hostsOf(site, path).find((entry) => normalisePattern(entry.host) === host)?.path ?? path;

const nameTwice = ({ site, path }: Owner, first: string): Problem =>
  problem('CONFIG_SITE_DUPLICATE', `Two sites are named "${site.name}"; the first is ${first}.`, {
    path: namePath(path),
    fix: 'Give each a name of its own.',
  });

const hostTwice = ({ host, path }: { host: string; path: ConfigPath }, site: string, first: string): Problem =>
  problem('CONFIG_HOST_DUPLICATE', `The host "${host}" is also that of the site "${site}", ${first}.`, {
    path,
    fix: 'Let one site alone answer for it.',
  });

export function checkTop(config: Config): Problem[] {
  return [...checkListen(config.listen), ...checkServices(config.services), ...checkProxies(config.trusted_proxies)];
}

function checkProxies(entries: string[]): Problem[] {
  return entries.flatMap((entry, index) =>
    isValidCidr(entry)
      ? []
      : [
          problem('CONFIG_CIDR', `"${entry}" is not an address or a CIDR block.`, {
            path: ['trusted_proxies', index],
            fix: 'Write it as 10.0.0.0/8 or fd00::/8.',
          }),
        ],
  );
}

type Kind = 'http' | 'https' | 'dns';

interface Listen {
  kind: Kind;
  address: string;
  port: number;
}

function checkListen(listen: Config['listen']): Problem[] {
  const problems: Problem[] = [];
  const seen: Listen[] = [];
  for (const kind of ['http', 'https', 'dns'] as const) {
    const given = listen[kind];
    if (given === undefined || given === 'off') continue;
    const entry = splitAddress(kind, given);
    const path = ['listen', kind];
    if (entry.port > 65_535)
      problems.push(
        problem('CONFIG_PORT_RANGE', `The port ${entry.port} is out of range.`, {
          path,
          fix: 'Use a port from 1 to 65535.',
        }),
      );
    const other =
      entry.port === 0
        ? undefined
        : seen.find((item) => item.port === entry.port && overlap(item.address, entry.address));
    if (other)
      problems.push(
        problem('CONFIG_LISTEN_CLASH', `${kind} and ${other.kind} would both listen on port ${entry.port}.`, {
          path,
          fix: 'Give one of them another port.',
        }),
      );
    seen.push(entry);
  }
  return problems;
}

const LOOPBACK = 'localhost';

function splitAddress(kind: Kind, given: number | string): Listen {
  if (typeof given === 'number') return { kind, address: LOOPBACK, port: given };
  const colon = given.lastIndexOf(':');
  return { kind, address: given.slice(0, colon).toLowerCase(), port: Number(given.slice(colon + 1)) };
}

const isAny = (address: string): boolean => address === '0.0.0.0' || address === '[::]';
const isLoopback = (address: string): boolean =>
  address === LOOPBACK || address === '[::1]' || address.startsWith('127.');

/** Loopback by name is both 127.0.0.1 and ::1. */
function overlap(one: string, two: string): boolean {
  if (one === two || isAny(one) || isAny(two)) return true;
  return (one === LOOPBACK && isLoopback(two)) || (two === LOOPBACK && isLoopback(one));
}
