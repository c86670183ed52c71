/** What is done to one service: made, made anew, started, taken away; a failure leaves nothing behind. */
import { failure, problem, success, type Problem, type Result } from '../../../shared/problem.ts';
import type { PullProgress, ServiceStatus } from '../../../shared/service.ts';
import { createUndoStack, type UndoStack } from '../undo.ts';
import { buildContainer, removeUnusedNetwork, type BuildDeps } from './build-container.ts';
import type { Credentials } from './catalogue.ts';
import { inspect, LABEL_FORMER_SUFFIX, LABEL_HOME, LABEL_SERVICE, type OwnContainer } from './containers.ts';
import { resolveCredentials, type CredentialTools } from './credentials.ts';
import type { Client } from './docker.ts';
import { dockerProblem, statusOf } from './docker-problem.ts';
import { readLogs } from './logs.ts';
import { cancelled, ensureImage } from './pull.ts';
import { awaitReady, type Readiness } from './readiness/ready.ts';
import { isFolder, type ServiceSpec, type VolumeSpec } from './spec.ts';

export interface WorkTools extends CredentialTools {
  client: Client;
  /** Id of the home folder. */
  home: string;
  mirror: string | undefined;
  freePort: BuildDeps['freePort'];
  /** One at a time in a home: they share a network, and look for free ports. */
  alone: <T>(act: () => Promise<T>) => Promise<T>;
  signal: AbortSignal;
  status: (status: ServiceStatus) => void;
  progress: (pull: PullProgress) => void;
  readyTimeoutMs: number;
  /** Docker is gone: done when it is back. */
  later: (takeBack: () => Promise<void>) => void;
}

/** `late`: it runs, and has not answered in time. */
export interface Outcome {
  container: OwnContainer | undefined;
  late?: Problem;
}

/** Docker asks a container to end, and ends it after that. */
const STOP_SECONDS = 10;
/** Of its log, in the problem of one that ended. */
const LAST_LINES = 3;
/** The cause may stand before what the end of the container adds. */
const LINES_LOOKED_AT = 40;

/** Pulled, made, started, and answering. Errors: those of docker-problem.ts, SERVICE_EXITED, SERVICE_CREDENTIALS, SERVICE_CANCELLED. */
export async function createService(tools: WorkTools, spec: ServiceSpec): Promise<Result<Outcome>> {
  return undoable(tools, spec, (undo) => make(tools, spec, undo));
}

/** The old one waits, stopped, until the new one answers; when it does not, the old one goes on. */
export async function recreateService(
  tools: WorkTools,
  spec: ServiceSpec,
  former: OwnContainer,
): Promise<Result<Outcome>> {
  const { client } = tools;
  return undoable(tools, spec, async (undo) => {
    const image = await bringImage(tools, spec);
    if (!image.ok) return image;
    tools.status('creating');
    const old = client.getContainer(former.id);
    if (former.isRunning || former.isRestarting) {
      undo.push(() => old.start());
      await old.stop({ t: STOP_SECONDS }).catch(unlessDone);
    }
    undo.push(() => old.rename({ name: former.containerName }));
    await old.rename({ name: former.containerName + LABEL_FORMER_SUFFIX });
    const made = await make(tools, spec, undo, former);
    if (made.ok) await old.remove({ force: true, v: true }).catch(unlessDone);
    return made;
  });
}

async function undoable(
  { signal, client, home, alone, later }: WorkTools,
  { name, image }: ServiceSpec,
  act: (undo: UndoStack) => Promise<Result<Outcome>>,
): Promise<Result<Outcome>> {
  const undo = createUndoStack();
  const done = await act(undo).catch((error: unknown) => failure(dockerProblem(error, { service: name, image })));
  if (done.ok) return done;
  const takeBack = (): Promise<void> =>
    alone(async () => {
      await undo.run();
      await removeUnusedNetwork(client, home);
    });
  if (done.problems[0]?.code === 'DOCKER_GONE') {
    later(takeBack);
    return done;
  }
  await takeBack().catch(() => undefined); // what is left of it is found by its labels
  return signal.aborted ? failure(cancelled(name)) : done;
}

