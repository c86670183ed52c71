/** Hands an upgraded connection to http-proxy, over a connection that is open already (RFC 6455 section 4). */
import { Agent, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import httpProxy from 'http-proxy';
import type { Origin } from '../generation.ts';

/** Gives http-proxy the connection that is open already. */
class OpenedAgent extends Agent {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    super({ keepAlive: false });
    this.#socket = socket;
  }

  override createConnection(): Socket {
    return this.#socket;
  }
}

/** Who waits for the 101 of a request. */
const waiting = new WeakMap<IncomingMessage, (rawHeaders: string[]) => void>();

const carrier = httpProxy.createProxyServer({
  ws: true,
  xfwd: false,
  changeOrigin: false,
  prependPath: false,
  ignorePath: false,
});
carrier.on('error', () => undefined); // every upgrade has its own error callback
carrier.on('proxyReqWs', (outgoing, request) => {
  outgoing.path = request.url ?? '/'; // http-proxy would join slashes
  outgoing.once('upgrade', (answer: IncomingMessage) => waiting.get(request)?.(answer.rawHeaders));
  outgoing.prependListener('response', (refusal: IncomingMessage) => {
    // http-proxy writes the body without its chunks and then ends the connection.
    refusal.headers = { ...refusal.headers, connection: 'close' };
    delete refusal.headers['transfer-encoding'];
  });
});

export interface Carried {
  request: IncomingMessage;
  socket: Socket;
  headBytes: Buffer;
  origin: Origin;
  upstream: Socket;
  /** With the fields of the 101, before the first byte is relayed. */
  onSwitched: (rawHeaders: string[]) => void;
  onLost: () => void;
}

export function carryUpgrade({ request, socket, headBytes, origin, upstream, onSwitched, onLost }: Carried): void {
  waiting.set(request, onSwitched);
  // Plain http to http-proxy, also for https: the connection is made, with its TLS.
  const target = { protocol: 'http:', host: origin.hostname, hostname: origin.hostname, port: String(origin.port) };
  carrier.ws(request, socket, headBytes, { target, agent: new OpenedAgent(upstream) } as never, onLost);
}

/** What http-proxy sends: one value a name. `flat` begins with the place of Host. */
export function handshakeHeaders(host: string, upgrade: string, flat: readonly string[]): IncomingMessage['headers'] {
  const headers = Object.assign(Object.create(null) as Record<string, string>, {
    host,
    connection: 'Upgrade',
    upgrade,
  });
  for (let i = 2; i < flat.length; i += 2) {
    const name = flat[i]!.toLowerCase();
    const before = headers[name];
    headers[name] = before === undefined ? flat[i + 1]! : `${before}${name === 'cookie' ? '; ' : ', '}${flat[i + 1]!}`;
  }
  return headers;
}
