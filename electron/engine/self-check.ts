/** Whether our own listeners answer: a request to each that only we would answer so. */
import { request } from 'node:http';
import type { HealthReport, ListenerState } from '../../shared/state.ts';

/** Our own loopback answers at once or something is wrong. */
const SELF_TIMEOUT_MS = 2_000;

export async function checkSelf(listeners: readonly ListenerState[]): Promise<HealthReport> {
  const checkTime = Date.now();
  const report: HealthReport = { pass: [], fail: [], checkTime, duration: 0 };
  await Promise.all(
    listeners.map(async (listener) => {
      const host = listener.address === '0.0.0.0' ? '127.0.0.1' : listener.address === '::' ? '::1' : listener.address;
      const url = `http://${host.includes(':') ? `[${host}]` : host}:${listener.port}/`;
      const error = listener.problem?.message ?? (await ask(host, listener.port));
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
