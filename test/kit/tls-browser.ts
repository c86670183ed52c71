/** Debian's Chromium in a home of its own whose certificate stores trust one root. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type BrowserContext } from 'playwright';
import { onTestFinished } from 'vitest';
import { tempHome } from './temp-home.ts';

const EXECUTABLE = '/usr/bin/chromium';
/** Chromium reads the second where it is there, else the first. */
const STORES = ['.local/share/pki/nssdb', '.pki/nssdb'];

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--no-proxy-server',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--host-resolver-rules=MAP * 127.0.0.1',
];

/** Every name leads to 127.0.0.1; closed when the test is over. Rejects with the names of the packages it misses. */
export async function openTrusting(rootFile: string): Promise<BrowserContext> {
  for (const [program, name] of [
    [EXECUTABLE, 'chromium'],
    ['/usr/bin/certutil', 'libnss3-tools'],
  ] as const)
    if (!existsSync(program))
      throw new Error(`${program} is missing: install it with "apt-get install -y --no-install-recommends ${name}".`);
  const home = tempHome();
  for (const store of STORES) {
    const folder = join(home, store);
    mkdirSync(folder, { recursive: true });
    execFileSync('certutil', ['-d', `sql:${folder}`, '-N', '--empty-password']);
    execFileSync('certutil', ['-d', `sql:${folder}`, '-A', '-t', 'C,,', '-n', 'Mogoly test root', '-i', rootFile]);
  }
  const env = {
    ...process.env,
    HOME: home,
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_CACHE_HOME: join(home, 'cache'),
  };
  const context = await chromium.launchPersistentContext(join(home, 'profile'), {
    executablePath: EXECUTABLE,
    args: ARGS,
    env: Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined)),
  });
  onTestFinished(() => context.close());
  return context;
}
