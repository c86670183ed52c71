/** Signs in to a PostgreSQL (protocol 3.0, SCRAM-SHA-256 of RFC 7677, or a password in clear or MD5). */
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { READY, orWaiting, type Answer } from './answer.ts';
import { converse, type Conversation } from './conversation.ts';

const PROTOCOL = 196_608;
/** SQLSTATE: the server is starting up or shutting down; the password is wrong; there is no such user, database. */
const NOT_YET = ['57P03', '57P02', '57P01', '53300'];

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
const text = (value: string): Buffer => Buffer.from(`${value}\0`);
const message = (type: string, body: Buffer): Buffer =>
  Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);

interface Message {
  type: string;
  body: Buffer;
}

async function readMessage({ read }: Conversation): Promise<Message> {
  const head = await read(5);
  return { type: head.toString('latin1', 0, 1), body: await read(head.readInt32BE(1) - 4) };
}

export const knockPostgres = orWaiting((port, { username = 'postgres', password, database = username }) =>
  converse(port, async (conversation) => {
    const body = Buffer.concat([
      int32(PROTOCOL),
      ...['user', username, 'database', database].map(text),
      Buffer.from([0]),
    ]);
    conversation.send(Buffer.concat([int32(body.length + 4), body]));
    let scram: Scram | undefined;
    for (;;) {
      const { type, body: answer } = await readMessage(conversation);
      if (type === 'E') return errorAnswer(answer);
      if (type === 'Z') {
        conversation.send(message('X', Buffer.alloc(0)));
        return READY;
      }
      if (type !== 'R') continue;
      const method = answer.readInt32BE(0);
      // It asks for a password that is not known here: it is up, that is all that can be told.
      if (method !== 0 && password === undefined) return READY;
      if (method === 3) conversation.send(message('p', text(password!)));
      else if (method === 5) conversation.send(message('p', text(md5(username, password!, answer.subarray(4, 8)))));
      else if (method === 10) conversation.send((scram = createScram(password!)).first());
      else if (method === 11) conversation.send(scram!.final(answer.toString('utf8', 4)));
    }
  }),
);

const md5 = (user: string, password: string, salt: Buffer): string => {
  const hash = (...parts: (string | Buffer)[]): string => {
    const made = createHash('md5');
    for (const part of parts) made.update(part);
    return made.digest('hex');
  };
  return `md5${hash(hash(password, user), salt)}`;
};

interface Scram {
  first: () => Buffer;
  final: (serverFirst: string) => Buffer;
}

function createScram(password: string): Scram {
  const nonce = randomBytes(18).toString('base64');
  const bare = `n=,r=${nonce}`;
  return {
    first() {
      const begin = Buffer.from(`n,,${bare}`);
      return message('p', Buffer.concat([text('SCRAM-SHA-256'), int32(begin.length), begin]));
    },
    final(serverFirst) {
      const fields = new Map(serverFirst.split(',').map((field) => [field.slice(0, 1), field.slice(2)]));
      const withoutProof = `c=biws,r=${fields.get('r') ?? ''}`;
      const salt = Buffer.from(fields.get('s') ?? '', 'base64');
      const salted = pbkdf2Sync(password.normalize('NFKC'), salt, Number(fields.get('i')), 32, 'sha256');
      const hmac = (key: Buffer, data: string): Buffer => createHmac('sha256', key).update(data).digest();
      const clientKey = hmac(salted, 'Client Key');
      const storedKey = createHash('sha256').update(clientKey).digest();
      const signature = hmac(storedKey, `${bare},${serverFirst},${withoutProof}`);
      const proof = Buffer.from(clientKey.map((byte, index) => byte ^ signature[index]!)).toString('base64');
      return message('p', Buffer.from(`${withoutProof},p=${proof}`));
    },
  };
}

function errorAnswer(body: Buffer): Answer {
  const fields = new Map(
    body
      .toString('utf8')
      .split('\0')
      .map((field) => [field.slice(0, 1), field.slice(1)]),
  );
  const said = fields.get('M') ?? 'it refuses';
  return { kind: NOT_YET.includes(fields.get('C') ?? '') ? 'waiting' : 'refused', said };
}
