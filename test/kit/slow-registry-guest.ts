/** Passes the registry's answers on at a trickle until a file says otherwise: `node slow-registry-guest.mjs PORT FILE`. */
import { existsSync } from 'node:fs';
import { connect, createServer } from 'node:net';

const [port = '', file = ''] = process.argv.slice(2);
const REGISTRY_PORT = 5_000;
/** Enough for manifests at once and a database's layer in minutes. */
const CHUNK_BYTES = 65_536;
const PAUSE_MS = 100;

const server = createServer((client) => {
  const registry = connect(REGISTRY_PORT, '127.0.0.1');
  client.pipe(registry);
  registry.on('readable', () => pass());
  let isWaiting = false;
  const pass = (): void => {
    if (isWaiting) return;
    const chunk: unknown = existsSync(file) ? registry.read() : (registry.read(CHUNK_BYTES) ?? registry.read());
    if (!(chunk instanceof Buffer)) return;
    isWaiting = true;
    client.write(chunk, () => {
      const next = (): void => {
        isWaiting = false;
        pass();
      };
      if (existsSync(file)) next();
      else setTimeout(next, PAUSE_MS);
    });
  };
  for (const [one, other] of [
    [client, registry],
    [registry, client],
  ] as const) {
    one.on('error', () => other.destroy());
    one.on('close', () => other.destroy());
  }
});
server.listen(Number(port), '127.0.0.1', () => process.stdout.write('listens\n'));
