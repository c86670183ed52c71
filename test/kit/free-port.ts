/** Finds a TCP port that nothing on this machine listens on right now. */
import { createServer } from 'node:net';

/** Below what Linux, macOS and Windows give out by themselves: no connection and no port 0 takes one of these. */
const FIRST_PORT = 20_000;
/** The workers of a run do not meet. */
const PORTS_OF_A_WORKER = 6_000;

const workerPorts = FIRST_PORT + (Number(process.env['VITEST_POOL_ID'] ?? 0) % 2) * PORTS_OF_A_WORKER;
/** Another run on this machine begins elsewhere. */
let next = Math.floor(Math.random() * PORTS_OF_A_WORKER);

/** Never the same one twice in a process. Prefer port 0 wherever the code under test can report the port it got. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (let attempt = 0; attempt < PORTS_OF_A_WORKER; attempt++) {
    const port = workerPorts + (next++ % PORTS_OF_A_WORKER);
    if (await isFree(port, host)) return port;
  }
  throw new Error(`no port from ${workerPorts} on is free on ${host}`);
}

/** Rejects when the address is no address of this machine. */
function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false);
      else reject(error);
    });
    server.listen({ port, host }, () => server.close(() => resolve(true)));
  });
}
