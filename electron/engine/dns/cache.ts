/** Forwarded answers kept as long as they say they are good (RFC 1035 section 7.4, RFC 2308). */
import { HEADER_BYTES, isTruncated, RCODE, rcodeOf, skipName, TYPE } from './wire.ts';

/** Names of a busy day. */
const MAX_ENTRIES = 5_000;
/** All answers together; one alone may be no more than a hundredth. */
const MAX_BYTES = 8 * 1024 * 1024;
/** However long an answer says it is good: developers move their servers. */
const MAX_TTL_S = 3_600;

interface Kept {
  message: Buffer;
  /** Where the TTLs stand. */
  ttls: number[];
  keptAt: number;
  /** On the clock that the cache was given. */
  endsAt: number;
}

export interface DnsCache {
  /** A copy with its TTLs counted down. */
  find: (key: string) => Buffer | undefined;
  keep: (key: string, message: Buffer) => void;
  clear: () => void;
}

/** `now` in milliseconds. */
export function createDnsCache(now: () => number): DnsCache {
  const entries = new Map<string, Kept>();
  let bytes = 0;
  const drop = (key: string, { message }: Kept): void => {
    entries.delete(key);
    bytes -= message.length;
  };
  return {
    find(key) {
      const kept = entries.get(key);
      if (kept === undefined) return undefined;
      const at = now();
      if (at >= kept.endsAt || at < kept.keptAt) {
        drop(key, kept);
        return undefined;
      }
      entries.delete(key); // the newest stand last
      entries.set(key, kept);
      const copy = Buffer.from(kept.message);
      const seconds = Math.floor((at - kept.keptAt) / 1_000);
      for (const ttl of kept.ttls) copy.writeUInt32BE(Math.max(0, copy.readUInt32BE(ttl) - seconds), ttl);
      return copy;
    },
    keep(key, message) {
      const found = readTtls(message);
      if (found === undefined || found.seconds === 0 || message.length > MAX_BYTES / 100) return;
      const before = entries.get(key);
      if (before !== undefined) drop(key, before);
      const keptAt = now();
      entries.set(key, {
        message: Buffer.from(message),
        ttls: found.offsets,
        keptAt,
        endsAt: keptAt + Math.min(found.seconds, MAX_TTL_S) * 1_000,
      });
      bytes += message.length;
      for (const [oldest, kept] of entries) {
        if (entries.size <= MAX_ENTRIES && bytes <= MAX_BYTES) break;
        drop(oldest, kept);
      }
    },
    clear() {
      entries.clear();
      bytes = 0;
    },
  };
}

/** How long an answer is good, and where it says so; undefined for one that is not kept. */
export function readTtls(message: Buffer): { seconds: number; offsets: number[] } | undefined {
  const rcode = rcodeOf(message);
  if (isTruncated(message) || (rcode !== RCODE.NOERROR && rcode !== RCODE.NXDOMAIN)) return undefined;
  const answers = message.readUInt16BE(6);
  const records = answers + message.readUInt16BE(8) + message.readUInt16BE(10);
  const question = skipName(message, HEADER_BYTES);
  if (question === undefined) return undefined;
  const offsets: number[] = [];
  let seconds = Infinity;
  let negative: number | undefined;
  let at = question + 4;
  for (let i = 0; i < records; i++) {
    const name = skipName(message, at);
    if (name === undefined || name + 10 > message.length) return undefined;
    const type = message.readUInt16BE(name);
    const end = name + 10 + message.readUInt16BE(name + 8);
    if (end > message.length) return undefined;
    if (type !== TYPE.OPT) {
      const ttl = message.readUInt32BE(name + 4);
      offsets.push(name + 4);
      seconds = Math.min(seconds, ttl > 0x7fffffff ? 0 : ttl); // RFC 2181 section 8
      // In the authority section it says how long there is nothing, also at the end of aliases (RFC 2308 section 2.2).
      if (type === TYPE.SOA && i >= answers && end - name >= 14) negative = message.readUInt32BE(end - 4);
    }
    at = end;
  }
  if (negative !== undefined) return { seconds: Math.min(seconds, negative), offsets };
  return answers > 0 ? { seconds, offsets } : undefined;
}
