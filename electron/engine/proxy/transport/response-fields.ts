/** What the fields of a response mean to the connection that carries it (RFC 9110 section 7.6.1, RFC 9112 section 6). */

export const PASS = 0;
export const DROP = 1;
export const CONNECTION = 2;
export const LENGTH = 3;
export const CODING = 4;
export const KEEP_ALIVE = 5;
export const INVALID = 6;

/** By the name as it was written; learns spellings up to a bound. */
const KINDS = new Map<string, number>([
  ['proxy-connection', DROP],
  ['proxy-authenticate', DROP],
  ['upgrade', DROP],
  ['te', DROP],
  ['connection', CONNECTION],
  ['content-length', LENGTH],
  ['transfer-encoding', CODING],
  ['keep-alive', KEEP_ALIVE],
]);

/** Spellings of field names kept; more are looked up each time. */
const LEARNED_SPELLINGS = 2_000;

/** RFC 9110 section 5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

export function responseFieldKind(name: string): number {
  const known = KINDS.get(name);
  if (known !== undefined) return known;
  const kind = TOKEN.test(name) ? (KINDS.get(name.toLowerCase()) ?? PASS) : INVALID;
  if (KINDS.size < LEARNED_SPELLINGS && name.length < 64) KINDS.set(name, kind);
  return kind;
}

/** Names that a Connection field makes hop-by-hop, in lower case, beyond the two that every one may hold. */
export function namedByConnection(value: string): string[] {
  if (value === 'keep-alive' || value === 'close') return [];
  return value.split(',').map((name) => name.trim().toLowerCase());
}
