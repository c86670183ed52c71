/** Waits until a service takes a real connection, its container ends, or the time is up. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceType } from '../../../../shared/service-config.ts';
import type { Credentials } from '../catalogue.ts';
import type { Answer, Knock } from './answer.ts';
import { knockMongo } from './mongodb.ts';
import { knockMysql } from './mysql.ts';
import { knockPort } from './open-port.ts';
import { knockPostgres } from './postgres.ts';
import { knockRedis } from './redis.ts';

const KNOCKS: Record<ServiceType, Knock> = {
  postgresql: knockPostgres,
  mysql: knockMysql,
  mariadb: knockMysql,
  mongodb: knockMongo,
  redis: knockRedis,
  custom: knockPort,
};

/** Between two tries. */
const PAUSE_MS = 250;
/** One that has no port to knock at and does not end so long is taken for well; what fails at its start takes seconds. */
const RUNS_MS = 3_000;

export interface Waiting {
  type: ServiceType;
  /** Undefined where nothing is published: running is all there is. */
  port: number | undefined;
  credentials: Credentials;
  /** Asked before each try; false ends the waiting. */
  isAlive: () => Promise<boolean>;
  signal: AbortSignal;
  timeoutMs: number;
}

/** `ended`: the container is no more; `late`: the time is up, with the last answer. */
export type Readiness = { kind: 'ready' | 'ended' | 'aborted' } | { kind: 'refused' | 'late'; said: string };

export const knock = (type: ServiceType, port: number, credentials: Credentials): Promise<Answer> =>
  KNOCKS[type](port, credentials);

export async function awaitReady(waiting: Waiting): Promise<Readiness> {
  const { type, port, credentials, isAlive, signal, timeoutMs } = waiting;
  const deadline = performance.now() + timeoutMs;
  const begun = performance.now();
  let said = 'it does not answer';
  for (;;) {
    if (signal.aborted) return { kind: 'aborted' };
    if (!(await isAlive())) return { kind: 'ended' };
    const answer = port === undefined ? stillRuns(begun) : await knock(type, port, credentials);
    if (answer.kind === 'ready') return { kind: 'ready' };
    said = answer.said ?? said;
    if (answer.kind === 'refused') return { kind: 'refused', said };
    if (performance.now() > deadline) return { kind: 'late', said };
    await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined); // seen at the next turn
  }
}

const stillRuns = (begun: number): Answer =>
  performance.now() - begun > RUNS_MS ? { kind: 'ready' } : { kind: 'waiting', said: 'it has just started' };
