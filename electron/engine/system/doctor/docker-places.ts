/** Where Docker may answer: DOCKER_HOST, the context in use, the usual sockets, and Podman's. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { NetConnectOpts } from 'node:net';
import { join, posix } from 'node:path';
import { z } from 'zod';
import type { DoctorDeps } from './check.ts';

export interface DockerPlace {
  /** As in `unix:///var/run/docker.sock`. */
  host: string;
  /** Undefined for one that is not on this machine, or no address. */
  connect: NetConnectOpts | undefined;
  /** Named by the user, so the only one tried. */
  isNamed: boolean;
}

type Deps = Pick<DoctorDeps, 'env' | 'platform' | 'userHome' | 'fsRoot'>;

const current = z.object({ currentContext: z.string().optional() });
const meta = z.object({ Endpoints: z.object({ docker: z.object({ Host: z.string() }) }) });

export async function dockerPlaces(deps: Deps): Promise<DockerPlace[]> {
  const named = deps.env['DOCKER_HOST'] || (await contextHost(deps));
  return named ? [placeOf(named, true)] : usual(deps).map((host) => placeOf(host, false));
}

function placeOf(host: string, isNamed: boolean): DockerPlace {
  if (host.startsWith('unix://')) return { host, connect: { path: host.slice(7) }, isNamed };
  if (host.startsWith('npipe://')) return { host, connect: { path: host.slice(6).replaceAll('/', '\\') }, isNamed };
  const [, name, port] = /^(?:tcp|http):\/\/(localhost|127\.[\d.]+|\[::1\]):(\d+)/.exec(host) ?? [];
  const connect = name === undefined ? undefined : { host: name.replace(/[[\]]/g, ''), port: Number(port) };
  return { host, connect, isNamed };
}

function usual({ env, platform, userHome, fsRoot }: Deps): string[] {
  if (platform === 'win32') return ['npipe:////./pipe/docker_engine', 'npipe:////./pipe/podman-machine-default'];
  const runtime = env['XDG_RUNTIME_DIR'];
  const ofUser = ['.docker/run', '.docker/desktop', '.colima/default', '.rd', '.orbstack/run'];
  return [
    posix.join(fsRoot, 'var/run/docker.sock'),
    ...ofUser.map((folder) => join(userHome, folder, 'docker.sock')),
    ...(runtime ? [join(runtime, 'docker.sock'), join(runtime, 'podman/podman.sock')] : []),
    posix.join(fsRoot, 'run/podman/podman.sock'),
    join(userHome, '.local/share/containers/podman/machine/podman.sock'),
  ].map((path) => `unix://${path}`);
}

/** Of the context in use; the default one means the usual places. */
async function contextHost({ env, userHome }: Deps): Promise<string | undefined> {
  const folder = env['DOCKER_CONFIG'] || join(userHome, '.docker');
  const name = env['DOCKER_CONTEXT'] || (await readJson(join(folder, 'config.json'), current))?.currentContext;
  if (!name || name === 'default') return undefined;
  const id = createHash('sha256').update(name).digest('hex');
  return (await readJson(join(folder, 'contexts/meta', id, 'meta.json'), meta))?.Endpoints.docker.Host;
}

async function readJson<T>(file: string, schema: z.ZodType<T>): Promise<T | undefined> {
  try {
    return schema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return undefined; // Docker's own files; without them the usual places are looked at
  }
}
