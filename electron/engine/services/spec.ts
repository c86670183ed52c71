/** From an entry of the config to what its container is to be. Pure. */
import { createHash } from 'node:crypto';
import { domainOf, serviceType, type ServiceConfig, type ServiceType } from '../../../shared/service-config.ts';
import { kindOf } from './catalogue.ts';

export interface PortSpec {
  /** As in `5432/tcp`. */
  container: string;
  /** Of this machine; a free one unless given. */
  host?: number;
}

export interface VolumeSpec {
  /** A volume of Docker, or an absolute folder of this machine. */
  name: string;
  path: string;
  isReadOnly: boolean;
  driver?: string;
  driverOptions?: Record<string, string>;
}

export interface ServiceSpec {
  name: string;
  type: ServiceType;
  image: string;
  username?: string;
  database?: string;
  /** As written in the config; a generated one is not part of the spec. */
  password?: string;
  variables: Record<string, string>;
  ports: PortSpec[];
  volumes: VolumeSpec[];
  domain?: { name: string; port?: number; allowedCidrs: string[] };
}

/** Kept in a label of the container, so that a difference can be told key by key; secrets as digests. */
export interface SpecRecord {
  image: string;
  username?: string;
  database?: string;
  password?: string;
  variables: Record<string, string>;
  ports: string[];
  volumes: string[];
}

/** `volumePrefix`: what names a volume that the config does not name. */
export function specOf(config: ServiceConfig, volumePrefix: string): ServiceSpec {
  const type = serviceType(config.type) ?? 'custom';
  const kind = kindOf(type);
  const spec: ServiceSpec = {
    name: config.name,
    type,
    image: imageOf(config, kind.image, kind.version),
    variables: config.variables ?? {},
    ports: portsOf(config, kind.port),
    volumes: volumesOf(config, kind.dataPath, volumePrefix),
  };
  const username = config.username ?? kind.defaultUser;
  if (kind.hasUser && username !== undefined) spec.username = username;
  if (kind.hasDatabase) spec.database = config.database_name ?? databaseName(config.name);
  if (config.password !== undefined) spec.password = config.password;
  const domain = domainSpec(config);
  if (domain !== undefined) spec.domain = domain;
  return spec;
}

/** Names of databases take no dash without quotes. */
const databaseName = (name: string): string => name.replace(/[^A-Za-z0-9_]/g, '_');

function imageOf(config: ServiceConfig, usual: string, usualVersion: string): string {
  const image = config.image ?? usual;
  const last = image.slice(image.lastIndexOf('/') + 1);
  if (/[:@]/.test(last)) return image;
  return `${image}:${config.use_latest_version === true ? 'latest' : (config.version ?? usualVersion)}`;
}

function portsOf({ exposed_ports }: ServiceConfig, usual: number | undefined): PortSpec[] {
  const ports = (exposed_ports ?? []).map(parsePort);
  const main = usual === undefined ? undefined : `${usual}/tcp`;
  if (main !== undefined && !ports.some(({ container }) => container === main)) ports.unshift({ container: main });
  return ports;
}

/** The schema has refused other forms: `[127.0.0.1:][host:]container[/protocol]`. */
export function parsePort(entry: string | number): PortSpec {
  const [ports = '', protocol = 'tcp'] = String(entry).split('/');
  const [container = '', host] = ports.split(':').reverse();
  return { container: `${container}/${protocol}`, ...(host === undefined ? {} : { host: Number(host) }) };
}

function volumesOf(config: ServiceConfig, dataPath: string | undefined, prefix: string): VolumeSpec[] {
  const volumes = (config.volumes ?? []).map(
    ({ name, container_path, read_only, driver, driver_opts }): VolumeSpec => ({
      name,
      path: container_path,
      isReadOnly: read_only === true,
      ...(driver === undefined ? {} : { driver }),
      ...(driver_opts === undefined ? {} : { driverOptions: driver_opts }),
    }),
  );
  const covers = ({ path }: VolumeSpec): boolean => dataPath === path || dataPath?.startsWith(`${path}/`) === true;
  if (dataPath !== undefined && !volumes.some(covers))
    volumes.push({ name: `${prefix}-data`, path: dataPath, isReadOnly: false });
  return volumes;
}

export const isFolder = ({ name }: Pick<VolumeSpec, 'name'>): boolean => /^([/\\~]|[A-Za-z]:[/\\])/.test(name);

function domainSpec(config: ServiceConfig): ServiceSpec['domain'] {
  const name = domainOf(config);
  if (name === undefined) return undefined;
  const written = typeof config.domain === 'object' ? config.domain : undefined;
  const port = /^\d{1,5}$/.test(written?.entrypoint ?? '') ? Number(written?.entrypoint) : undefined;
  return { name, ...(port === undefined ? {} : { port }), allowedCidrs: written?.allowed_cidrs ?? [] };
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

export function recordOf(spec: ServiceSpec): SpecRecord {
  const { image, username, database, password, variables, ports, volumes } = spec;
  return {
    image,
    ...(username === undefined ? {} : { username }),
    ...(database === undefined ? {} : { database }),
    ...(password === undefined ? {} : { password: digest(password) }),
    variables: Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, digest(value)])),
    ports: ports.map(({ container, host }) => (host === undefined ? container : `${host}:${container}`)),
    volumes: volumes.map(({ name, path, isReadOnly }) => `${name}:${path}${isReadOnly ? ':ro' : ''}`),
  };
}

/** Undefined for a label that a later version, or a hand, has written. */
export function parseRecord(text: string | undefined): SpecRecord | undefined {
  try {
    const value = JSON.parse(text ?? '') as SpecRecord;
    const isWhole = typeof value.image === 'string' && Array.isArray(value.ports) && Array.isArray(value.volumes);
    return isWhole && typeof value.variables === 'object' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** What is pulled for an image: Docker Hub's through the mirror, those of other registries as they are. */
export function pullReference(image: string, mirror: string | undefined): string {
  // A digest cannot be given to another name afterwards.
  if (mirror === undefined || !isOfHub(image) || image.includes('@')) return image;
  const host = mirror.replace(/^https?:\/\//, '').replace(/\/+$/, '');
  return `${host}/${image.includes('/') ? image : `library/${image}`}`;
}

/** The first part names a registry when it has a dot or a port, or is localhost. */
function isOfHub(image: string): boolean {
  const [first = ''] = image.split('/');
  return !image.includes('/') || !(/[.:]/.test(first) || first === 'localhost');
}
