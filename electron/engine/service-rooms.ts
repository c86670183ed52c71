/** The services of an engine, and the sites that other containers ask for by their labels. */
import { homedir } from 'node:os';
import { createAddressMatcher } from '../../shared/cidr.ts';
import { siteSchema, type Config, type SiteConfig } from '../../shared/config.ts';
import { normalisePattern } from '../../shared/host.ts';
import { success, failure, problem, type Result } from '../../shared/problem.ts';
import type { Edit } from '../../shared/protocol.ts';
import type { Running } from './apply.ts';
import type { ChangeBase } from './changes.ts';
import { checkServices } from './config/service-rules.ts';
import type { EventBus } from './events.ts';
import type { Keeper } from './keeper.ts';
import { createServices, type Services } from './services/services.ts';
import type { KeyWrapper } from './tls/contexts.ts';
import { readPrivate, writePrivate } from './tls/private-file.ts';

export interface ServiceRoomsOptions {
  home: string;
  env: Record<string, string | undefined>;
  bus: EventBus;
  keyWrapper?: KeyWrapper | undefined;
}

export interface ServiceRooms {
  room: Services;
  /** Changes of the config go through it; called once, before the first start. */
  attach: (keeper: Keeper) => void;
  /** The config with a site for each labelled container. */
  extend: (config: Config) => Config;
  /** The container of such a site, as the last extend() made it. */
  containerOf: (site: string) => string | undefined;
  /** After the swap; nothing waits for it. */
  adopt: (next: Running) => void;
}

/** A container that has just started may not listen yet. */
const LABELLED = { health_check: { interval_when_down: 1 } };

export function createServiceRooms({ home, env, bus, keyWrapper }: ServiceRoomsOptions): ServiceRooms {
  let keeper: Keeper | undefined;
  let containers: ReadonlyMap<string, string> = new Map();
  const bug = (error: unknown): void =>
    bus.emit('log.line', {
      level: 'error',
      event: 'services.bug',
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
  const change = (plan: (base: ChangeBase) => Result<Edit[]>): Promise<Result<unknown>> =>
    keeper === undefined ? Promise.resolve(success(undefined)) : keeper.change(plan, { source: 'services' });
  const room = createServices({
    home,
    env,
    platform: process.platform,
    userHome: env['HOME'] ?? homedir(),
    files: { read: readText, write: (file, text) => writePrivate(file, text, { isDurable: true }) },
    wrapper: keyWrapper,
    matcher: createAddressMatcher,
    report: (name, data) => bus.emit(name, data as never),
    isServing: () => keeper?.serving === true,
    isOfConfig: (host) => keeper?.running !== undefined && hostsOf(keeper.running.config).has(host),
    check: (service) =>
      checkServices([service]).map((found) => ({ ...found, path: ['service', ...(found.path ?? []).slice(2)] })),
    addToConfig: (service) => change((base) => addService(base, service)),
    removeFromConfig: (name) => change((base) => removeService(base, name)),
    labelsChanged: () => void keeper?.recompile('container labels').catch(bug),
    bug,
  });
  return {
    room,
    attach: (made) => void (keeper = made),
    extend(config) {
      const labels = room.labels();
      const hosts = labels.length === 0 ? undefined : hostsOf(config);
      const mapped = labels.filter(({ host, url }) => url !== undefined && hosts?.has(host) !== true);
      containers = new Map(mapped.map(({ host, container }) => [host, container]));
      if (mapped.length === 0) return config;
      const sites = mapped.map(({ host, url }): SiteConfig => siteSchema.parse({ name: host, url, ...LABELLED }));
      return { ...config, server: [...config.server, ...sites] };
    },
    containerOf: (site) => containers.get(site),
    adopt: ({ config, listeners }) => {
      if (listeners.length > 0) room.adopt(config.services, config.docker);
    },
  };
}

/** Names count too: two sites of one name cannot be told apart. */
const hostsOf = ({ server }: Config): Set<string> =>
  new Set(server.flatMap(({ name, hosts }) => [name, ...(hosts ?? [])].map((host) => normalisePattern(host) ?? host)));

/** Private files are read as bytes. */
const readText = async (file: string): Promise<string | undefined> => {
  const bytes = await readPrivate(file);
  return bytes === undefined ? undefined : Buffer.from(bytes, 'latin1').toString('utf8');
};

type WrittenServices = { services?: Record<string, unknown>[] };

function addService({ config }: ChangeBase, service: object): Result<Edit[]> {
  const { services } = config as WrittenServices;
  const value = JSON.parse(JSON.stringify(service)) as Extract<Edit, { op: 'set' }>['value'];
  if (!Array.isArray(services)) return success([{ op: 'set', path: ['services'], value: [value] }]);
  return success([{ op: 'insert', path: ['services', services.length], value }]);
}

function removeService({ config }: ChangeBase, name: string): Result<Edit[]> {
  const index = ((config as WrittenServices).services ?? []).findIndex((service) => service['name'] === name);
  if (index !== -1) return success([{ op: 'remove', path: ['services', index] }]);
  return failure(
    problem('SERVICE_NOT_IN_CONFIG', `The config writes ${name} in a way that cannot be edited here.`, {
      fix: 'Take it out of the file by hand.',
    }),
  );
}
