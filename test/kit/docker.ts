/** A real dockerd of our own, in namespaces of its own, with a registry on its loopback; Debian's docker.io. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { imageStore } from './docker-images.ts';
import { until } from './wait.ts';

/** Debian's packages that this kit runs. */
const PROGRAMS = new Map([
  ['dockerd', 'docker.io'],
  ['containerd', 'docker.io'],
  ['iptables', 'iptables'],
  ['mmdebstrap', 'mmdebstrap'],
  ['docker-registry', 'docker-registry'],
  ['unshare', 'util-linux'],
  ['nsenter', 'util-linux'],
  ['ip', 'iproute2'],
]);

/** The registry that stands in for Docker Hub, and one that asks for credentials. */
const MIRROR_PORT = 5_000;
export const REGISTRY = `127.0.0.1:${MIRROR_PORT}`;
export const CLOSED_REGISTRY = '127.0.0.1:5001';

export interface Dockerd {
  /** For `DOCKER_HOST`. */
  host: string;
  socket: string;
  /** Prefix of a command that is to reach published ports. */
  enter: string[];
  /** One request of the Engine API; JSON where there is any. */
  api: <T>(method: string, path: string, body?: unknown) => Promise<{ status: number; body: T }>;
  /** As a power cut would: dockerd and all containers at once. */
  kill: () => Promise<void>;
  /** On the same data, after a kill. */
  start: () => Promise<void>;
  /** dockerd alone, as a crash of it does: containers go on. */
  crash: () => Promise<void>;
  /** In the same namespaces, after a crash. */
  revive: () => Promise<void>;
  close: () => Promise<void>;
  /** What dockerd has said so far, for a failure. */
  log: () => string;
}

export interface DockerdOptions {
  /** The data lie on a disk of this many MiB. */
  diskMiB?: number;
}

/** Why there can be no dockerd here, or undefined. */
export function dockerMissing(): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux';
  if (process.geteuid?.() !== 0) return 'needs root, for a dockerd of its own';
  const folders = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'];
  const missing = [...PROGRAMS].filter(([name]) => !folders.some((folder) => existsSync(join(folder, name))));
  const packages = new Set(missing.map(([, name]) => name));
  return packages.size === 0 ? undefined : `needs ${[...packages].join(', ')}`;
}

const SETUP = String.raw`
set -e
mount --make-rprivate /
mount -t tmpfs tmpfs /run
mkdir -p "$DATA"
[ -z "$DISK" ] || mount -t tmpfs -o "size=${'$'}{DISK}m" tmpfs "$DATA"
ip link set lo up
docker-registry serve "$KIT/mirror.yml" >/dev/null 2>&1 &
docker-registry serve "$KIT/closed.yml" >/dev/null 2>&1 &
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
while :; do
  rm -f "$KIT/revive"
  dockerd --data-root "$DATA" --exec-root /run/docker --pidfile /run/docker.pid -H "unix://$KIT/docker.sock" \
    --registry-mirror=http://127.0.0.1:5000 --shutdown-timeout 2 &
  echo $! > "$KIT/dockerd.pid"
  wait $! || true
  [ -e "$KIT/crashed" ] || exit 1
  until [ -e "$KIT/revive" ]; do sleep 0.1; done
done
`;

