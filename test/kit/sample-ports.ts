/** The sample of an empty home takes the first free ports from 8080 and 4601: one test file at a time may make one. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll } from 'vitest';
import { until } from './wait.ts';

/** Held while a file owns the sample's ports; let go by the system when the process dies. */
const LOCK_PORT = 4_600;
/** All files that make samples, one after another on a slow machine. */
const TURN_MS = 180_000;

/** Called at the top of a test file that makes the sample. */
export function ownSamplePorts(): void {
  let release = (): void => undefined;
  beforeAll(async () => {
    release = await until(lock, { timeoutMs: TURN_MS, message: 'the other files with samples' });
  }, TURN_MS);
  afterAll(() => release());
}

/** Rejects while another has it. */
async function lock(): Promise<() => void> {
  const server = createServer().listen({ port: LOCK_PORT, host: '127.0.0.1', exclusive: true });
  await once(server, 'listening');
  return () => server.close();
}
