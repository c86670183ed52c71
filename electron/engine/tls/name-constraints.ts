/** The names a root may sign for (RFC 5280 section 4.2.1.10): chosen, written as DER, read back and asked. */
import { isIP } from 'node:net';
import type { CertificateNames } from '../../../shared/certificate.ts';
import { normaliseHost } from '../../../shared/host.ts';
import { derElement, derSequence, readDer } from './der.ts';

/** The name of every machine for itself; also what clients get that name no host. */
export const LOOPBACK_NAME = 'localhost';

/** GeneralName choices, implicitly tagged. */
const DNS_NAME = 0x82;
const IP_ADDRESS = 0x87;
const PERMITTED = 0xa0;

/**
 * Loopback only: 127.0.0.0/8 and ::1/128, each address followed by its mask. Without an entry of this type every
 * address would be permitted.
 */
const LOOPBACK_RANGES = [
  Buffer.from([127, 0, 0, 0, 255, 0, 0, 0]),
  Buffer.concat([Buffer.alloc(15), Buffer.from([1]), Buffer.alloc(16, 0xff)]),
];

/**
 * The narrowest list that lets all of the names be signed: a name permits all below it, so what stands below another
 * is left out, as are addresses and `*`. Sorted; always with `localhost`, so never empty.
 */
export function permittedNames({ zones, hosts }: CertificateNames): string[] {
  const names = new Set([LOOPBACK_NAME, ...[...zones, ...hosts].flatMap((name) => constraintOf(name) ?? [])]);
  return [...names].filter((name) => !isBelow(name, names)).sort();
}

/** `*.shop.local` and `shop.local` are both `shop.local`; undefined for what no DNS name can stand for. */
function constraintOf(pattern: string): string | undefined {
  const name = normaliseHost(pattern.startsWith('*.') ? pattern.slice(2) : pattern);
  return name === undefined || name.startsWith('[') || isIP(name) !== 0 ? undefined : name;
}

/** Whether one of them is a parent of the name. */
function isBelow(name: string, names: ReadonlySet<string>): boolean {
  for (let dot = name.indexOf('.'); dot !== -1; dot = name.indexOf('.', dot + 1))
    if (names.has(name.slice(dot + 1))) return true;
  return false;
}

/** DER of the NameConstraints value: these names and the loopback addresses are permitted, nothing is excluded. */
export function encodeNameConstraints(names: readonly string[]): Buffer {
  const subtrees = [
    ...names.map((name) => derElement(DNS_NAME, Buffer.from(name, 'latin1'))),
    ...LOOPBACK_RANGES.map((range) => derElement(IP_ADDRESS, range)),
  ];
  return derSequence(derElement(PERMITTED, ...subtrees.map((base) => derSequence(base))));
}

/** The permitted DNS names of the value; undefined where it does not constrain them. Throws at what is not DER. */
export function readNameConstraints(value: Buffer): string[] | undefined {
  const permitted = readDer(readDer(value)[0]?.content ?? Buffer.alloc(0)).find(({ tag }) => tag === PERMITTED);
  if (permitted === undefined) return undefined;
  const bases = readDer(permitted.content).map(({ content }) => readDer(content)[0]);
  const names = bases.filter((base) => base?.tag === DNS_NAME);
  return names.length === 0 ? undefined : names.map((base) => base!.content.toString('latin1').toLowerCase());
}

/** Asks of a name or `*.` pattern whether a root with these names may sign it; undefined permits all. */
export function createPermit(permitted: readonly string[] | undefined): (pattern: string) => boolean {
  if (permitted === undefined) return () => true;
  const names = new Set(permitted);
  return (pattern) => {
    const name = constraintOf(pattern);
    return name === undefined || names.has(name) || isBelow(name, names);
  };
}
