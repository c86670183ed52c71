/** Where Docker may answer: DOCKER_HOST, the context in use, the usual sockets, and Podman's. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { failure, problem, success, type Problem, type Result } from '../../../shared/problem.ts';

/** One place to try. */
export interface Endpoint {
  /** As in `unix:///var/run/docker.sock`. */
  host: string;
  /** Unix socket or named pipe … */
  socketPath?: string;
  /** … or a port of this machine. */
  tcp?: { host: string; port: number };
  /** Who named it: `config`, `DOCKER_HOST`, `context`, `usual`, `podman`. */
  source: string;
}

export interface EndpointDeps {
  env: Record<string, string | undefined>;
  platform: NodeJS.Platform;
  userHome: string;
  /** `docker.host` of the config. */
  configured?: string | undefined;
}

/** What is named outright is the only one tried; else the usual places in order. */
export async function findEndpoints(deps: EndpointDeps): Promise<Result<Endpoint[]>> {
  const { env, configured } = deps;
  const named: [string | undefined, string][] = [
    [configured, 'config'],
    [env['DOCKER_HOST'], 'DOCKER_HOST'],
    [await contextHost(deps), 'context'],
  ];
  const found = named.find(([host]) => host !== undefined && host !== '');
  if (found === undefined) return success(usualEndpoints(deps));
  const endpoint = parseHost(found[0]!, found[1]);
  return endpoint.ok ? success([endpoint.value]) : endpoint;
}

/** Errors: DOCKER_HOST_INVALID, DOCKER_REMOTE: ports of a Docker elsewhere are not on this machine's loopback. */
export function parseHost(host: string, source: string): Result<Endpoint> {
  if (host.startsWith('unix://')) return success({ host, socketPath: host.slice('unix://'.length), source });
  if (host.startsWith('npipe://')) {
    const socketPath = host.slice('npipe://'.length).replaceAll('/', '\\');
    return success({ host, socketPath, source });
  }
  if (host.startsWith('/')) return success({ host: `unix://${host}`, socketPath: host, source });
  if (host.startsWith('ssh://')) return failure(remote(host, source));
  const url = parseUrl(/^[a-z]+:\/\//i.test(host) ? host : `tcp://${host}`);
  if (url === undefined || !['tcp:', 'http:'].includes(url.protocol)) {
    return failure(
      problem('DOCKER_HOST_INVALID', `"${host}" (${source}) is no address of a Docker.`, {
        fix: 'Write it as unix:///var/run/docker.sock or tcp://127.0.0.1:2375.',
      }),
    );
  }
  const name = url.hostname.replace(/^\[|\]$/g, '');
  if (!['localhost', '::1'].includes(name) && !name.startsWith('127.')) return failure(remote(host, source));
  return success({ host, tcp: { host: name, port: Number(url.port || 2_375) }, source });
}

const remote = (host: string, source: string): Problem =>
  problem('DOCKER_REMOTE', `${host} (${source}) is another machine; services are published on this one's loopback.`, {
    fix: 'Use a Docker of this machine: set docker.host in the config, or choose another context.',
  });

function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

/** The default context means the usual sockets. */
async function contextHost({ env, userHome }: EndpointDeps): Promise<string | undefined> {
  const folder = env['DOCKER_CONFIG'] || join(userHome, '.docker');
  const name = env['DOCKER_CONTEXT'] || (await readJson(join(folder, 'config.json')))?.['currentContext'];
  if (typeof name !== 'string' || name === '' || name === 'default') return undefined;
  const id = createHash('sha256').update(name).digest('hex');
  const meta = await readJson(join(folder, 'contexts', 'meta', id, 'meta.json'));
  const endpoints = meta?.['Endpoints'] as { docker?: { Host?: unknown } } | undefined;
  return typeof endpoints?.docker?.Host === 'string' ? endpoints.docker.Host : undefined;
}

async function readJson(file: string): Promise<Record<string, unknown> | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined; // Docker's own files; without them the usual places are looked at
  }
}

export function usualEndpoints({ env, platform, userHome }: EndpointDeps): Endpoint[] {
  const pipe = (name: string, source: string): Endpoint => ({
    host: `npipe:////./pipe/${name}`,
    socketPath: `\\\\.\\pipe\\${name}`,
    source,
  });
  if (platform === 'win32') return [pipe('docker_engine', 'usual'), pipe('podman-machine-default', 'podman')];
  const unix = (path: string, source = 'usual'): Endpoint => ({ host: `unix://${path}`, socketPath: path, source });
  const ofUser = ['.docker/run', '.docker/desktop', '.colima/default', '.rd', '.orbstack/run', '.lima/docker/sock'];
  const runtime = env['XDG_RUNTIME_DIR'];
  return [
    unix('/var/run/docker.sock'),
    ...ofUser.map((folder) => unix(join(userHome, folder, 'docker.sock'))),
    ...(runtime ? [unix(join(runtime, 'docker.sock')), unix(join(runtime, 'podman/podman.sock'), 'podman')] : []),
    unix('/run/podman/podman.sock', 'podman'),
    unix(join(userHome, '.local/share/containers/podman/machine/podman.sock'), 'podman'),
  ];
}
