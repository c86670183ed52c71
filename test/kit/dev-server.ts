/** Dev servers as a developer runs them: each its own process, in a folder of its own. */
import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FIXTURE = fileURLToPath(new URL('../fixtures/vite-react', import.meta.url));
const MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url));
/** Vite's first start on a busy machine. */
const START_MS = 60_000;

export interface DevServerProcess {
  pid: number;
  port: number;
  folder: string;
  close: () => Promise<void>;
}

/** `vite` by its command line, on the React fixture, in a folder of this name. */
export async function startVite(name: string): Promise<DevServerProcess> {
  const folder = await makeFolder(name);
  await cp(FIXTURE, folder, { recursive: true });
  await symlink(MODULES, join(folder, 'node_modules'), 'dir');
  return start(folder, [join(folder, 'node_modules', '.bin', 'vite'), '--host', '127.0.0.1', '--port', '0']);
}

/** A plain HTTP server of Node, `server.mjs` in a folder of this name, with the given package.json. */
export async function startNodeServer(name: string, packageJson: object = {}): Promise<DevServerProcess> {
  const folder = await makeFolder(name);
  await writeFile(join(folder, 'package.json'), JSON.stringify(packageJson));
  await writeFile(join(folder, 'server.mjs'), SERVER);
  return start(folder, ['server.mjs']);
}

const SERVER = `import { createServer } from 'node:http';
const server = createServer((request, response) => response.end('hello from ' + request.headers.host));
server.listen(0, '127.0.0.1', () => console.log('http://127.0.0.1:' + server.address().port + '/'));
`;

async function makeFolder(name: string): Promise<string> {
  const folder = join(await mkdtemp(join(tmpdir(), 'mogoly-dev-')), name);
  await mkdir(folder);
  return folder;
}

async function start(folder: string, args: string[]): Promise<DevServerProcess> {
  const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0', BROWSER: 'none' };
  const child = spawn(process.execPath, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const close = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
    await rm(join(folder, '..'), { recursive: true, force: true });
  };
  let said = '';
  const port = await new Promise<number>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no dev server within ${START_MS} ms: ${said}`)), START_MS);
    const hear = (chunk: Buffer): void => {
      said += chunk.toString();
      const found = /http:\/\/(?:127\.0\.0\.1|localhost):(\d+)\//.exec(said)?.[1];
      if (found === undefined) return;
      clearTimeout(timer);
      resolve(Number(found));
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('exit', (code) => reject(new Error(`the dev server ended with ${code}: ${said}`)));
  }).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  return { pid: child.pid!, port, folder, close };
}
