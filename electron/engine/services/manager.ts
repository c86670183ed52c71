/** Keeps the services of a home: what the config says, what Docker has, one thing at a time for each. */
import { failure, success, type Problem, type Result } from '../../../shared/problem.ts';
import type { ServiceState } from '../../../shared/service.ts';
import type { ServiceConfig, ServiceFile } from '../../../shared/service-config.ts';
import { listOwn, type OwnContainer } from './containers.ts';
import { checkRunning } from './check-running.ts';
import { createAndAdd } from './create.ts';
import type { Client, Docker } from './docker.ts';
import { dockerProblem } from './docker-problem.ts';
import { recover, takeBack, wasCutOff, wentWithDocker } from './recover.ts';
import { exists, isBusy, notInConfig, serviceUnknown } from './refusals.ts';
import { Roster, stateOf, type Entry, type RosterDeps } from './roster.ts';
import type { ForwardState } from './forward.ts';
import { specOf, type ServiceSpec } from './spec.ts';
import { toolMaker, type MakeTools, type ToolDeps } from './tools.ts';
import {
  createService,
  recreateService,
  removeService,
  startService,
  stopService,
  volumePrefix,
  type Outcome,
  type WorkTools,
} from './work.ts';

export interface ManagerDeps extends RosterDeps, ToolDeps {
  docker: Docker;
  forwardOf: (service: string) => ForwardState;
  /** Whether the config may make containers now: not while the engine is stopped. */
  isServing: () => boolean;
  addToConfig: (service: ServiceFile) => Promise<Result<unknown>>;
  removeFromConfig: (service: string) => Promise<Result<unknown>>;
  bug: (error: unknown) => void;
}

export class ServiceManager {
  readonly roster: Roster;
  readonly #deps: ManagerDeps;
  #configured: readonly ServiceConfig[] = [];
  #refreshing: Promise<Result<undefined>> | undefined;
  #isStale = false;
  /** The config was applied, and what is new in it has not been made yet. */
  #isApplied = false;
  #isClosed = false;
  readonly #tools: MakeTools;

  constructor(deps: ManagerDeps) {
    this.#deps = deps;
    this.roster = new Roster(deps);
    this.#tools = toolMaker(deps, this.roster);
  }

