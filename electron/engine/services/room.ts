/** The room of the services: database containers of the config, names that lead to them, and sites by labels. */
import { resolve } from 'node:path';
import { failure, type Problem, type Result } from '../../../shared/problem.ts';
import type {
  DockerState,
  LabelledSite,
  ServiceEvents,
  ServicesChanged,
  ServicesReport,
} from '../../../shared/service.ts';
import type { DockerConfig, ServiceConfig, ServiceFile } from '../../../shared/service-config.ts';
import { catalogue, kindOf } from './catalogue.ts';
import { LABEL_HOME } from './containers.ts';
import { createDocker, type ContainerEvent, type Docker } from './docker.ts';
import { dockerProblem } from './docker-problem.ts';
import { findEndpoints, type EndpointDeps } from './endpoint.ts';
import { createForwards, type Forwards } from './forward.ts';
import { homeId } from './home-id.ts';
import { besideConfig, LABEL_HOST, labelledSites } from './labels.ts';
import { ServiceManager } from './manager.ts';
import { specOf } from './spec.ts';
import { openSecrets, type SecretFiles, type SecretWrapper, type Secrets } from './secrets.ts';

export interface ServicesDeps extends Omit<EndpointDeps, 'configured'> {
  home: string;
  files: SecretFiles;
  wrapper?: SecretWrapper | undefined;
  matcher: (cidrs: readonly string[]) => (address: string) => boolean;
  report: <K extends keyof ServiceEvents>(name: K, data: ServiceEvents[K]) => void;
  isServing: () => boolean;
  /** Whether the config has a site of that host or name. */
  isOfConfig: (host: string) => boolean;
  /** What the rules of the config find wrong with one. */
  check: (service: ServiceConfig) => Problem[];
  addToConfig: (service: ServiceFile) => Promise<Result<unknown>>;
  removeFromConfig: (service: string) => Promise<Result<unknown>>;
  /** Another set of sites by labels than before. */
  labelsChanged: () => void;
  bug: (error: unknown) => void;
  readyTimeoutMs?: number;
  retryMs?: number;
}

/** After a start or an apply: what serves requests comes first. */
const SETTLE_MS = 250;
/** Events of one container come in bursts. */
const BURST_MS = 100;
/** Events that say nothing new of a container. */
const SILENT_ACTIONS = /^(exec_|top|attach|resize|health_status)/;

export class Room {
  readonly docker: Docker;
  readonly manager: ServiceManager;
  #labelled: LabelledSite[] = [];
  readonly #deps: ServicesDeps;
  readonly secrets: Secrets;
  readonly #forwards: Forwards;
  readonly #listeners = new Set<() => void>();
  #config: DockerConfig = { labels: false };
  #services: readonly ServiceConfig[] = [];
  #id: Promise<string> | undefined;
  #settle: NodeJS.Timeout | undefined;
  #burst: NodeJS.Timeout | undefined;

  constructor(deps: ServicesDeps) {
    this.#deps = deps;
    const { report, bug } = deps;
    this.secrets = openSecrets(deps.home, deps.files, deps.wrapper);
    this.#forwards = createForwards(deps);
    this.docker = createDocker({
      endpoints: () => findEndpoints({ ...deps, configured: this.#config.host }),
      onState: (state) => this.#dockerChanged(state),
      onEvent: (event) => this.#happened(event),
      ...(deps.retryMs === undefined ? {} : { retryMs: deps.retryMs }),
    });
    this.manager = new ServiceManager({
      docker: this.docker,
      secrets: this.secrets,
      homeId: () => this.#homeId(),
      mirror: () => this.#config.registry_mirror,
      forwardOf: (service) => this.#forwards.stateOf(service),
      isServing: deps.isServing,
      addToConfig: deps.addToConfig,
      removeFromConfig: deps.removeFromConfig,
      report,
      changed: () => this.#tell(),
      bug,
      readyTimeoutMs: deps.readyTimeoutMs,
    });
  }

  #homeId(): Promise<string> {
    this.#id ??= homeId(resolve(this.#deps.home)).catch((error: unknown) => {
      this.#id = undefined;
      throw error;
    });
    return this.#id;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Whatever the config has. */
  labels(): readonly LabelledSite[] {
    return this.#labelled;
  }

