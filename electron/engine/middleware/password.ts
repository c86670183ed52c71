/** Hashes passwords with scrypt (RFC 7914), off the event loop, and checks them. */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** 16 MiB and some 40 ms for a guess: enough for a dev site, quick enough for its first request. */
const COST = { N: 16_384, r: 8, p: 1 };
const KEY_LENGTH = 32;

/** A hash from elsewhere may ask for this much memory and no more, in bytes. */
const MAX_MEMORY = 256 * 1_024 * 1_024;
const MAX_PARALLEL = 16;

export interface PasswordHash {
  N: number;
  r: number;
  p: number;
  salt: Buffer;
  key: Buffer;
}

/** `scrypt:N:r:p:salt:hash`, salt and hash in base64: what basic_auth takes. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, { ...COST, salt, key: Buffer.alloc(KEY_LENGTH) });
  return ['scrypt', COST.N, COST.r, COST.p, salt.toString('base64'), key.toString('base64')].join(':');
}

/** Reads what hashPassword wrote; undefined for anything else, plain passwords among it. */
export function parsePasswordHash(text: string): PasswordHash | undefined {
  const parts = /^scrypt:(\d{1,8}):(\d{1,3}):(\d{1,3}):([A-Za-z0-9+/]{11,}={0,2}):([A-Za-z0-9+/]{21,}={0,2})$/.exec(
    text,
  );
  if (!parts) return undefined;
  const [N, r, p] = [Number(parts[1]), Number(parts[2]), Number(parts[3])] as const;
  const isPowerOfTwo = N > 1 && (N & (N - 1)) === 0;
  if (!isPowerOfTwo || r < 1 || p < 1 || p > MAX_PARALLEL || memoryOf({ N, r, p }) > MAX_MEMORY) return undefined;
  return { N, r, p, salt: Buffer.from(parts[4]!, 'base64'), key: Buffer.from(parts[5]!, 'base64') };
}

/** Takes as long whether the password is right or wrong. */
export async function verifyPassword(password: string, hash: PasswordHash): Promise<boolean> {
  return timingSafeEqual(await derive(password, hash), hash.key);
}

/** A hash that no password has, to spend the same time on a user that does not exist. */
export const unmatchableHash = (): PasswordHash => ({ ...COST, salt: randomBytes(16), key: randomBytes(KEY_LENGTH) });

const memoryOf = ({ N, r, p }: { N: number; r: number; p: number }): number => 128 * r * (N + p + 2);

/** The same text typed on another system is the same password: NFC, as RFC 7617 §2.1 says. */
function derive(password: string, hash: PasswordHash): Promise<Buffer> {
  const { N, r, p, salt, key } = hash;
  return new Promise((resolve, reject) => {
    scrypt(
      password.normalize('NFC'),
      salt,
      key.length,
      { N, r, p, maxmem: memoryOf(hash) + 1_048_576 },
      (error, derived) => {
        if (error) reject(error);
        else resolve(derived);
      },
    );
  });
}
