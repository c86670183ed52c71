/**
 * Echoes messages over WebSockets as fast as they come back: node peers/ws-load.mjs PORT HOST SECONDS; prints JSON.
 */
import { WebSocket } from 'ws';

const SOCKETS = 32;
const MESSAGE = Buffer.alloc(64, 'm');

const [port, host, seconds] = process.argv.slice(2);
let echoes = 0;
let errors = 0;

const sockets = Array.from({ length: SOCKETS }, () => {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`, { headers: { host }, perMessageDeflate: false });
  socket.on('open', () => socket.send(MESSAGE));
  socket.on('message', () => {
    echoes++;
    socket.send(MESSAGE);
  });
  socket.on('error', () => errors++);
  return socket;
});

setTimeout(
  () => {
    for (const socket of sockets) socket.terminate();
    console.log(JSON.stringify({ requests: echoes, errors, perSecond: echoes / Number(seconds) }));
  },
  Number(seconds) * 1_000,
);
