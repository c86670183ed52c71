/** The ACME room with what a test needs around it: its events, a clock, a temporary folder. */
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createAcme, type Acme, type AcmeSite } from '../../electron/engine/tls/acme.ts';
import { acmeSchema, type AcmeConfig } from '../../shared/acme-config.ts';
import type { AcmeEvents, AcmeState, ReportAcme } from '../../shared/acme.ts';
import { tempHome } from './temp-home.ts';
import { until } from './wait.ts';

type AcmeInput = Parameters<typeof acmeSchema.parse>[0];

export interface TestAcme extends Acme {
  folder: string;
  /** What it is to serve; call adopt() after a change. */
  wanted: { config: AcmeConfig; sites: AcmeSite[] };
  /** Added to the time. */
  clock: { aheadMs: number };
  events: { name: keyof AcmeEvents; data: AcmeEvents[keyof AcmeEvents] }[];
  /** Data of the events of that name so far. */
  seen: <K extends keyof AcmeEvents>(name: K) => AcmeEvents[K][];
  /** Waits until the one order of a site is neither waiting nor under way. */
  settled: (site: string) => Promise<AcmeState>;
}

/** Made inside a test, closed at its end. `folder`: of a room before it, as after a restart. */
export function startAcme(config: AcmeInput, sites: AcmeSite[], folder = join(tempHome(), 'acme')): TestAcme {
  const wanted = { config: acmeSchema.parse(config), sites };
  const clock = { aheadMs: 0 };
  const events: TestAcme['events'] = [];
  const report: ReportAcme = (name, data) => void events.push({ name, data });
  const acme = createAcme({
    folder,
    configFolder: join(folder, '..'),
    now: () => Date.now() + clock.aheadMs,
    report,
    settings: () => wanted.config,
    hosts: () => wanted.sites,
  });
  onTestFinished(() => acme.close());
  return {
    ...acme,
    ...{ folder, wanted, clock, events },
    seen: <K extends keyof AcmeEvents>(name: K) =>
      events.filter((event) => event.name === name).map(({ data }) => data as AcmeEvents[K]),
    settled: (site) =>
      until(() => acme.list().find((one) => one.site === site && !['waiting', 'ordering'].includes(one.status)), {
        message: `the order of ${site}; events: ${JSON.stringify(events)}`,
      }),
  };
}
