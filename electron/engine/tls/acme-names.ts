/** Which names of a site a public authority may certify, and in which order challenges are tried. */
import { isIP } from 'node:net';
import type { AcmeChallenge, AcmeConfig } from '../../../shared/acme-config.ts';
import { normalisePattern } from '../../../shared/host.ts';
import { problem, type Problem } from '../../../shared/problem.ts';

/** A site with `tls: acme`, its hosts as in the config. */
export interface AcmeSite {
  site: string;
  hosts: readonly string[];
}

export interface NamePlan {
  /** Normal form, sorted, each once; one order asks for them all. */
  hosts: string[];
  refused: { hosts: string[]; problem: Problem }[];
}

/** Not in the public DNS: RFC 2606, 6761, 6762, 7686, 8375, and suffixes that home and office networks use. */
const PRIVATE_SUFFIXES = new Set([
  ...['local', 'localhost', 'localdomain', 'test', 'example', 'invalid', 'onion', 'alt', 'internal', 'home.arpa'],
  ...['lan', 'home', 'corp', 'intranet', 'private'],
]);

/** Sorts the hosts of a site into those to order and those that can never have a public certificate. */
export function planNames({ hosts }: AcmeSite, config: AcmeConfig): NamePlan {
  const wanted = new Set<string>();
  const local = new Set<string>();
  const wild = new Set<string>();
  for (const host of hosts) {
    const name = normalisePattern(host) ?? host;
    if (!isPublicName(name)) local.add(name);
    else if (name.startsWith('*.') && config.dns === undefined) wild.add(name);
    else wanted.add(name);
  }
  const refused = [];
  if (local.size > 0) refused.push({ hosts: [...local], problem: notPublic([...local]) });
  if (wild.size > 0) refused.push({ hosts: [...wild], problem: needsDns([...wild]) });
  return { hosts: [...wanted].sort(), refused };
}

/** Whether a public authority could know the name: letters, digits and hyphens, two labels or more, no private suffix. */
export function isPublicName(pattern: string): boolean {
  const name = pattern.startsWith('*.') ? pattern.slice(2) : pattern;
  const labels = name.split('.');
  if (labels.length < 2 || isIP(name) !== 0) return false;
  if (!labels.every((label) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(label))) return false;
  return !PRIVATE_SUFFIXES.has(labels.at(-1)!) && !PRIVATE_SUFFIXES.has(labels.slice(-2).join('.'));
}

function notPublic(hosts: string[]): Problem {
  const is = hosts.length === 1 ? 'is not a public name' : 'are not public names';
  return problem('ACME_NAME_NOT_PUBLIC', `${hosts.join(', ')} ${is}, so no public authority certifies it.`, {
    fix: 'Use tls: local for it, or a name below a domain of your own.',
  });
}

function needsDns(hosts: string[]): Problem {
  return problem('ACME_WILDCARD_NEEDS_DNS', `A certificate for ${hosts.join(', ')} can only be proved by dns-01.`, {
    fix: 'Set acme.dns to a provider, or name the hosts one by one.',
  });
}

/**
 * The challenges to try, one order each. Without `challenge` and `dns` it is http-01 and then tls-alpn-01; the one
 * that worked `before` goes first.
 */
export function challengesFor(config: AcmeConfig, before: AcmeChallenge | undefined): AcmeChallenge[] {
  if (config.challenge !== undefined) return [config.challenge];
  if (config.dns !== undefined) return ['dns-01'];
  return before === 'tls-alpn-01' ? ['tls-alpn-01', 'http-01'] : ['http-01', 'tls-alpn-01'];
}
