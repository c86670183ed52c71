/** What is asked of one service: its log, its details, its address, its password, and what would be done to it. */
import { failure, problem, success, type Result } from '../../../shared/problem.ts';
import type { ServiceDetail, ServiceLogs, ServicePlan, ServiceSecret } from '../../../shared/service.ts';
import { kindOf } from './catalogue.ts';
import { knownCredentials } from './credentials.ts';
import { detailOf } from './detail.ts';
import type { Client } from './docker.ts';
import { dockerProblem } from './docker-problem.ts';
import { readLogs, type LogOptions } from './logs.ts';
import { serviceUnknown } from './refusals.ts';
import { planOf } from './plan.ts';
import type { Room } from './room.ts';
import type { Entry } from './roster.ts';

export class Questions {
  readonly #room: Pick<Room, 'manager' | 'docker' | 'secrets'>;

  constructor(room: Pick<Room, 'manager' | 'docker' | 'secrets'>) {
    this.#room = room;
  }

  async #connected(name: string): Promise<Result<{ entry: Entry; id: string }>> {
    const found = await this.#room.manager.find(name);
    if (!found.ok) return found;
    const { container } = found.value;
    if (container !== undefined) return success({ entry: found.value, id: container.id });
    const { problem: silent } = this.#room.docker.state();
    if (silent !== undefined) return failure(silent);
    return failure(
      problem('SERVICE_ABSENT', `${name} has no container.`, { fix: `Start it with \`mogoly cloud start ${name}\`.` }),
    );
  }

  async logs(name: string, options: LogOptions): Promise<Result<ServiceLogs>> {
    return this.#ask(name, (client, { id }) => readLogs(client, id, options));
  }

  async inspect(name: string): Promise<Result<ServiceDetail>> {
    return this.#ask(name, async (client, { entry, id }) => {
      const credentials = await knownCredentials(this.#room.secrets, entry.container!);
      const state = this.#room.manager.states().find((service) => service.name === name)!;
      return detailOf(client, id, state, credentials);
    });
  }

  async #ask<T>(
    name: string,
    act: (client: Client, found: { entry: Entry; id: string }) => Promise<T>,
  ): Promise<Result<T>> {
    const found = await this.#connected(name);
    if (!found.ok) return found;
    const client = await this.#room.docker.connect();
    if (!client.ok) return client;
    try {
      return success(await act(client.value, found.value));
    } catch (error) {
      return failure(dockerProblem(error, { service: name }));
    }
  }

  /** With the password only where that was asked for. */
  async address(name: string, isRevealed: boolean): Promise<Result<ServiceSecret>> {
    const found = await this.#connected(name);
    if (!found.ok) return found;
    const container = found.value.entry.container!;
    const kind = kindOf(container.type);
    if (container.port === undefined)
      return failure(problem('SERVICE_NO_PORT', `${name} publishes no port.`, { fix: 'Give one in exposed_ports.' }));
    const known = await knownCredentials(this.#room.secrets, container);
    const credentials = isRevealed ? known : { ...known, password: undefined };
    const place = { host: '127.0.0.1', port: container.port, ...credentials };
    const { username, password, database } = credentials;
    return success({
      host: place.host,
      port: place.port,
      url: kind.url(place),
      lines: kind.lines(place),
      ...(username === undefined || !kind.hasUser ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      ...(database === undefined || !kind.hasDatabase ? {} : { database }),
    });
  }

  async plan(name?: string): Promise<Result<ServicePlan[]>> {
    const looked = await this.#room.manager.refresh();
    const plans = this.#room.manager.roster.all().map(planOf);
    if (name === undefined) return looked.ok ? success(plans) : looked;
    const one = plans.find((plan) => plan.name === name);
    return one === undefined ? serviceUnknown(name) : success([one]);
  }
}