async function bringImage(tools: WorkTools, { name, image }: ServiceSpec): Promise<Result<undefined>> {
  const { client, mirror, signal, progress } = tools;
  tools.status('pulling');
  return ensureImage(client, { service: name, image, mirror, signal, onProgress: progress });
}

async function make(
  tools: WorkTools,
  spec: ServiceSpec,
  undo: UndoStack,
  former?: OwnContainer,
): Promise<Result<Outcome>> {
  const { client, home, freePort } = tools;
  const image = await bringImage(tools, spec);
  if (!image.ok) return image;
  tools.status('creating');
  const credentials = await resolveCredentials(tools, spec, undo);
  if (!credentials.ok) return credentials;
  const whole = { ...spec, volumes: [...spec.volumes, ...(await imageVolumes(client, spec, home))] };
  const wrap = { push: (step: () => Promise<unknown>) => undo.push(async () => void (await step())) };
  const built = await tools.alone(() =>
    buildContainer({ client, home, freePort, undo: wrap }, whole, credentials.value, former?.ports),
  );
  if (!built.ok) return built;
  return settle(tools, spec, built.value.id, credentials.value);
}

/** Folders that the image keeps data in and the config does not name: named too, so that a new container finds them. */
async function imageVolumes(client: Client, spec: ServiceSpec, home: string): Promise<VolumeSpec[]> {
  const { Config } = await client.getImage(spec.image).inspect();
  const paths = Object.keys((Config.Volumes ?? {}) as Record<string, unknown>);
  return paths
    .filter((path) => !spec.volumes.some((volume) => path === volume.path || path.startsWith(`${volume.path}/`)))
    .map((path) => ({
      name: `${volumePrefix(home, spec.name)}${path.replace(/[^\w.-]+/g, '-')}`,
      path,
      isReadOnly: false,
    }));
}

export const volumePrefix = (home: string, service: string): string => `mogoly-${service}-${home.slice(0, 6)}`;

/** Waits for a first answer. */
async function settle(
  tools: WorkTools,
  spec: ServiceSpec,
  id: string,
  credentials: Credentials,
): Promise<Result<Outcome>> {
  tools.status('starting');
  const container = await inspect(tools.client, id);
  const readiness = await waitFor(tools, spec.type, container, credentials);
  const now = await inspect(tools.client, id);
  switch (readiness.kind) {
    case 'ready':
      return success({ container: now });
    case 'late':
      return success({ container: now, late: notReady(spec.name, readiness.said) });
    case 'aborted':
      return failure(cancelled(spec.name));
    case 'refused':
      return failure(credentialsRefused(spec.name, readiness.said));
    case 'ended':
      return failure(await exited(tools.client, spec.name, id, now, credentials));
  }
}

export function waitFor(
  { client, signal, readyTimeoutMs }: Pick<WorkTools, 'client' | 'signal' | 'readyTimeoutMs'>,
  type: OwnContainer['type'],
  container: OwnContainer | undefined,
  credentials: Credentials,
): Promise<Readiness> {
  const restarts = container?.restartCount ?? 0;
  return awaitReady({
    type,
    port: container?.port,
    credentials,
    signal,
    timeoutMs: readyTimeoutMs,
    isAlive: async () => {
      const now = container && (await inspect(client, container.id));
      return now !== undefined && now.isRunning && now.restartCount === restarts;
    },
  });
}

export const notReady = (service: string, said: string): Problem =>
  problem('SERVICE_NOT_READY', `${service} runs, and does not answer yet: ${said}.`, {
    fix: 'Look at its log; some images take minutes for their first start.',
  });

