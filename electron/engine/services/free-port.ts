/** A port of 127.0.0.1 on which nobody listens: the one that is wanted, or the next ones. */
import { createServer } from 'node:net';

/** Beyond the wanted one, before any free one will do. */
const PORTS_TRIED = 50;

/** `taken`: free or not, they are not to be had. */
export async function freePort(wanted: number, taken: ReadonlySet<number>): Promise<number> {
  for (let port = wanted; port < Math.min(wanted + PORTS_TRIED, 65_536); port += 1)
    if (!taken.has(port) && (await canBind(port)) !== undefined) return port;
  return (await canBind(0)) ?? wanted;
}

function canBind(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : undefined));
    });
  });
}
