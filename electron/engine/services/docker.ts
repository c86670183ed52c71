/** The connection to Docker or Podman: found when it is needed, watched for events, found again after it was lost. */
import { request } from 'node:http';
import type Dockerode from 'dockerode';
import { failure, problem, success, type Problem, type Result } from '../../../shared/problem.ts';
import type { DockerState } from '../../../shared/service.ts';
import { dockerGone, dockerProblem } from './docker-problem.ts';
import type { Endpoint } from './endpoint.ts';

export type Client = Dockerode;

/** What happened to a container. */
export interface ContainerEvent {
  action: string;
  id: string;
  attributes: Record<string, string>;
}

export interface DockerDeps {
  endpoints: () => Promise<Result<Endpoint[]>>;
  /** It came, went, or is another one. */
  onState: (state: DockerState) => void;
  onEvent: (event: ContainerEvent) => void;
  /** Before a lost or missing Docker is looked for again; doubles up to RETRY_LAST_MS. */
  retryMs?: number;
}

export interface Docker {
  state: () => DockerState;
  /** Errors: DOCKER_MISSING, DOCKER_UNAVAILABLE, DOCKER_FORBIDDEN, those of the endpoints. */
  connect: () => Promise<Result<Client>>;
  /** Looks for it, again and again, until it is closed. */
  watch: () => void;
  /** Another endpoint may be meant now. */
  forget: () => void;
  close: () => void;
}

/** One that hangs is as good as none. */
const PING_TIMEOUT_MS = 3_000;
const RETRY_FIRST_MS = 2_000;
const RETRY_LAST_MS = 30_000;
/** Longer lines of the event stream are no events. */
const EVENT_LINE_LIMIT = 1_048_576;

export function createDocker(deps: DockerDeps): Docker {
  const link = new Link(deps);
  return {
    state: () => link.state,
    connect: () => link.connect(),
    watch: () => link.watch(),
    forget: () => link.lose(undefined),
    close: () => link.close(),
  };
}

class Link {
  state: DockerState = { available: false, isUnknown: true };
  readonly #deps: DockerDeps;
  #client: Client | undefined;
  #connecting: Promise<Result<Client>> | undefined;
  #events: { destroy: () => void } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #retryMs: number;
  #isWatched = false;
  #isClosed = false;

  constructor(deps: DockerDeps) {
    this.#deps = deps;
    this.#retryMs = deps.retryMs ?? RETRY_FIRST_MS;
  }

