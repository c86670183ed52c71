/** Whether our own listeners answer: to http a request that only we would answer so, to the others a connection. */
import { request } from 'node:http';
import { connect } from 'node:net';
import type { HealthReport, ListenerState } from '../../shared/state.ts';

/** Our own loopback answers at once or something is wrong. */
const SELF_TIMEOUT_MS = 2_000;

export async function checkSelf(listeners: readonly ListenerState[]): Promise<HealthReport> {
  const checkTime = Date.now();
  const report: HealthReport = { pass: [], fail: [], checkTime, duration: 0 };
  await Promise.all(
    listeners.map(async (listener) => {
      const host = listener.address === '0.0.0.0' ? '127.0.0.1' : listener.address === '::' ? '::1' : listener.address;
      const url = `${listener.kind}://${host.includes(':') ? `[${host}]` : host}:${listener.port}/`;
      const error = listener.problem?.message ?? (await (listener.kind === 'http' ? ask : reach)(host, listener.port));
      const entry = {
        name: `${listener.kind} ${listener.address}:${listener.port}`,
        url,
        healthy: error === undefined,
      };
      if (error === undefined) report.pass.push(entry);
      else report.fail.push({ ...entry, error });
    }),
  );
  report.duration = Date.now() - checkTime;
  return report;
}

/** No host of this form reaches a site; we refuse it with a code of our own. */
const NO_HOST = '%';

function ask(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const outgoing = request({
      host,
      port,
      path: '/',
      method: 'HEAD',
      headers: { host: NO_HOST },
      timeout: SELF_TIMEOUT_MS,
      agent: false,
    });
    outgoing.on('response', (response) => {
      response.resume();
      resolve(response.headers['x-mogoly-error'] === undefined ? 'another program answers' : undefined);
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${SELF_TIMEOUT_MS / 1_000}s`)));
    outgoing.on('error', (error) => resolve(error.message));
    outgoing.end();
  });
}

/** Of TLS and DNS it is enough that somebody accepts: what they answer depends on the sites. */
function reach(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: SELF_TIMEOUT_MS });
    const end = (error?: string): void => {
      socket.destroy();
      resolve(error);
    };
    socket.on('connect', () => end());
    socket.on('timeout', () => end(`no answer within ${SELF_TIMEOUT_MS / 1_000}s`));
    socket.on('error', (error) => end(error.message));
  });
}
