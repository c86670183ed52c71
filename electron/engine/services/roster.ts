/** The services there are, from the config and from Docker, and what is known of each. */
import type { Problem } from '../../../shared/problem.ts';
import type { DockerState, PullProgress, ServiceEvents, ServiceState, ServiceStatus } from '../../../shared/service.ts';
import type { ServiceConfig, ServiceFile } from '../../../shared/service-config.ts';
import { kindOf } from './catalogue.ts';
import { changesOf } from './changes.ts';
import type { OwnContainer } from './containers.ts';
import type { Client } from './docker.ts';
import type { ForwardState } from './forward.ts';
import type { ServiceSpec } from './spec.ts';

export interface Entry {
  name: string;
  /** As the config has it; undefined for one that it does not have. */
  config: ServiceConfig | undefined;
  spec: ServiceSpec | undefined;
  /** What create was asked for, until it is in the config. */
  wanted: ServiceFile | undefined;
  container: OwnContainer | undefined;
  status: ServiceStatus;
  problem: Problem | undefined;
  pull: PullProgress | undefined;
  /** What is under way for it. */
  work: Work | undefined;
  /** Ends the check of a running one. */
  checking: AbortController | undefined;
  /** What was half done when Docker went away, to be taken back when it is here again. */
  cutOff: Cut | undefined;
  /** The connection over which Docker was last asked of it. */
  seenBy: Client | undefined;
}

interface Cut {
  client: Client;
  takeBack: () => Promise<void>;
}

export interface Work {
  abort: AbortController;
  done: Promise<unknown>;
}

/** Who hears of it. */
export interface RosterDeps {
  report: <K extends keyof ServiceEvents>(name: K, data: ServiceEvents[K]) => void;
  changed: () => void;
}

export class Roster {
  readonly #entries = new Map<string, Entry>();
  readonly #deps: RosterDeps;

  constructor(deps: RosterDeps) {
    this.#deps = deps;
  }

  get(name: string): Entry | undefined {
    return this.#entries.get(name);
  }

  all(): Entry[] {
    return [...this.#entries.values()];
  }

  /** Made where there is none. */
  open(name: string): Entry {
    const known = this.#entries.get(name);
    if (known !== undefined) return known;
    const entry: Entry = {
      ...{ name, status: 'absent', config: undefined, spec: undefined, container: undefined, problem: undefined },
      ...{
        pull: undefined,
        work: undefined,
        checking: undefined,
        cutOff: undefined,
        seenBy: undefined,
        wanted: undefined,
      },
    };
    this.#entries.set(name, entry);
    return entry;
  }

  remove(name: string): void {
    this.#entries.get(name)?.checking?.abort();
    if (this.#entries.delete(name)) this.#deps.changed();
  }

  /** A change of status is told once; progress and the rest only to those who look. */
  set(entry: Entry, patch: Partial<Entry>): void {
    const before = entry.status;
    const problemBefore = entry.problem?.code;
    Object.assign(entry, patch);
    if (entry.status !== 'pulling') entry.pull = undefined;
    this.#deps.changed();
    if (entry.status === before && entry.problem?.code === problemBefore) return;
    const { name, status, problem } = entry;
    this.#deps.report('service.changed', { name, status, ...(problem === undefined ? {} : { problem }) });
  }
}

/** `forward`: where the name of its own listens. */
export function stateOf(entry: Entry, docker: DockerState, forward: ForwardState): ServiceState {
  const { name, spec, container, config, problem, pull } = entry;
  const type = container?.type ?? spec?.type ?? 'custom';
  const port = container?.port;
  const isLost = !docker.available && docker.isUnknown !== true && entry.work === undefined;
  const status: ServiceStatus = isLost && entry.status !== 'failed' ? 'unreachable' : entry.status;
  const shown = status === 'unreachable' ? (docker.problem ?? problem) : problem;
  return {
    name,
    type,
    image: container?.image ?? spec?.image ?? '',
    status,
    ...(shown === undefined ? {} : { problem: shown }),
    ...(pull === undefined ? {} : { pull }),
    ...(container === undefined ? {} : { container: container.id.slice(0, 12) }),
    ...(port === undefined ? {} : { port, url: maskedUrl(entry, port) }),
    ...domainState(spec, forward),
    volumes: container?.volumes ?? spec?.volumes.map((volume) => volume.name) ?? [],
    inConfig: config !== undefined,
    changes: spec !== undefined && container?.record !== undefined ? changesOf(spec, container.record) : [],
    ...(container?.startedAt === undefined ? {} : { startedAt: container.startedAt }),
  };
}

function maskedUrl({ container, spec }: Entry, port: number): string {
  const kind = kindOf(container?.type ?? 'custom');
  const { username, database } = container?.record ?? spec ?? {};
  return kind.url({ host: '127.0.0.1', port, username, database });
}

function domainState(spec: ServiceSpec | undefined, forward: ForwardState): Pick<ServiceState, 'domain'> {
  if (spec?.domain === undefined) return {};
  return { domain: { name: spec.domain.name, allowedCidrs: spec.domain.allowedCidrs, ...forward } };
}
