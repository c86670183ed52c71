/** Asks for a user name and a password (RFC 7617). */
import { createHmac, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { LocalReply, MiddlewareFactory } from '../generation.ts';
import { parsePasswordHash, unmatchableHash, verifyPassword } from './password.ts';
import type { PasswordHash } from './password.ts';
import { refuse } from './reply.ts';

/** Credentials whose answer is remembered, so that scrypt runs once for each; the oldest is dropped. */
const MAX_REMEMBERED = 1_000;

/** Checks under way at once; each takes 16 MiB and a thread of the pool. More get 503 and come again. */
const MAX_PENDING = 16;

const users = z.record(z.string(), z.string()).check((context) => {
  const reject = (path: string[], message: string, fix: string): void => {
    context.issues.push({ code: 'custom', input: context.value, path, message, params: { fix } });
  };
  const entries = Object.entries(context.value);
  if (entries.length === 0) reject([], 'names no user', 'Name at least one user with a hashed password.');
  for (const [name, hash] of entries) {
    if (name === '' || name.includes(':')) reject([name], 'cannot be a user name', 'Use a name without a colon.');
    if (parsePasswordHash(hash)) continue;
    reject(
      [name],
      'has a password that is not a scrypt hash',
      'Run "mogoly hash-password" and put what it prints (scrypt:…) here.',
    );
  }
});

const schema = z
  .strictObject({
    users: users.meta({
      title: 'Users',
      description: 'User names, each with a hash that "mogoly hash-password" prints.',
    }),
    realm: z
      .string()
      .regex(/^[\x20-\x7e]+$/, 'use printable ASCII')
      .default('Mogoly')
      .meta({ title: 'Realm', description: 'What the browser shows when it asks (Mogoly).' }),
    forward: z
      .boolean()
      .default(false)
      .meta({ title: 'Pass the sign-in on', description: 'Gives the backend the Authorization header too.' }),
  })
  .meta({ title: 'Password' });

export const basicAuth: MiddlewareFactory<typeof schema> = {
  description: 'Asks for a user name and a password before a request goes on.',
  schema,
  create: ({ users: written, realm, forward }) => {
    const verify = createVerifier(
      new Map(Object.entries(written).map(([name, hash]) => [name, parsePasswordHash(hash)!])),
    );
    const quoted = realm.replace(/["\\]/g, (character) => `\\${character}`);
    const challenge = { 'WWW-Authenticate': `Basic realm="${quoted}", charset="UTF-8"` };
    const admit = (verdict: Verdict, drop: () => void): LocalReply | undefined => {
      if (verdict === 'busy')
        return refuse(503, 'AUTH_BUSY', 'Too many passwords are being checked at once.', {
          title: 'Too many sign-ins at once',
          fix: 'Try again in a second.',
          headers: { 'Retry-After': '1' },
        });
      if (verdict === 'no')
        return refuse(401, 'AUTH_REQUIRED', 'This address asks for a user name and a password.', {
          title: 'Sign in to go on',
          fix: `Load it again and sign in as a user of ${realm}.`,
          headers: challenge,
        });
      if (!forward) drop();
      return undefined;
    };
    return {
      name: 'basic_auth',
      onRequest: (request) => {
        const drop = (): void => request.headers.delete('authorization');
        const verdict = verify(request.headers.get('authorization'));
        return typeof verdict === 'string' ? admit(verdict, drop) : verdict.then((later) => admit(later, drop));
      },
    };
  },
};

type Verdict = 'yes' | 'no' | 'busy';

/** Answers at once for credentials it has seen; they are kept only as an HMAC under a key of this process. */
function createVerifier(
  hashes: ReadonlyMap<string, PasswordHash>,
): (header: string | undefined) => Verdict | Promise<Verdict> {
  const secret = randomBytes(32);
  const decoy = unmatchableHash();
  const accepted = new Set<string>();
  const refused = new Set<string>();
  const pending = new Map<string, Promise<Verdict>>();
  const check = async (user: string, password: string, id: string): Promise<Verdict> => {
    const isRight = await verifyPassword(password, hashes.get(user) ?? decoy);
    const isUser = isRight && hashes.has(user);
    remember(isUser ? accepted : refused, id);
    return isUser ? 'yes' : 'no';
  };
  return (header) => {
    const credentials = readCredentials(header);
    if (!credentials) return 'no';
    const id = createHmac('sha256', secret).update(`${credentials.user}:${credentials.password}`).digest('base64');
    if (accepted.has(id)) return 'yes';
    if (refused.has(id)) return 'no';
    const underWay = pending.get(id);
    if (underWay) return underWay;
    if (pending.size >= MAX_PENDING) return 'busy';
    const started = check(credentials.user, credentials.password, id).finally(() => pending.delete(id));
    pending.set(id, started);
    return started;
  };
}

function remember(ids: Set<string>, id: string): void {
  ids.add(id);
  if (ids.size <= MAX_REMEMBERED) return;
  for (const oldest of ids) {
    ids.delete(oldest);
    return;
  }
}

function readCredentials(header: string | undefined): { user: string; password: string } | undefined {
  const encoded = /^basic +([A-Za-z0-9+/_-]+={0,2}) *$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}
