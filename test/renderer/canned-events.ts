/** A log as a morning writes it: every level, what leads somewhere, long and hostile text. */
import { cannedConfig } from './config/canned-config.ts';
import type { Canned } from './harness.ts';
import type { LogEntry } from '../../shared/state.ts';

export const HOSTILE = '<img src=x onerror="document.title=1">';

const AT = Date.UTC(2026, 10, 26, 9, 12, 44, 31);
const STEP_MS = 7_310;

const WRITTEN: Omit<LogEntry, 'id' | 'at'>[] = [
  { level: 'info', event: 'engine.started', message: 'Serving revision 3' },
  {
    level: 'info',
    event: 'listener.opened',
    message: 'Listening for http on 127.0.0.1:8080',
    fields: { kind: 'http', address: '127.0.0.1', port: 8080 },
  },
  { level: 'debug', event: 'dns.started', message: 'Answering for *.test on 127.0.0.1:5353' },
  {
    level: 'warn',
    event: 'backend.healthChanged',
    message: 'web-2 of shop.localhost is down: connection refused',
    fields: {
      site: 'shop.localhost',
      backend: 'web-2',
      url: 'http://localhost:5174',
      from: 'healthy',
      to: 'down',
    },
  },
  {
    level: 'error',
    event: 'config.refused',
    message: 'Refused a config from file, the running one stays: "round_robbin" is not a strategy.',
    fields: { source: 'file', codes: 'CONFIG_WRONG_TYPE', line: 9, column: 15 },
  },
  {
    level: 'info',
    event: 'config.applied',
    message: 'Applied revision 4 from window: ~ shop.localhost',
    fields: { revision: 4, source: 'window' },
  },
  { level: 'error', event: 'listener.failed', message: `Port 80 is held by ${HOSTILE}`, fields: { by: HOSTILE } },
  {
    level: 'warn',
    event: 'site.hostRefused',
    message: `Vite behind web-1 refuses the host of ${'a-long-name.'.repeat(14)}localhost. Add server.allowedHosts.`,
    fields: { site: 'gone.localhost', framework: 'Vite' },
  },
];

/** The eight of them five times over, in the order of their times. */
export const EVENTS: LogEntry[] = Array.from({ length: 5 }, () => WRITTEN)
  .flat()
  .map((entry, index) => ({ id: index + 1, at: AT + index * STEP_MS, ...entry }));

/** @param answers by command name, ahead of the canned ones */
export const cannedEvents = (answers: Record<string, unknown> = {}): Canned => ({
  ...cannedConfig(answers),
  log: EVENTS,
});
