/** Makes the container of a service with its network and volumes; every step leaves its undo. */
import type { ContainerCreateOptions } from 'dockerode';
import { failure, problem, success, type Problem, type Result } from '../../../shared/problem.ts';
import { kindOf, type Credentials } from './catalogue.ts';
import { LABEL_HOME, LABEL_SERVICE, LABEL_SPEC, LABEL_TYPE } from './containers.ts';
import type { Client } from './docker.ts';
import { dockerProblem, statusOf } from './docker-problem.ts';
import { isFolder, recordOf, type PortSpec, type ServiceSpec, type VolumeSpec } from './spec.ts';

export interface BuildDeps {
  client: Client;
  /** Id of the home folder, for the labels. */
  home: string;
  /** A port of 127.0.0.1 that nobody listens on: the wanted one, or one near it. */
  freePort: (wanted: number, taken: ReadonlySet<number>) => Promise<number>;
  /** Taken back, last first, when anything fails later. */
  undo: { push: (step: () => Promise<unknown>) => void };
}

export interface Built {
  id: string;
  ports: Map<string, number>;
}

/** A port may be taken between the look and the bind. */
const PORT_TRIES = 5;

export const containerName = (home: string, service: string): string => `mogoly-${service}-${home.slice(0, 6)}`;
export const networkName = (home: string): string => `mogoly-${home.slice(0, 6)}`;

/** Made and started. `ports`: those it had before. Errors: those of docker-problem.ts, SERVICE_NAME_TAKEN. */
export async function buildContainer(
  deps: BuildDeps,
  spec: ServiceSpec,
  credentials: Credentials,
  before: ReadonlyMap<string, number> = new Map(),
): Promise<Result<Built>> {
  const { client, home, undo } = deps;
  const attempt = { service: spec.name, image: spec.image };
  try {
    const network = await ensureNetwork(deps);
    for (const volume of spec.volumes) await ensureVolume(deps, spec.name, volume);
    const taken = new Set<number>();
    for (let tries = 1; ; tries += 1) {
      const ports = await choosePorts(deps, spec, before, taken);
      const options = optionsOf(spec, credentials, { home, network, ports });
      const container = await client.createContainer(options);
      const remove = () => container.remove({ force: true, v: true }).catch(unlessGone);
      undo.push(remove);
      try {
        await container.start();
        return success({ id: container.id, ports });
      } catch (error) {
        await remove();
        const failed = dockerProblem(error, { ...attempt, port: firstPort(ports) });
        if (failed.code !== 'SERVICE_PORT_TAKEN' || isFixed(spec) || tries === PORT_TRIES) return failure(failed);
        for (const port of ports.values()) taken.add(port);
      }
    }
  } catch (error) {
    return failure(statusOf(error) === 409 ? nameTaken(spec.name, home) : dockerProblem(error, attempt));
  }
}

function unlessGone(error: unknown): void {
  if (statusOf(error) !== 404) throw error;
}

const nameTaken = (service: string, home: string): Problem =>
  problem('SERVICE_NAME_TAKEN', `There is a container ${containerName(home, service)} already.`, {
    fix: 'Remove it with `docker rm`, or give the service another name.',
  });

const firstPort = (ports: Map<string, number>): number | undefined => [...ports.values()][0];
const isFixed = ({ ports }: ServiceSpec): boolean => ports.every(({ host }) => host !== undefined);

/** All services of a home see one another by their names. */
async function ensureNetwork({ client, home, undo }: BuildDeps): Promise<string> {
  const name = networkName(home);
  const known = await client.listNetworks({ filters: { label: [`${LABEL_HOME}=${home}`] } });
  if (known.some(({ Name }) => Name === name)) return name;
  const network = await client.createNetwork({
    Name: name,
    Driver: 'bridge',
    CheckDuplicate: true,
    Labels: { [LABEL_HOME]: home },
  });
  undo.push(() => network.remove());
  return name;
}

/** One that is there keeps its data, and is not taken back. */
async function ensureVolume({ client, home, undo }: BuildDeps, service: string, volume: VolumeSpec): Promise<void> {
  if (isFolder(volume)) return;
  try {
    await client.getVolume(volume.name).inspect();
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
    await client.createVolume({
      Name: volume.name,
      Driver: volume.driver ?? 'local',
      DriverOpts: volume.driverOptions ?? {},
      Labels: { [LABEL_HOME]: home, [LABEL_SERVICE]: service },
    });
    undo.push(() => client.getVolume(volume.name).remove());
  }
}

/** Named ones as they are; the others keep what they had, or take the usual number or one near it. */
async function choosePorts(
  { freePort }: BuildDeps,
  spec: ServiceSpec,
  before: ReadonlyMap<string, number>,
  taken: Set<number>,
): Promise<Map<string, number>> {
  const chosen = new Map<string, number>();
  // Its name of its own listens there.
  if (spec.domain?.port !== undefined) taken.add(spec.domain.port);
  for (const port of spec.ports) {
    const number = port.host ?? (await freePort(wantedPort(spec, port, before), taken));
    taken.add(number);
    chosen.set(port.container, number);
  }
  return chosen;
}

/** A name of its own listens on the usual port, so that the container must not. */
function wantedPort({ domain }: ServiceSpec, { container }: PortSpec, before: ReadonlyMap<string, number>): number {
  const usual = Number(container.split('/')[0]);
  return before.get(container) ?? (domain === undefined ? usual : Math.min(usual + 10_000, 60_000));
}

interface Around {
  home: string;
  network: string;
  ports: Map<string, number>;
}

function optionsOf(
  spec: ServiceSpec,
  credentials: Credentials,
  { home, network, ports }: Around,
): ContainerCreateOptions {
  const kind = kindOf(spec.type);
  const environment = { ...kind.environment(credentials), ...spec.variables };
  const command = kind.command(credentials);
  return {
    name: containerName(home, spec.name),
    Image: spec.image,
    Env: Object.entries(environment).map(([name, value]) => `${name}=${value}`),
    ...(command === undefined ? {} : { Cmd: command }),
    Labels: {
      [LABEL_HOME]: home,
      [LABEL_SERVICE]: spec.name,
      [LABEL_TYPE]: spec.type,
      [LABEL_SPEC]: JSON.stringify(recordOf(spec)),
    },
    ExposedPorts: Object.fromEntries(spec.ports.map(({ container }) => [container, {}])),
    HostConfig: {
      PortBindings: Object.fromEntries(
        [...ports].map(([container, port]) => [container, [{ HostIp: '127.0.0.1', HostPort: String(port) }]]),
      ),
      Binds: spec.volumes.map(({ name, path, isReadOnly }) => `${name}:${path}${isReadOnly ? ':ro' : ''}`),
      RestartPolicy: { Name: 'unless-stopped' },
      NetworkMode: network,
    },
    NetworkingConfig: { EndpointsConfig: { [network]: { Aliases: [spec.name] } } },
  };
}

/** Goes with the last service of a home. */
export async function removeUnusedNetwork(client: Client, home: string): Promise<void> {
  const own = await client.listContainers({ all: true, filters: { label: [`${LABEL_HOME}=${home}`] } });
  if (own.length > 0) return;
  for (const { Id } of await client.listNetworks({ filters: { label: [`${LABEL_HOME}=${home}`] } }))
    // Somebody's own container may be in it; then it stays.
    await client
      .getNetwork(Id)
      .remove()
      .catch(() => undefined);
}
