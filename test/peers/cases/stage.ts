/** The four proxies on the same sites, each before a backend of its own. */
import { writeFile, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConfigFile } from '../../../shared/config.ts';
import { cli } from '../../kit/cli.ts';
import { startEngine } from '../../kit/engine.ts';
import { freePort } from '../../kit/free-port.ts';
import { runPeer, type PeerName } from '../../kit/peer-proxy.ts';
import { startRecordingBackend } from '../../kit/recording-backend.ts';
import { failingHost, HOST, type Proxy } from './case.ts';
import { SCRIPTS } from './scripts.ts';

export interface Stage {
  proxies: Proxy[];
  close: () => Promise<void>;
}

/** Sites: one backend · one of two is down · one of two takes the request and hangs up · all are down. */
function configOf(port: number, good: number, dropping: number, dead: number): ConfigFile {
  const at = (backend: number) => ({ url: `http://127.0.0.1:${backend}` });
  const common = { host_header: 'original' as const, health_check: { enabled: false } };
  return {
    listen: { http: `127.0.0.1:${port}`, https: 'off', dns: 'off' },
    server: [
      { name: HOST, ...common, balance: [at(good)] },
      ...['half.test', 'half-post.test'].map((name) => ({ name, ...common, balance: [at(dead), at(good)] })),
      ...['drops.test', 'drops-post.test'].map((name) => ({ name, ...common, balance: [at(dropping), at(good)] })),
      ...Object.keys(SCRIPTS).map((script) => ({ name: failingHost(script), ...common, balance: [at(good)] })),
      { name: 'down.test', ...common, balance: [at(dead)] },
    ],
  };
}

/** Takes a request and closes without a word. */
async function startDropping(): Promise<{ port: number; close: () => void }> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined).once('data', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, close: () => server.close() };
}

export async function setStage(peers: readonly PeerName[]): Promise<Stage> {
  const undo: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    // Each backend before its proxy, which would wait for it.
    for (const step of undo.splice(0)) await step();
  };
  try {
    const dropping = await startDropping();
    undo.push(dropping.close);
    const dead = await freePort();
    const proxies: Proxy[] = [];
    for (const name of ['ours', ...peers] as const) {
      const backend = await startRecordingBackend(SCRIPTS);
      undo.push(backend.close);
      const port = name === 'ours' ? 0 : await freePort();
      const config = configOf(port, backend.port, dropping.port, dead);
      const started = name === 'ours' ? await startEngine(config) : await startExported(name, config, port);
      undo.push(started.close);
      proxies.push({ name, port: started.port, backend });
    }
    return { proxies, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Runs on what `mogoly export` writes for it. */
async function startExported(
  name: PeerName,
  config: ConfigFile,
  port: number,
): Promise<{ port: number; close: () => Promise<void> }> {
  const home = await mkdtemp(join(tmpdir(), 'mogoly-cases-'));
  const file = join(home, 'mogoly.json');
  await writeFile(file, JSON.stringify(config));
  const { out } = await cli(home, ['export', file, '--to', name, '--json']);
  await rm(home, { recursive: true });
  const { text } = JSON.parse(out) as { text: string };
  return { port, close: await runPeer(name, text, port) };
}
