/** The door of the room: what the engine asks of its services. */
import { success, type Result } from '../../../shared/problem.ts';
import type {
  DockerState,
  LabelledSite,
  ServiceAddress,
  ServiceDetail,
  ServiceLogs,
  ServicePlan,
  ServicesChanged,
  ServicesReport,
  ServiceSecret,
  ServiceState,
} from '../../../shared/service.ts';
import type { DockerConfig, ServiceConfig, ServiceFile } from '../../../shared/service-config.ts';
import { serviceUnknown } from './refusals.ts';
import type { LogOptions } from './logs.ts';
import { Questions } from './questions.ts';
import { Room, type ServicesDeps } from './room.ts';
import type { Outcome } from './work.ts';

export type { ServicesDeps } from './room.ts';

export interface Services {
  list: () => Promise<ServicesReport>;
  changed: () => ServicesChanged;
  onChange: (listener: () => void) => () => void;
  create: (config: ServiceConfig, written: ServiceFile) => Promise<Result<ServiceState>>;
  start: (name: string) => Promise<Result<ServiceState>>;
  stop: (name: string) => Promise<Result<ServiceState>>;
  restart: (name: string) => Promise<Result<ServiceState>>;
  recreate: (name: string) => Promise<Result<ServiceState>>;
  delete: (name: string, withVolumes: boolean) => Promise<Result<{ volumes: string[] }>>;
  cancel: (name: string) => Promise<Result<{ cancelled: boolean }>>;
  logs: (name: string, options: LogOptions) => Promise<Result<ServiceLogs>>;
  inspect: (name: string) => Promise<Result<ServiceDetail>>;
  url: (name: string) => Promise<Result<ServiceAddress>>;
  secret: (name: string) => Promise<Result<ServiceSecret>>;
  plan: (name?: string) => Promise<Result<ServicePlan[]>>;
  /** For the doctor. */
  docker: () => Promise<DockerState>;
  /** Sites that containers ask for, whether or not the config has the host. */
  labels: () => readonly LabelledSite[];
  /** What the config says now; nothing waits for it. */
  adopt: (services: readonly ServiceConfig[], docker: DockerConfig) => void;
  close: () => Promise<void>;
}

export function createServices(deps: ServicesDeps): Services {
  const room = new Room(deps);
  const questions = new Questions(room);
  const state = (name: string): Result<ServiceState> => {
    const found = room.manager.states().find((service) => service.name === name);
    return found === undefined ? serviceUnknown(name) : success(found);
  };
  const told = async (name: string, done: Promise<Result<Outcome>>): Promise<Result<ServiceState>> => {
    const outcome = await done;
    return outcome.ok ? state(name) : outcome;
  };
  const { manager } = room;
  return {
    list: () => room.list(),
    changed: () => room.changed(),
    onChange: (listener) => room.onChange(listener),
    async create(config, written) {
      const begun = await room.create(config, written);
      return begun.ok ? state(config.name) : begun;
    },
    start: (name) => told(name, manager.start(name)),
    stop: (name) => told(name, manager.stop(name)),
    restart: (name) => told(name, manager.restart(name)),
    recreate: (name) => told(name, manager.recreate(name)),
    delete: (name, withVolumes) => manager.delete(name, withVolumes),
    cancel: (name) => manager.cancel(name),
    logs: (name, options) => questions.logs(name, options),
    inspect: (name) => questions.inspect(name),
    url: (name) => questions.address(name, false),
    secret: (name) => questions.address(name, true),
    plan: (name) => questions.plan(name),
    docker: async () => {
      await room.docker.connect();
      return room.docker.state();
    },
    labels: () => room.labels(),
    adopt: (services, docker) => room.adopt(services, docker),
    close: () => room.close(),
  };
}
