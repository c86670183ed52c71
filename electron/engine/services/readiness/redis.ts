/** Asks a Redis with AUTH and PING (RESP2). */
import { READY, orWaiting } from './answer.ts';
import { converse } from './conversation.ts';

const command = (...parts: string[]): Buffer =>
  Buffer.from(`*${parts.length}\r\n${parts.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`).join('')}`);

/** Until `+PONG`; `-LOADING` is not yet, `-WRONGPASS` and `-NOAUTH` are refusals. */
export const knockRedis = orWaiting((port, { password }) =>
  converse(port, async ({ send, read }) => {
    const line = async (): Promise<string> => {
      let text = '';
      while (!text.endsWith('\r\n')) text += (await read(1)).toString('latin1');
      return text.trim();
    };
    if (password !== undefined) {
      send(command('AUTH', password));
      const answer = await line();
      if (answer.startsWith('-WRONGPASS') || answer.startsWith('-ERR'))
        return { kind: 'refused', said: answer.slice(1) };
    }
    send(command('PING'));
    const pong = await line();
    if (pong === '+PONG') return READY;
    return { kind: pong.startsWith('-NOAUTH') ? 'refused' : 'waiting', said: pong.slice(1) };
  }),
);
