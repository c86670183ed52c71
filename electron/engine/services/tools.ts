/** What the work on one service is given. */
import type { Client } from './docker.ts';
import { knownCredentials } from './credentials.ts';
import { freePort } from './free-port.ts';
import type { Entry, Roster } from './roster.ts';
import type { Secrets } from './secrets.ts';
import type { WorkTools } from './work.ts';

export interface ToolDeps {
  secrets: Secrets;
  homeId: () => Promise<string>;
  mirror: () => string | undefined;
  readyTimeoutMs?: number | undefined;
}

export type MakeTools = (entry: Entry, client: Client, signal: AbortSignal) => Promise<WorkTools>;

/** A first start makes its data. */
const READY_TIMEOUT_MS = 120_000;

export function toolMaker(deps: ToolDeps, roster: Roster): MakeTools {
  const { secrets, mirror, homeId, readyTimeoutMs = READY_TIMEOUT_MS } = deps;
  let tail: Promise<unknown> = Promise.resolve();
  return async (entry, client, signal) => ({
    client,
    home: await homeId(),
    mirror: mirror(),
    secrets,
    freePort,
    alone(act) {
      const next = tail.then(act, act);
      tail = next.catch(() => undefined); // told to its own caller
      return next;
    },
    signal,
    readyTimeoutMs,
    credentialsOf: (container) => knownCredentials(secrets, container),
    status: (status) => roster.set(entry, { status, problem: undefined }),
    later: (takeBack) => void (entry.cutOff = { client, takeBack }),
    progress: (pull) => roster.set(entry, { pull }),
  });
}
