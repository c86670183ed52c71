/** `cloud create`: begins, shows how far it is, and ends when the service answers or has failed. */
import { problem, ProblemError } from '../../shared/problem.ts';
import type { ServiceState, ServiceStatus } from '../../shared/service.ts';
import type { ServiceFile } from '../../shared/service-config.ts';
import { ask, events } from './client.ts';
import type { Context } from './command.ts';
import { wrongUse } from './command.ts';
import { plain } from './print.ts';

export interface CreateOptions {
  type: string;
  image?: string;
  /** Not `--version`: the program itself answers that. */
  tag?: string;
  username?: string;
  database?: string;
  port?: string[];
  variable?: string[];
  domain?: string;
  detach?: boolean;
}

/** Nothing more happens by itself. */
const SETTLED: readonly ServiceStatus[] = ['ready', 'unready', 'stopped', 'failed', 'unreachable'];

export async function createAndWait(context: Context, name: string, options: CreateOptions): Promise<void> {
  const { print, target, io } = context;
  const service: ServiceFile = {
    name,
    type: options.type,
    ...(options.image === undefined ? {} : { image: options.image }),
    ...(options.tag === undefined ? {} : { version: options.tag }),
    ...(options.username === undefined ? {} : { username: options.username }),
    ...(options.database === undefined ? {} : { database_name: options.database }),
    ...(options.port === undefined ? {} : { exposed_ports: options.port }),
    ...(options.variable === undefined ? {} : { variables: variablesOf(options.variable) }),
    ...(options.domain === undefined ? {} : { domain: options.domain }),
  };
  const begun = await ask(target, 'services.create', { service });
  const state = options.detach ? begun : await settled(context, begun);
  if (io.signal.aborted) {
    await ask(target, 'services.cancel', { name });
    throw new ProblemError([problem('SERVICE_CANCELLED', `${name} was cancelled.`)]);
  }
  if (state.status === 'failed')
    throw new ProblemError([
      state.problem ?? problem('SERVICE_FAILED', `${name} failed.`, { fix: `Look at \`mogoly cloud logs ${name}\`.` }),
    ]);
  print.result(state, () => {
    print.line(`${plain(name)} ${sentence(state)}`);
    print.line(`Connect with \`mogoly cloud url ${plain(name)}\``);
  });
  if (state.problem) print.warnings([state.problem]);
}

/** Follows the pushes; Ctrl-C ends the wait. */
async function settled({ print, target, io }: Context, begun: ServiceState): Promise<ServiceState> {
  const done = new AbortController();
  io.signal.addEventListener('abort', () => done.abort(), { once: true });
  let last = begun;
  let said = '';
  const look = (state: ServiceState | undefined): void => {
    if (state === undefined) return done.abort();
    last = state;
    const text = progressOf(state);
    if (text !== said && !print.isJson) io.stderr.write(`${plain(text)}\n`);
    said = text;
    if (SETTLED.includes(state.status)) done.abort();
  };
  const following = events(
    target,
    (push) => {
      if (push.name === 'services.changed') look(push.data.services.find(({ name }) => name === begun.name));
    },
    done.signal,
  );
  // What changed before the first push was heard.
  const { services } = await ask(target, 'services.list');
  look(services.find(({ name }) => name === begun.name));
  await following;
  return last;
}

function progressOf({ status, pull, image }: ServiceState): string {
  // Every tenth percent is enough for a terminal.
  if (status === 'pulling')
    return `Pulling ${image} ${pull === undefined ? '' : `${Math.floor(pull.percent / 10) * 10} %`}`.trim();
  return `${status.slice(0, 1).toUpperCase()}${status.slice(1)}`;
}

function variablesOf(entries: string[]): Record<string, string> {
  return Object.fromEntries(
    entries.map((entry) => {
      const at = entry.indexOf('=');
      if (at > 0) return [entry.slice(0, at), entry.slice(at + 1)];
      throw wrongUse(`"${entry}" is no variable.`, 'Write it as NAME=value.');
    }),
  );
}

export const sentence = ({ status, port, problem: why }: ServiceState): string =>
  `is ${status}${port === undefined ? '' : ` on 127.0.0.1:${port}`}${why === undefined ? '' : ` (${plain(why.message)})`}`;