  /** As the config of now leaves them. */
  labelled(): LabelledSite[] {
    return besideConfig(this.#labelled, this.#deps.isOfConfig);
  }

  changed(): ServicesChanged {
    return { docker: this.docker.state(), services: this.manager.states(), labelled: this.labelled() };
  }

  async list(): Promise<ServicesReport> {
    await this.manager.refresh();
    return { ...this.changed(), catalogue: catalogue() };
  }

  adopt(services: readonly ServiceConfig[], docker: DockerConfig): void {
    const isElsewhere = docker.host !== this.#config.host;
    this.#config = docker;
    this.#services = services;
    this.manager.configure(services);
    clearTimeout(this.#settle);
    this.#settle = setTimeout(() => {
      if (isElsewhere) this.docker.forget();
      this.#settled().catch(this.#deps.bug);
    }, SETTLE_MS);
    this.#settle.unref();
  }

  async #settled(): Promise<void> {
    const isWanted = this.#services.length > 0 || this.#config.labels;
    if (isWanted) this.docker.watch();
    await this.#forwards.adopt(this.#wantedForwards());
    await this.manager.apply();
    await this.#lookAtLabels();
    this.#tell();
  }

  #wantedForwards(): Parameters<Forwards['adopt']>[0] {
    // Ports and names alone: the names of volumes do not matter.
    const specs = this.#services.map((service) => specOf(service, service.name));
    return specs.flatMap(({ name, type, domain, ports }) => {
      const usual = kindOf(type).port ?? Number(ports[0]?.container.split('/')[0] ?? 0);
      const port = domain?.port ?? usual;
      if (domain === undefined || port === 0) return [];
      const target = (): number | undefined => this.manager.roster.get(name)?.container?.port;
      return [{ service: name, port, allowedCidrs: domain.allowedCidrs, target }];
    });
  }

  #dockerChanged(state: DockerState): void {
    const { available, product, problem: reason } = state;
    this.#deps.report('docker.changed', {
      available,
      ...(product === undefined ? {} : { product }),
      ...(reason === undefined ? {} : { problem: reason }),
    });
    this.#tell();
    if (available) this.#lookLater();
    else this.#putLabelled([]);
  }

  #happened({ action, attributes }: ContainerEvent): void {
    if (SILENT_ACTIONS.test(action)) return;
    if (attributes[LABEL_HOME] !== undefined || attributes[LABEL_HOST] !== undefined) this.#lookLater();
  }

  #lookLater(): void {
    clearTimeout(this.#burst);
    this.#burst = setTimeout(() => {
      Promise.all([this.manager.refresh(), this.#lookAtLabels()]).catch(this.#deps.bug);
    }, BURST_MS);
    this.#burst.unref();
  }

  async #lookAtLabels(): Promise<void> {
    if (!this.#config.labels || !this.docker.state().available) return this.#putLabelled([]);
    const client = await this.docker.connect();
    if (!client.ok) return;
    try {
      const running = await client.value.listContainers({ filters: { label: [LABEL_HOST], status: ['running'] } });
      this.#putLabelled(labelledSites(running, this.#deps.platform === 'linux'));
    } catch (error) {
      const { code } = dockerProblem(error, { service: 'labels' });
      if (code !== 'DOCKER_GONE') throw error;
    }
  }

  #putLabelled(found: LabelledSite[]): void {
    const before = this.#labelled;
    if (JSON.stringify(before) === JSON.stringify(found)) return;
    this.#labelled = found;
    const keys = (list: LabelledSite[]): Set<string> =>
      new Set(list.map(({ host, container }) => `${host} ${container}`));
    const [had, has] = [keys(before), keys(found)];
    for (const { host, container } of before)
      if (!has.has(`${host} ${container}`)) this.#deps.report('service.labelled', { host, container, mapped: false });
    for (const { host, container, problem } of this.labelled())
      if (!had.has(`${host} ${container}`))
        this.#deps.report('service.labelled', {
          ...{ host, container, mapped: problem === undefined },
          ...(problem === undefined ? {} : { problem }),
        });
    this.#deps.labelsChanged();
    this.#tell();
  }

  async create(config: ServiceConfig, written: ServiceFile): Promise<Result<unknown>> {
    const problems = this.#deps.check(config);
    if (problems.length > 0) return failure(...problems);
    // A password that comes this way is kept as a generated one is: not in the config.
    const { password: _, ...rest } = written;
    return this.manager.create(config, rest);
  }

  async close(): Promise<void> {
    clearTimeout(this.#settle);
    clearTimeout(this.#burst);
    await this.manager.close();
    this.docker.close();
    await this.#forwards.close();
  }
}