  states(): ServiceState[] {
    const { docker, forwardOf } = this.#deps;
    return this.roster
      .all()
      .map((entry) => stateOf(entry, docker.state(), forwardOf(entry.name)))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** What the config says now; it is acted on by apply(). */
  configure(services: readonly ServiceConfig[]): void {
    this.#configured = services;
  }

  /** What is new in the config is made; what changed or went is shown, and waits to be asked for. */
  async apply(): Promise<void> {
    this.#isApplied = true;
    if (this.#configured.length > 0 || this.roster.all().length > 0) await this.refresh();
  }

  /** Looks at Docker again: containers of this home are adopted. */
  refresh(): Promise<Result<undefined>> {
    this.#isStale = true;
    this.#refreshing ??= this.#refreshAll().finally(() => (this.#refreshing = undefined));
    return this.#refreshing;
  }

  async #refreshAll(): Promise<Result<undefined>> {
    let last: Result<undefined> = success(undefined);
    while (this.#isStale && !this.#isClosed) {
      this.#isStale = false;
      last = await this.#look();
    }
    return last;
  }

  async #look(): Promise<Result<undefined>> {
    const id = await this.#deps.homeId();
    const names = new Set(this.#configured.map(({ name }) => name));
    for (const config of this.#configured) this.#configure(config, id);
    const connected = await this.#deps.docker.connect();
    if (!connected.ok) {
      this.#deps.changed();
      return connected;
    }
    try {
      await recover(connected.value, id, this.roster);
      const containers = new Map((await listOwn(connected.value, id)).map((own) => [own.service, own]));
      for (const name of containers.keys()) this.roster.open(name);
      for (const entry of this.roster.all()) {
        if (!names.has(entry.name)) entry.config = undefined;
        if (entry.work === undefined) this.#see(entry, containers.get(entry.name), connected.value);
      }
      this.#isApplied = false;
    } catch (error) {
      return failure(dockerProblem(error, { service: 'Mogoly' }));
    }
    this.#deps.changed();
    return success(undefined);
  }

  /** A failure of before is forgotten when the config says something else now. */
  #configure(config: ServiceConfig, id: string): void {
    const entry = this.roster.open(config.name);
    const isOther = JSON.stringify(entry.config) !== JSON.stringify(config);
    entry.config = config;
    entry.wanted = undefined;
    entry.spec = specOf(config, volumePrefix(id, config.name));
    if (isOther && entry.container === undefined && entry.status === 'failed') entry.status = 'absent';
  }

  /** What Docker has for it; a new one of the config is made. */
  #see(entry: Entry, container: OwnContainer | undefined, client: Client): void {
    const before = entry.container;
    entry.container = container;
    if (container === undefined) {
      const isCutOff = wasCutOff(entry);
      const hasFailed = entry.status === 'failed' && before === undefined && !isCutOff;
      if (entry.config === undefined && !hasFailed) return this.roster.remove(entry.name);
      if (!hasFailed) this.roster.set(entry, { status: 'absent', problem: undefined });
      // What failed is tried again when it is asked for, or when the config says something else.
      if (entry.config !== undefined && !hasFailed && (this.#isApplied || isCutOff) && this.#deps.isServing())
        void this.#begin(entry, (tools) => createService(tools, entry.spec!));
      return;
    }
    if (wentWithDocker(entry, before, client) && this.#deps.isServing())
      return void this.#begin(entry, (tools) => startService(tools, container, 'start'));
    const isSame = before?.id === container.id && before.startedAt === container.startedAt;
    if (container.isRunning && isSame && ['ready', 'unready', 'starting'].includes(entry.status)) return;
    entry.checking?.abort();
    checkRunning(entry, client, { ...this.#deps, roster: this.roster });
  }

  /** Starts the work; its failure is the state of the entry. */
  #begin(entry: Entry, act: (tools: WorkTools) => Promise<Result<Outcome>>): Promise<Result<Outcome>> {
    entry.checking?.abort();
    const abort = new AbortController();
    const run = async (): Promise<Result<Outcome>> => {
      const connected = await this.#deps.docker.connect();
      if (connected.ok) await takeBack(entry);
      const done = connected.ok ? await act(await this.#tools(entry, connected.value, abort.signal)) : connected;
      entry.work = undefined;
      this.#conclude(entry, done);
      return done;
    };
    const done = run().catch((error: unknown) => {
      entry.work = undefined;
      this.#deps.bug(error);
      throw error;
    });
    done.catch(() => undefined); // told as a bug
    entry.work = { abort, done };
    return done;
  }

  #conclude(entry: Entry, done: Result<Outcome>): void {
    if (this.#isClosed) return;
    if (done.ok) {
      const { container, late } = done.value;
      const status = container?.isRunning !== true ? 'stopped' : late === undefined ? 'ready' : 'unready';
      this.roster.set(entry, { container, status, problem: late });
    } else if (done.problems[0]?.code === 'SERVICE_CANCELLED' && entry.config === undefined) {
      this.roster.remove(entry.name);
    } else {
      this.roster.set(entry, { status: 'failed', problem: done.problems[0] });
    }
    void this.refresh();
  }

  /** Errors: SERVICE_EXISTS, DOCKER_UNAVAILABLE; what goes wrong later is its state. `done` ends with it. */
  async create(config: ServiceConfig, written: ServiceFile): Promise<Result<{ done: Promise<Result<Outcome>> }>> {
    const { name } = config;
    const ready = await this.refresh();
    if (!ready.ok) return ready;
    const known = this.roster.get(name);
    if (
      known !== undefined &&
      (known.config !== undefined || known.container !== undefined || known.work !== undefined)
    )
      return failure(exists(name));
    const entry = this.roster.open(name);
    entry.spec = specOf(config, volumePrefix(await this.#deps.homeId(), name));
    entry.wanted = written;
    return success({ done: this.#begin(entry, this.#creation(entry, entry.spec, written)) });
  }

  #creation(entry: Entry, spec: ServiceSpec, wanted: ServiceFile): (tools: WorkTools) => Promise<Result<Outcome>> {
    return (tools) => createAndAdd(tools, entry, { spec, wanted }, this.#deps.addToConfig);
  }

  /** Also makes one of the config that is not there, and ends what a create that failed had begun. */
  start(name: string): Promise<Result<Outcome>> {
    return this.#act(name, (entry) => {
      const { container, config, spec, wanted } = entry;
      if (container !== undefined) return (tools) => startService(tools, container, 'start');
      if (spec !== undefined && config !== undefined) return (tools) => createService(tools, spec);
      if (spec !== undefined && wanted !== undefined) return this.#creation(entry, spec, wanted);
      return notInConfig(name);
    });
  }

  restart(name: string): Promise<Result<Outcome>> {
    return this.#act(name, ({ container }) =>
      container === undefined ? serviceUnknown(name) : (tools) => startService(tools, container, 'restart'),
    );
  }

  stop(name: string): Promise<Result<Outcome>> {
    return this.#act(name, ({ container }) =>
      container === undefined ? serviceUnknown(name) : (tools) => stopService(tools, container),
    );
  }

  /** From the config as it is now; data and credentials stay. */
  recreate(name: string): Promise<Result<Outcome>> {
    return this.#act(name, ({ container, spec, config }) => {
      if (spec === undefined || config === undefined) return notInConfig(name);
      return (tools) =>
        container === undefined ? createService(tools, spec) : recreateService(tools, spec, container);
    });
  }

  /** Gives the names of the volumes that went. */
  async delete(name: string, withVolumes: boolean): Promise<Result<{ volumes: string[] }>> {
    let volumes: string[] = [];
    const done = await this.#act(name, (entry) => async ({ client, home, status, alone }) => {
      status('removing');
      if (entry.config !== undefined) {
        const removed = await this.#deps.removeFromConfig(name);
        if (!removed.ok) return removed;
        entry.config = undefined;
      }
      const gone = await alone(() => removeService(client, home, name, entry.container, withVolumes));
      if (!gone.ok) return gone;
      volumes = gone.value;
      if (withVolumes) await this.#deps.secrets.remove(name);
      entry.container = entry.spec = undefined;
      return success({ container: undefined });
    });
    if (!done.ok) return done;
    this.roster.remove(name);
    return success({ volumes });
  }

  /** Ends what is under way for it; true when something was. */
  async cancel(name: string): Promise<Result<{ cancelled: boolean }>> {
    const entry = this.roster.get(name);
    if (entry === undefined) return serviceUnknown(name);
    const { work } = entry;
    work?.abort.abort();
    await work?.done.catch(() => undefined); // its own caller is told
    return success({ cancelled: work !== undefined });
  }

  /** The service with what Docker has of it. */
  async find(name: string): Promise<Result<Entry>> {
    await this.refresh();
    const entry = this.roster.get(name);
    return entry === undefined ? serviceUnknown(name) : success(entry);
  }

  async #act(
    name: string,
    plan: (entry: Entry) => ((tools: WorkTools) => Promise<Result<Outcome>>) | { ok: false; problems: Problem[] },
  ): Promise<Result<Outcome>> {
    const looked = await this.refresh();
    const entry = this.roster.get(name);
    if (entry === undefined) return looked.ok ? serviceUnknown(name) : looked;
    if (!looked.ok) return looked;
    if (entry.work !== undefined) return failure(isBusy(name, entry));
    const act = plan(entry);
    return typeof act === 'function' ? this.#begin(entry, act) : act;
  }

  /** Containers go on; what is half done is taken back. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { work, checking } of this.roster.all()) {
      checking?.abort();
      work?.abort.abort();
    }
    await Promise.allSettled(this.roster.all().flatMap(({ work }) => (work === undefined ? [] : [work.done])));
  }
}
