/** Finds loopback ports that nothing listens on. */
import { createServer } from 'node:net';

/** Ports looked at before the search is given up. */
const TRIES = 200;

/** Whether a listener could be bound there now, on IPv4 and (where there is one) IPv6 loopback. */
export async function isPortFree(port: number): Promise<boolean> {
  return (await canBind(port, '127.0.0.1')) && (await canBind(port, '::1'));
}

/** The first free port from `first` upwards that is not among `taken`; 0 when there is none near. */
export async function findFreePort(first: number, taken: readonly number[] = []): Promise<number> {
  for (let port = first; port < first + TRIES && port <= 65_535; port += 1) {
    if (!taken.includes(port) && (await isPortFree(port))) return port;
  }
  return 0;
}

function canBind(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT'),
    );
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