  connect(): Promise<Result<Client>> {
    if (this.#client !== undefined) return Promise.resolve(success(this.#client));
    this.#connecting ??= this.#find().finally(() => (this.#connecting = undefined));
    return this.#connecting;
  }

  watch(): void {
    if (this.#isWatched || this.#isClosed) return;
    this.#isWatched = true;
    void this.connect();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#events?.destroy();
    this.#client = this.#events = undefined;
  }

  async #find(): Promise<Result<Client>> {
    clearTimeout(this.#timer);
    const tried: string[] = [];
    const found = await findFirst(this.#deps.endpoints, tried);
    if (this.#isClosed) return failure(dockerGone());
    const opened = found.ok ? await open(found.value) : found;
    if (!opened.ok) {
      this.#setState({ available: false, problem: opened.problems[0]!, ...(tried.length === 0 ? {} : { tried }) });
      this.#retryLater();
      return opened;
    }
    const { client, state } = opened.value;
    this.#client = client;
    this.#retryMs = this.#deps.retryMs ?? RETRY_FIRST_MS;
    await this.#listen(client);
    this.#setState(state);
    return success(client);
  }

  /** Its end tells that Docker went away, at once. */
  async #listen(client: Client): Promise<void> {
    try {
      const stream = (await client.getEvents({ filters: { type: ['container'] } })) as NodeJS.ReadableStream & {
        destroy: () => void;
      };
      this.#events = stream;
      readLines(stream, (line) => this.#take(line));
      const ended = (): void => {
        if (this.#events === stream) this.lose(dockerGone());
      };
      stream.on('error', ended);
      stream.on('close', ended);
      stream.on('end', ended);
    } catch (error) {
      this.lose(dockerProblem(error, { service: 'events' }));
    }
  }

  #take(line: string): void {
    const event = JSON.parse(line) as { Action?: string; Actor?: { ID?: string; Attributes?: Record<string, string> } };
    const { Action: action, Actor: actor } = event;
    if (action !== undefined && actor?.ID !== undefined)
      this.#deps.onEvent({ action, id: actor.ID, attributes: actor.Attributes ?? {} });
  }

  lose(reason: Problem | undefined): void {
    const events = this.#events;
    this.#client = this.#events = undefined;
    events?.destroy();
    if (this.#isClosed) return;
    if (reason !== undefined) this.#setState({ available: false, problem: reason });
    this.#retryLater(reason === undefined ? 0 : undefined);
  }

  #retryLater(afterMs = this.#retryMs): void {
    clearTimeout(this.#timer);
    if (!this.#isWatched || this.#isClosed) return;
    this.#timer = setTimeout(() => void this.connect(), afterMs);
    this.#timer.unref();
    this.#retryMs = Math.min(this.#retryMs * 2, RETRY_LAST_MS);
  }

  #setState(state: DockerState): void {
    const isSame = JSON.stringify(state) === JSON.stringify(this.state);
    this.state = state;
    if (!isSame) this.#deps.onState(state);
  }
}

/** `tried` takes the places that were asked in vain. */
async function findFirst(endpoints: DockerDeps['endpoints'], tried: string[]): Promise<Result<Endpoint>> {
  const listed = await endpoints();
  if (!listed.ok) return listed;
  const isNamed = listed.value.length === 1;
  const silent: Silence[] = [];
  for (const endpoint of listed.value) {
    const silence = await ping(endpoint);
    if (silence === undefined) return success(endpoint);
    tried.push(endpoint.host);
    if (isNamed || !silence.isAbsent) silent.push(silence);
  }
  const told = silent.find(({ problem: { code } }) => code === 'DOCKER_FORBIDDEN') ?? silent[0];
  return failure(told?.problem ?? NOWHERE);
}

const NOWHERE = problem('DOCKER_MISSING', 'There is no Docker or Podman on this machine.', {
  fix: 'Install and start one for services; everything else works without.',
});

interface Silence {
  problem: Problem;
  /** There is nothing at the place. */
  isAbsent: boolean;
}

const ABSENT_CODES = ['ENOENT', 'ENOTDIR'];

/** Undefined when it answers. Plain HTTP, so that a machine without Docker loads nothing of its client. */
function ping({ host, socketPath, tcp, source }: Endpoint): Promise<Silence | undefined> {
  const silent = (why: string, isAbsent = false): Silence => ({ problem: silentAt(host, source, why), isAbsent });
  return new Promise((resolve) => {
    const where = socketPath === undefined ? { host: tcp?.host, port: tcp?.port } : { socketPath };
    const sent = request({ ...where, path: '/_ping', timeout: PING_TIMEOUT_MS, agent: false }, (response) => {
      response.resume();
      if (response.statusCode === 200) resolve(undefined);
      else resolve(silent(`it answers ${response.statusCode}`));
    });
    sent.on('timeout', () => sent.destroy(new Error('it does not answer')));
    sent.on('error', ({ code, message }: NodeJS.ErrnoException) => {
      // Podman's system-wide socket is root's own; each user has another.
      if (code === 'EACCES') resolve({ problem: forbiddenAt(host), isAbsent: source === 'podman' });
      else resolve(silent(code ?? message, ABSENT_CODES.includes(code ?? '')));
    });
    sent.end();
  });
}

const silentAt = (host: string, source: string, why: string): Problem =>
  problem('DOCKER_UNAVAILABLE', `Docker does not answer at ${host} (${source}): ${why}.`, {
    fix: 'Start Docker; everything else works without.',
  });

const forbiddenAt = (host: string): Problem =>
  problem('DOCKER_FORBIDDEN', `Docker is there, and this user may not use ${host}.`, {
    fix: 'Add yourself to its group, as in `sudo usermod -aG docker "$USER"`, then log in again.',
  });

/** Loads the client; nothing before this point has. */
async function open({ host, socketPath, tcp }: Endpoint): Promise<Result<{ client: Client; state: DockerState }>> {
  const { default: DockerClient } = await import('dockerode');
  const client = new DockerClient(
    socketPath === undefined ? { host: tcp!.host, port: tcp!.port, protocol: 'http' } : { socketPath },
  );
  try {
    const { Version, Components } = await client.version();
    const isPodman = (Components ?? []).some(({ Name }) => /podman/i.test(Name));
    const state: DockerState = { available: true, product: isPodman ? 'Podman' : 'Docker', version: Version, host };
    return success({ client, state });
  } catch (error) {
    return failure(dockerProblem(error, { service: 'Mogoly' }));
  }
}

function readLines(stream: NodeJS.ReadableStream, take: (line: string) => void): void {
  let rest = '';
  stream.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString('utf8')).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > EVENT_LINE_LIMIT) rest = '';
    for (const line of lines) if (line.trim() !== '') take(line);
  });
}