/** Starts one; its images come from the registry when they are pulled. The caller closes it. */
export async function startDockerd({ diskMiB }: DockerdOptions = {}): Promise<Dockerd> {
  const store = await imageStore();
  const kit = await mkdtemp(join(tmpdir(), 'mogoly-docker-'));
  const data = join(kit, 'data');
  const socket = join(kit, 'docker.sock');
  await mkdir(data);
  await writeFile(join(kit, 'mirror.yml'), registryConfig(store, MIRROR_PORT));
  await writeFile(
    join(kit, 'closed.yml'),
    `${registryConfig(store, 5_001)}auth: { htpasswd: { realm: kit, path: ${join(kit, 'htpasswd')} } }\n`,
  );
  let child: ChildProcess | undefined;
  let log = '';
  const dockerd: Dockerd = {
    host: `unix://${socket}`,
    socket,
    enter: [],
    log: () => log,
    api: (method, path, body) => ask(socket, method, path, body),
    async start() {
      const env = { ...process.env, KIT: kit, DATA: data, DISK: diskMiB === undefined ? '' : String(diskMiB) };
      const flags = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
      child = spawn('unshare', [...flags, 'bash', '-c', SETUP], { env, stdio: ['ignore', 'pipe', 'pipe'] });
      for (const stream of [child.stdout, child.stderr])
        stream?.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-20_000)));
      const started = child;
      await until(
        () => started.exitCode !== null || ask(socket, 'GET', '/_ping').then(({ status }) => status === 200),
        { timeoutMs: 60_000, intervalMs: 100, message: 'dockerd' },
      ).catch((error: unknown) => Promise.reject(new Error(`${String(error)}\n${log}`)));
      if (started.exitCode !== null) throw new Error(`dockerd did not start:\n${log}`);
      const inner = readFileSync(`/proc/${started.pid}/task/${started.pid}/children`, 'utf8').trim();
      dockerd.enter.splice(0, Infinity, 'nsenter', '-t', inner, '--net');
    },
    async crash() {
      await writeFile(join(kit, 'crashed'), '');
      const pid = readFileSync(join(kit, 'dockerd.pid'), 'utf8').trim();
      const target = ['-t', dockerd.enter[2]!, '--pid', '--mount'];
      await promisify(execFile)('nsenter', [...target, 'kill', '-9', pid]);
      await until(() => isSilent(socket), { timeoutMs: 20_000, message: 'the end of dockerd' });
    },
    async revive() {
      await writeFile(join(kit, 'revive'), '');
      await until(() => ask(socket, 'GET', '/_ping').then(({ status }) => status === 200), {
        ...{ timeoutMs: 60_000, intervalMs: 100, message: 'dockerd again' },
      }).catch((error: unknown) => Promise.reject(new Error(`${String(error)}\n${log}`)));
    },
    async kill() {
      const running = child;
      if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
      const ended = new Promise<void>((resolve) => running.once('exit', () => resolve()));
      running.kill('SIGKILL');
      await ended;
      await rm(socket, { force: true });
    },
    async close() {
      await dockerd.kill();
      // Mounts of the dead namespace go a moment after its last process.
      await until(() => rm(kit, { recursive: true, force: true }).then(() => true), { timeoutMs: 20_000 });
    },
  };
  await dockerd.start();
  return dockerd;
}

const isSilent = (socket: string): Promise<boolean> =>
  ask(socket, 'GET', '/_ping').then(
    () => false,
    () => true,
  );

const registryConfig = (store: string, port: number): string =>
  `version: 0.1\nlog: { level: error }\nstorage: { filesystem: { rootdirectory: ${store} } }\nhttp: { addr: "127.0.0.1:${port}" }\n`;

function ask<T>(
  socketPath: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: T }> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? '' : JSON.stringify(body);
    const headers =
      text === '' ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
    const sent = request({ socketPath, method, path, headers, timeout: 60_000, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const answer = Buffer.concat(chunks).toString('utf8');
        const isJson = response.headers['content-type']?.includes('json') && answer !== '';
        try {
          resolve({ status: response.statusCode ?? 0, body: (isJson ? JSON.parse(answer) : answer) as T });
        } catch {
          resolve({ status: response.statusCode ?? 0, body: answer as T }); // a stream of JSON lines
        }
      });
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.on('timeout', () => sent.destroy(new Error(`no answer to ${path}`)));
    sent.end(text);
  });
}

/** Runs a command inside the namespace of published ports; rejects unless it ends with 0. */
export function runInside({ enter }: Dockerd, args: string[]): Promise<string> {
  const [command, ...rest] = [...enter, ...args];
  return new Promise((resolve, reject) => {
    execFile(command!, rest, { timeout: 60_000, maxBuffer: 8 << 20 }, (error, stdout, stderr) =>
      error === null ? resolve(stdout) : reject(new Error(`${args.join(' ')}: ${stderr}${stdout}${error.message}`)),
    );
  });
}
