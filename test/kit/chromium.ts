/** Debian's Chromium, driven by Playwright. */
import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright';

const EXECUTABLE = '/usr/bin/chromium';

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--no-proxy-server',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Rejects with the name of the package where there is no Chromium: such a test must not pass by being left out. */
export async function launchChromium(): Promise<Browser> {
  if (!existsSync(EXECUTABLE)) {
    throw new Error(`${EXECUTABLE} is missing: install it with "apt-get install -y --no-install-recommends chromium".`);
  }
  return chromium.launch({ executablePath: EXECUTABLE, args: ARGS });
}
