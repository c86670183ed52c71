/** Our own containers, by their labels: what they are, and what they were made from. */
import type { ContainerInspectInfo } from 'dockerode';
import { serviceType, type ServiceType } from '../../../shared/service-config.ts';
import { kindOf, type Credentials } from './catalogue.ts';
import type { Client } from './docker.ts';
import { statusOf } from './docker-problem.ts';
import { parseRecord, type SpecRecord } from './spec.ts';

/** Labels of everything that is made here. */
export const LABEL_HOME = 'mogoly.home';
export const LABEL_SERVICE = 'mogoly.service';
export const LABEL_TYPE = 'mogoly.type';
export const LABEL_SPEC = 'mogoly.spec';
/** The container that waits while its successor is tried. */
export const LABEL_FORMER_SUFFIX = '-former';

export interface OwnContainer {
  id: string;
  service: string;
  type: ServiceType;
  containerName: string;
  image: string;
  isRunning: boolean;
  /** It ends again and again, and Docker starts it again and again. */
  isRestarting: boolean;
  exitCode: number;
  restartCount: number;
  /** Of the image's own health check. */
  health: string | undefined;
  startedAt: number | undefined;
  /** By `5432/tcp`. */
  ports: Map<string, number>;
  port: number | undefined;
  volumes: string[];
  network: string;
  record: SpecRecord | undefined;
  environment: { name: string; value: string }[];
}

export async function listOwn(client: Client, home: string): Promise<OwnContainer[]> {
  const found = await client.listContainers({ all: true, filters: { label: [`${LABEL_HOME}=${home}`] } });
  const inspected = await Promise.all(found.map(({ Id }) => inspect(client, Id)));
  return inspected.filter((container) => container !== undefined).filter(isInUse);
}

const isInUse = ({ containerName }: OwnContainer): boolean => !containerName.endsWith(LABEL_FORMER_SUFFIX);

/** Undefined for one that is gone meanwhile. */
export async function inspect(client: Client, id: string): Promise<OwnContainer | undefined> {
  try {
    return fromInspect(await client.getContainer(id).inspect());
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

export function fromInspect(info: ContainerInspectInfo): OwnContainer | undefined {
  const labels = info.Config.Labels;
  const service = labels[LABEL_SERVICE];
  if (service === undefined) return undefined;
  const type = serviceType(labels[LABEL_TYPE]) ?? 'custom';
  const ports = portsOf(info);
  const main = kindOf(type).port;
  const { State: state } = info;
  return {
    id: info.Id,
    service,
    type,
    containerName: info.Name.replace(/^\//, ''),
    image: info.Config.Image,
    isRunning: state.Running && !state.Restarting,
    isRestarting: state.Restarting,
    exitCode: state.ExitCode,
    restartCount: (info as { RestartCount?: number }).RestartCount ?? 0,
    health: state.Health?.Status,
    startedAt: state.Running ? Date.parse(state.StartedAt) : undefined,
    ports,
    port: main === undefined ? [...ports.values()][0] : ports.get(`${main}/tcp`),
    volumes: info.Mounts.map(({ Name, Source }) => Name ?? Source),
    network: info.HostConfig.NetworkMode ?? '',
    record: parseRecord(labels[LABEL_SPEC]),
    environment: ((info.Config.Env as string[] | null) ?? []).map((entry) => {
      const at = entry.indexOf('=');
      return { name: entry.slice(0, at), value: entry.slice(at + 1) };
    }),
  };
}

/** As asked for, so that a stopped one has them too. */
function portsOf({ HostConfig }: ContainerInspectInfo): Map<string, number> {
  const bindings = Object.entries((HostConfig.PortBindings ?? {}) as Record<string, { HostPort?: string }[] | null>);
  return new Map(
    bindings.flatMap(([container, list]) => {
      const port = Number(list?.[0]?.HostPort);
      return port > 0 ? [[container, port] as const] : [];
    }),
  );
}

/** What its data were made with, as its environment has it: the last resort where the kept ones cannot be read. */
export function credentialsOf(container: OwnContainer): Credentials {
  const { record, environment } = container;
  const value = (suffix: RegExp): string | undefined => environment.find(({ name }) => suffix.test(name))?.value;
  return {
    username: record?.username,
    database: record?.database,
    password: value(/^(POSTGRES|MYSQL|MARIADB)_PASSWORD$|^MONGO_INITDB_ROOT_PASSWORD$/),
  };
}
