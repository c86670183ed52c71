/** Signs in to a MySQL or MariaDB (protocol 10: mysql_native_password, the quick way of caching_sha2_password). */
import { createHash } from 'node:crypto';
import { READY, orWaiting, type Answer } from './answer.ts';
import { converse, type Conversation } from './conversation.ts';

/** LONG_PASSWORD, CONNECT_WITH_DB, PROTOCOL_41, SECURE_CONNECTION, PLUGIN_AUTH. */
const CAPABILITIES = 0x1 | 0x8 | 0x200 | 0x8000 | 0x80000;
const PACKET_MAX = 1 << 24;
const UTF8MB4 = 45;
/** First bytes of answers. */
const OK = 0x00;
const ERROR = 0xff;
const SWITCH = 0xfe;
const MORE = 0x01;
/** Access denied for the user; or for the database; no such database. */
const REFUSALS = [1_045, 1_044, 1_049, 1_698];

interface Packet {
  sequence: number;
  body: Buffer;
}

async function readPacket({ read }: Conversation): Promise<Packet> {
  const head = await read(4);
  return { sequence: head[3]!, body: await read(head.readUIntLE(0, 3)) };
}

function packet(sequence: number, body: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUIntLE(body.length, 0, 3);
  head[3] = sequence;
  return Buffer.concat([head, body]);
}

export const knockMysql = orWaiting((port, { username = 'root', password, database }) =>
  converse(port, async (conversation) => {
    const greeting = await readPacket(conversation);
    if (greeting.body[0] === ERROR) return errorAnswer(greeting.body);
    const { salt, plugin } = parseGreeting(greeting.body);
    if (password === undefined) return READY;
    const head = Buffer.alloc(32);
    head.writeUInt32LE(CAPABILITIES, 0);
    head.writeUInt32LE(PACKET_MAX, 4);
    head[8] = UTF8MB4;
    const proof = prove(plugin, password, salt);
    const tail = [`${username}\0`, Buffer.from([proof.length]), proof, `${database ?? ''}\0`, `${plugin}\0`];
    conversation.send(packet(greeting.sequence + 1, Buffer.concat([head, ...tail.map((part) => Buffer.from(part))])));
    for (;;) {
      const { sequence, body } = await readPacket(conversation);
      if (body[0] === OK) return READY;
      if (body[0] === ERROR) return errorAnswer(body);
      if (body[0] === SWITCH) {
        const end = body.indexOf(0, 1);
        const other = body.toString('latin1', 1, end);
        conversation.send(packet(sequence + 1, prove(other, password, body.subarray(end + 1, end + 21))));
      } else if (body[0] === MORE && body[1] !== 3) {
        // It would take the password over TLS only; that it asks shows that it is up and knows the user.
        return READY;
      }
    }
  }),
);

function parseGreeting(body: Buffer): { salt: Buffer; plugin: string } {
  const at = body.indexOf(0, 1) + 1;
  const first = body.subarray(at + 4, at + 12);
  const second = body.subarray(at + 31, at + 43);
  const end = body.indexOf(0, at + 44);
  const plugin = end === -1 ? '' : body.toString('latin1', at + 44, end);
  return { salt: Buffer.concat([first, second]), plugin: plugin || 'mysql_native_password' };
}

/** Both: the digest of the password, hidden by a digest of the salt and its second digest. */
function prove(plugin: string, password: string, salt: Buffer): Buffer {
  const isNew = plugin === 'caching_sha2_password';
  const hash = (...parts: Buffer[]): Buffer => {
    const made = createHash(isNew ? 'sha256' : 'sha1');
    for (const part of parts) made.update(part);
    return made.digest();
  };
  const once = hash(Buffer.from(password));
  const twice = hash(once);
  const mask = isNew ? hash(twice, salt) : hash(salt, twice);
  return Buffer.from(once.map((byte, index) => byte ^ mask[index]!));
}

function errorAnswer(body: Buffer): Answer {
  const said = body.toString('utf8', 3).replace(/^#\w{5}/, '');
  return { kind: REFUSALS.includes(body.readUInt16LE(1)) ? 'refused' : 'waiting', said };
}
