/** A throw-away copy of this machine: an overlay of / in fresh net, mount, pid and uts namespaces, with .debs unpacked in it. */
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { rolldown, type Plugin } from 'rolldown';
import { onTestFinished } from 'vitest';
import { until } from './wait.ts';

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

export interface Overlay {
  /** Of the first process inside, as seen from outside. */
  pid: number;
  /** Folder of this machine that is `/run/kit` inside. */
  shared: string;
  /** Runs a script of bash inside; rejects unless it ends with 0. */
  bash: (script: string) => Promise<string>;
  /** Runs a program inside and waits for its end, whatever that is. */
  run: (file: string, args?: string[], input?: string) => Promise<Ran>;
}

/** Where nsenter finds the namespaces; the first process inside is the only child of `unshare`. */
const SETUP = String.raw`
set -e
mount --make-rprivate /
mkdir -p "$KIT/over" && mount -t tmpfs tmpfs "$KIT/over"
mkdir "$KIT/over/up" "$KIT/over/work" "$KIT/over/root"
root="$KIT/over/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$KIT/over/up,workdir=$KIT/over/work" "$root"
mount -t tmpfs tmpfs "$root/run" && mount -t tmpfs tmpfs "$root/tmp" && mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev" && mount --rbind /sys "$root/sys"
mkdir -p "$root/run/dbus" "$root/run/lock" "$root/run/systemd" "$root/run/kit" "$root/old"
mount --bind "$KIT/shared" "$root/run/kit"
for deb in $DEBS; do dpkg-deb --fsys-tarfile "$deb" | tar -x --keep-directory-symlink -C "$root"; done
cd "$root" && pivot_root . old && umount -l /old
hostname "$NAME"
ip link set lo up
touch /run/kit/ready
# The first process takes in the orphans, which sleep alone would not.
sleep infinity &
wait
`;

const call = (file: string, args: string[], input = ''): Promise<Ran> =>
  new Promise((resolve) => {
    const child = execFile(file, args, { timeout: 60_000, maxBuffer: 8 << 20 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : 1, stdout, stderr }),
    );
    child.stdin?.on('error', () => undefined); // it may end before it has read all
    child.stdin?.end(input);
  });

/** Why there can be no overlay here, or undefined. */
export function overlayMissing(): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux';
  if (process.geteuid?.() !== 0) return 'needs root, for namespaces of its own';
  const tools = ['/usr/bin/unshare', '/usr/bin/nsenter', '/usr/bin/dpkg-deb', '/usr/bin/apt-get'];
  const ip = ['/usr/sbin/ip', '/sbin/ip', '/usr/bin/ip'].some((path) => existsSync(path)) ? [] : ['ip (iproute2)'];
  const missing = [...tools.filter((path) => !existsSync(path)), ...ip];
  return missing.length === 0 ? undefined : `needs ${missing.join(', ')}`;
}

/** Fetches the .deb of each package into a cache and gives the paths; rejects with apt's own words. Nothing is installed. */
async function fetchDebs(packages: string[]): Promise<string[]> {
  const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'mogoly', 'debs');
  await mkdir(cache, { recursive: true });
  const find = async (name: string): Promise<string | undefined> =>
    (await readdir(cache)).find((file) => file.startsWith(`${name}_`) && file.endsWith('.deb'));
  const work = await mkdtemp(join(cache, 'get-'));
  try {
    const wanted: string[] = [];
    for (const name of packages) if ((await find(name)) === undefined) wanted.push(name);
    const get = (): Promise<Ran> => call('bash', ['-c', 'cd "$0" && apt-get download "$@"', work, ...wanted]);
    if (wanted.length > 0 && (await get()).code !== 0) {
      await call('apt-get', ['update', '-qq']);
      const { code, stderr } = await get();
      if (code !== 0) throw new Error(`apt-get download ${wanted.join(' ')}: ${stderr.trim()}`);
    }
    for (const file of await readdir(work)) await rename(join(work, file), join(cache, file));
    return (await Promise.all(packages.map(find))).map((file) => join(cache, file ?? ''));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Starts one; it ends with the test. */
export async function startOverlay(name: string, packages: string[] = []): Promise<Overlay> {
  const debs = await fetchDebs(packages);
  const kit = await mkdtemp(join(tmpdir(), 'mogoly-overlay-'));
  const shared = join(kit, 'shared');
  await mkdir(shared);
  const env = { ...process.env, KIT: kit, DEBS: debs.join(' '), NAME: name };
  const flags = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--uts', '--mount-proc'];
  const child = spawn('unshare', [...flags, 'bash', '-c', SETUP], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
    await rm(kit, { recursive: true, force: true });
  });
  await until(() => existsSync(join(shared, 'ready')) || child.exitCode !== null, { message: 'the overlay' });
  if (child.exitCode !== null) throw new Error(`the overlay did not start: ${complaints}`);
  const pid = Number((await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')).trim());
  const enter = ['-t', String(pid), '--net', '--mount', '--pid', '--uts'];
  const run = (file: string, args: string[] = [], input = ''): Promise<Ran> =>
    call('nsenter', [...enter, file, ...args], input);
  return {
    pid,
    shared,
    run,
    async bash(script) {
      const { code, stdout, stderr } = await run('bash', ['-ec', script]);
      if (code !== 0) throw new Error(`${script}\nended with ${code}: ${stderr}${stdout}`);
      return stdout;
    },
  };
}

/** A cable from one to the other: `lan0` on both ends, on a bridge at the first; addresses with their prefix length. */
export async function connect(one: Overlay, other: Overlay, addresses: [string[], string[]]): Promise<void> {
  await one.bash('ip link add lan0 type bridge && ip link set lan0 up && ip link add port0 type veth peer name lan1');
  await call('nsenter', ['-t', String(one.pid), '--net', 'ip', 'link', 'set', 'lan1', 'netns', String(other.pid)]);
  const give = (link: string, list: string[]): string =>
    list.map((address) => `ip addr add ${address} dev ${link} ${address.includes(':') ? 'nodad' : ''}`).join('\n');
  await one.bash(`ip link set port0 master lan0 && ip link set port0 up\n${give('lan0', addresses[0])}`);
  await other.bash(`ip link set lan1 name lan0 && ip link set lan0 up\n${give('lan0', addresses[1])}`);
}

/** Bundles a TypeScript program for `node` inside; gives its path inside. */
export async function bundleInto(overlay: Overlay, source: string, name: string): Promise<string> {
  await bundleTo(overlay.shared, source, name);
  return `/run/kit/${name}.mjs`;
}

/** Bundles a TypeScript program for `node` into a folder, as the product is bundled. */
export async function bundleTo(folder: string, source: string, name: string): Promise<string> {
  const { leaveOut } = (await import(new URL('../../build/leave-out.mjs', import.meta.url).href)) as {
    leaveOut: () => Plugin;
  };
  const bundle = await rolldown({ input: source, platform: 'node', logLevel: 'silent', plugins: [leaveOut()] });
  await bundle.write({ dir: folder, format: 'esm', entryFileNames: `${name}.mjs` });
  await bundle.close();
  return join(folder, `${name}.mjs`);
}
