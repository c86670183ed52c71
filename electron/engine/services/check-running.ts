/** Whether a running container answers: looked at in the background after it was adopted or started by somebody else. */
import { problem, type Problem } from '../../../shared/problem.ts';
import { inspect, type OwnContainer } from './containers.ts';
import { knownCredentials } from './credentials.ts';
import type { Client } from './docker.ts';
import { knock } from './readiness/ready.ts';
import type { Entry, Roster } from './roster.ts';
import type { Secrets } from './secrets.ts';
import { credentialsRefused, notReady, waitFor } from './work.ts';

export interface CheckDeps {
  roster: Roster;
  secrets: Secrets;
  bug: (error: unknown) => void;
}

/** Then it is shown as not answering, and looked at no more until something happens to it. */
const ANSWER_TIMEOUT_MS = 60_000;

/** Sets the state of the entry at once, and again when the answer is there. */
export function checkRunning(entry: Entry, client: Client, deps: CheckDeps): void {
  const { roster } = deps;
  const container = entry.container!;
  if (container.isRestarting) return roster.set(entry, { status: 'failed', problem: restarts(container) });
  if (!container.isRunning) {
    // What could not be started keeps the reason until it is started, or stopped by us.
    if (entry.status !== 'failed') roster.set(entry, { status: 'stopped', problem: undefined });
    return;
  }
  const checking = new AbortController();
  roster.set(entry, { status: 'starting', problem: undefined, checking });
  answerOf(entry, container, client, deps, checking.signal).catch((error: unknown) => {
    if (!checking.signal.aborted && entry.checking === checking)
      roster.set(entry, { status: 'unready', problem: notReady(entry.name, (error as Error).message) });
  });
}

async function answerOf(
  entry: Entry,
  container: OwnContainer,
  client: Client,
  { roster, secrets }: CheckDeps,
  signal: AbortSignal,
): Promise<void> {
  const credentials = await knownCredentials(secrets, container);
  const tools = { client, signal, readyTimeoutMs: ANSWER_TIMEOUT_MS };
  const readiness = await waitFor(tools, container.type, container, credentials);
  if (signal.aborted) return;
  const { name, spec } = entry;
  switch (readiness.kind) {
    case 'ready':
      return roster.set(entry, { status: 'ready', problem: undefined });
    case 'late':
      return roster.set(entry, { status: 'unready', problem: notReady(name, readiness.said) });
    case 'refused': {
      // Changed in the database by hand, and then in the config.
      const password = spec?.password;
      const other = { ...credentials, password };
      if (password !== undefined && container.port !== undefined && password !== credentials.password) {
        const answer = await knock(container.type, container.port, other);
        if (answer.kind === 'ready' && (await secrets.set(name, other)).ok)
          return roster.set(entry, { status: 'ready', problem: undefined });
      }
      return roster.set(entry, { status: 'unready', problem: credentialsRefused(name, readiness.said) });
    }
    default: {
      const now = await inspect(client, container.id);
      if (now !== undefined && now.isRestarting)
        return roster.set(entry, { container: now, status: 'failed', problem: restarts(now) });
    }
  }
}

const restarts = ({ service, exitCode }: OwnContainer): Problem =>
  problem('SERVICE_EXITED', `The container of ${service} ends again and again, with ${exitCode}.`, {
    fix: 'Look at its log.',
  });
