/** What the doctor is given, all well, over a home folder of its own; a test spoils what it is about. */
import { chmodSync } from 'node:fs';
import { runCommand } from '../../electron/engine/system/command.ts';
import type { DoctorDeps } from '../../electron/engine/system/doctor/check.ts';
import { examine } from '../../electron/engine/system/doctor/doctor.ts';
import { createPortOwner } from '../../electron/engine/system/doctor/port-owner.ts';
import type { Finding } from '../../shared/doctor.ts';
import { tempHome } from './temp-home.ts';

export function doctorDeps(rest: Partial<DoctorDeps> = {}): DoctorDeps {
  const home = tempHome();
  chmodSync(home, 0o700);
  return {
    platform: 'linux',
    fsRoot: '/',
    home,
    userHome: home,
    env: {},
    run: runCommand,
    now: Date.now,
    clockJumpMs: () => 0,
    links: () => ['lo', 'eth0'],
    portOwner: createPortOwner('linux', runCommand),
    listen: () => Promise.resolve({ http: 'off', https: 'off', dns: 'off' }),
    listeners: () => [],
    wanted: () => ({ zones: [], hosts: [] }),
    namesStatus: () =>
      Promise.resolve({ platform: 'linux', methods: [], choice: { methods: [], because: '' }, problems: [] }),
    namesCheck: () => Promise.resolve({ name: '', reachedUs: false, addresses: [], message: '' }),
    trustStores: () => Promise.resolve([]),
    trustVerified: () => Promise.resolve(undefined),
    certificates: () => ({
      root: { exists: false, file: '', keyFile: '', former: [], outside: [], problems: [] },
      certificates: [],
      orders: [],
    }),
    refusals: () => [],
    docker: () => Promise.resolve({ available: false }),
    ...rest,
  };
}

/** Of one check. */
export async function findingsOf(id: string, rest: Partial<DoctorDeps> = {}): Promise<Finding[]> {
  const report = await examine(doctorDeps(rest));
  return report.findings.filter((finding) => finding.id === id);
}
