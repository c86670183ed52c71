/** Another proxy on a config text of its own, run in the foreground until the test is over, or until it is stopped. */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { connects } from './wait-port.ts';
import { until } from './wait.ts';

export type PeerName = 'caddy' | 'nginx' | 'haproxy';

/** Workers of root's nginx are nobody's, who cannot read a temporary home. */
const AS_ROOT = process.getuid?.() === 0 ? ' user root;' : '';

/** Config file, and how it is started on it. */
const STARTS: Record<PeerName, { file: string; args: (file: string, folder: string) => string[] }> = {
  caddy: { file: 'Caddyfile', args: (file) => ['run', '--config', file, '--adapter', 'caddyfile'] },
  nginx: {
    file: 'nginx.conf',
    args: (file, folder) => [
      '-p',
      folder,
      '-c',
      file,
      '-e',
      'stderr',
      '-g',
      `daemon off; pid ${folder}/nginx.pid;${AS_ROOT}`,
    ],
  },
  haproxy: { file: 'haproxy.cfg', args: (file) => ['-db', '-f', file] },
};

/** As runPeer, until the test is over. */
export async function startPeer(...given: Parameters<typeof runPeer>): Promise<void> {
  onTestFinished(await runPeer(...given));
}

/**
 * Resolves once it accepts connections on `port`, with what stops it; rejects with what it said when it ends before.
 * `files`: beside the config, by name.
 */
export async function runPeer(
  name: PeerName,
  text: string,
  port: number,
  files: Record<string, string> = {},
): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), `mogoly-${name}-`));
  const { file, args } = STARTS[name];
  const path = join(folder, file);
  await writeFile(path, text);
  for (const [other, content] of Object.entries(files)) {
    await mkdir(join(folder, other, '..'), { recursive: true });
    await writeFile(join(folder, other), content);
  }
  // Caddy keeps its state in the home folder.
  const env = { ...process.env, HOME: folder, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` };
  const child = spawn(name, args(path, folder), { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  await until(
    async () => {
      if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}: ${said.slice(-1_500)}`);
      return connects(port);
    },
    { message: `${name} to listen` },
  ).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return stop;
}