export const credentialsRefused = (service: string, said: string): Problem =>
  problem('SERVICE_CREDENTIALS', `${service} refuses the user and password that are kept for it: ${said}.`, {
    fix: 'Its data were made with others: give those in the config, or delete the service with its volumes.',
  });

async function exited(
  client: Client,
  service: string,
  id: string,
  container: OwnContainer | undefined,
  { password }: Credentials,
): Promise<Problem> {
  const { lines } = await readLogs(client, id, { tail: LINES_LOOKED_AT, waitMs: 0 }).catch(() => ({ lines: [] }));
  const full = lines.find(({ text }) => /no space left on device/i.test(text));
  if (full !== undefined) return dockerProblem(new Error(full.text), { service });
  const all = lines
    .slice(-LAST_LINES)
    .map(({ text }) => text)
    .join(' / ');
  // An image may print its environment; a problem goes into the log.
  const said = password === undefined ? all : all.replaceAll(password, '••••••••');
  const code = container === undefined ? '' : ` with ${container.exitCode}`;
  return problem('SERVICE_EXITED', `The container of ${service} ended${code}${said === '' ? '' : `: ${said}`}.`, {
    fix: 'Check its image, its variables and its volumes.',
  });
}

/** Started again, as it was made. */
export async function startService(
  tools: WorkTools,
  container: OwnContainer,
  how: 'start' | 'restart',
): Promise<Result<Outcome>> {
  const { client, signal } = tools;
  tools.status('starting');
  try {
    const handle = client.getContainer(container.id);
    await (how === 'start' ? handle.start() : handle.restart({ t: STOP_SECONDS })).catch(unlessDone);
    const credentials = await tools.credentialsOf(container);
    const started = await inspect(client, container.id);
    const readiness = await waitFor(tools, container.type, started, credentials);
    const now = await inspect(client, container.id);
    if (readiness.kind === 'ended')
      return failure(await exited(client, container.service, container.id, now, credentials));
    if (readiness.kind === 'late')
      return success({ container: now, late: notReady(container.service, readiness.said) });
    if (readiness.kind === 'refused')
      return success({ container: now, late: credentialsRefused(container.service, readiness.said) });
    return success({ container: now });
  } catch (error) {
    if (signal.aborted) return failure(cancelled(container.service));
    return failure(dockerProblem(error, { service: container.service, image: container.image, port: container.port }));
  }
}

export async function stopService({ client, status }: WorkTools, container: OwnContainer): Promise<Result<Outcome>> {
  status('stopping');
  try {
    await client.getContainer(container.id).stop({ t: STOP_SECONDS }).catch(unlessDone);
    return success({ container: { ...container, isRunning: false, startedAt: undefined } });
  } catch (error) {
    return failure(dockerProblem(error, { service: container.service }));
  }
}

/** `withVolumes`: those that were made here; folders and volumes of others stay. Gives the names of what went. */
export async function removeService(
  client: Client,
  home: string,
  service: string,
  container: OwnContainer | undefined,
  withVolumes: boolean,
): Promise<Result<string[]>> {
  const gone: string[] = [];
  try {
    if (container !== undefined)
      await client.getContainer(container.id).remove({ force: true, v: true }).catch(unlessDone);
    if (withVolumes) {
      const label = [`${LABEL_HOME}=${home}`, `${LABEL_SERVICE}=${service}`];
      const { Volumes } = await client.listVolumes({ filters: JSON.stringify({ label }) as never });
      for (const { Name } of Volumes ?? []) {
        if (isFolder({ name: Name })) continue;
        await client.getVolume(Name).remove();
        gone.push(Name);
      }
    }
    await removeUnusedNetwork(client, home);
    return success(gone);
  } catch (error) {
    return failure(dockerProblem(error, { service }));
  }
}

/** It is so already, or it is gone. */
function unlessDone(error: unknown): void {
  if (statusOf(error) !== 304 && statusOf(error) !== 404) throw error;
}
