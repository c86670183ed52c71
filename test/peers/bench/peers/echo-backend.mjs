/**
 * A backend for what nginx cannot answer: takes in request bodies of any size and echoes WebSocket messages.
 * node peers/echo-backend.mjs PORT
 */
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

const server = createServer({ requestTimeout: 0 }, (request, response) => {
  let bytes = 0;
  request.on('data', (chunk) => (bytes += chunk.length));
  request.on('end', () => response.end(`${bytes}\n`));
});
new WebSocketServer({ server, perMessageDeflate: false }).on('connection', (socket) => {
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
});
server.listen(Number(process.argv[2]), '127.0.0.1');
