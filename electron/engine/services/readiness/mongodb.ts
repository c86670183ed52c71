/** Says hello to a MongoDB (OP_MSG); it answers that before anybody signs in. */
import { READY, orWaiting } from './answer.ts';
import { converse } from './conversation.ts';

const OP_MSG = 2_013;

/** BSON of `{ hello: 1, $db: 'admin' }`. */
function hello(): Buffer {
  const one = Buffer.alloc(4);
  one.writeInt32LE(1);
  const length = Buffer.alloc(4);
  length.writeInt32LE('admin\0'.length);
  const fields = ['\x10hello\0', one, '\x02$db\0', length, 'admin\0', '\0'].map((part) => Buffer.from(part));
  const body = Buffer.concat(fields);
  const size = Buffer.alloc(4);
  size.writeInt32LE(body.length + 4);
  return Buffer.concat([size, body]);
}

export const knockMongo = orWaiting((port) =>
  converse(port, async ({ send, read }) => {
    const body = Buffer.concat([Buffer.alloc(4), Buffer.from([0]), hello()]);
    const head = Buffer.alloc(16);
    head.writeInt32LE(16 + body.length, 0);
    head.writeInt32LE(1, 4);
    head.writeInt32LE(OP_MSG, 12);
    send(Buffer.concat([head, body]));
    const answer = await read(16);
    return answer.readInt32LE(12) === OP_MSG ? READY : { kind: 'waiting', said: 'it speaks another protocol' };
  }),
);
