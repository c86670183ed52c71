/** The whole promise on a machine that had nothing: a name, a port, a certificate, and programs that believe it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bundleInto, overlayMissing, startOverlay, type Overlay } from '../kit/overlay.ts';
import { until } from '../kit/wait.ts';

const CLI = new URL('../../electron/cli/process.ts', import.meta.url).pathname;
const DEV_SERVER = new URL('../kit/dev-server-guest.ts', import.meta.url).pathname;
const CONFIG = `
zones: [test]
dns: { forward: ["192.0.2.1"] }
server:
  - { name: shop.local, hosts: [shop.local, "*.shop.test"], url: "http://127.0.0.1:3000" }
`;
const WAIT = { timeoutMs: 30_000, intervalMs: 200 };
/** Several starts of Chromium on a small machine. */
const TEST_MS = 180_000;

interface Machine {
  mogoly: (args: string) => Promise<string>;
  /** What the page says once its script is through, or the page of an error. */
  browse: (url: string) => Promise<string>;
  exitCode: (command: string) => Promise<number>;
}

/** Mogoly and a dev server in a fresh home, ports 80, 443 and 53, its own resolver. */
async function setUp(overlay: Overlay): Promise<Machine> {
  const [cli, devServer] = [await bundleInto(overlay, CLI, 'cli'), await bundleInto(overlay, DEV_SERVER, 'dev-server')];
  await writeFile(join(overlay.shared, 'mogoly.yaml'), CONFIG);
  const node = process.execPath;
  const env = 'HOME=/root/fresh MOGOLY_HOME=/root/fresh/mogoly';
  await overlay.bash(`
    mkdir -p /root/fresh
    rm -f /etc/resolv.conf && echo 'nameserver 127.0.0.1' > /etc/resolv.conf
    sed -i 's/^hosts:.*/hosts: files dns/' /etc/nsswitch.conf
    (${node} ${devServer} 3000 > /run/kit/dev.log 2>&1 &)
    (${env} ${node} ${cli} run --config /run/kit/mogoly.yaml > /run/kit/run.log 2>&1 &)
  `);
  const ask = (command: string) => overlay.run('bash', ['-c', `export ${env}; unset NODE_EXTRA_CA_CERTS; ${command}`]);
  const machine: Machine = {
    async mogoly(args) {
      const { code, stdout, stderr } = await ask(`${node} ${cli} ${args}`);
      if (code !== 0) throw new Error(`mogoly ${args} ended with ${code}: ${stderr}${stdout}`);
      return stdout;
    },
    async browse(url) {
      const flags =
        '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking';
      const profile = '--user-data-dir=$(mktemp -d)';
      return (await ask(`timeout 60 chromium ${flags} ${profile} --dump-dom ${url} 2>/run/kit/chromium.log`)).stdout;
    },
    exitCode: async (command) => (await ask(command)).code,
  };
  await until(() => machine.mogoly('status').then((text) => text.includes('running')), WAIT);
  return machine;
}

describe('https on a machine that had nothing', () => {
  it(
    'is believed after trust install by Chromium, curl, openssl and Node, and no longer after trust remove',
    async (ctx) => {
      const missing = overlayMissing();
      if (missing !== undefined) ctx.skip(missing);
      const machine = await setUp(await startOverlay('trusted'));
      const curl = 'curl -sS -o /dev/null --http2 https://shop.local/';
      const openssl = 'openssl s_client -connect shop.local:443 -servername shop.local -verify_return_error </dev/null';
      const root = '/root/fresh/mogoly/ca/root.pem';
      const fetchIt = `fetch("https://shop.local/").then(() => process.exit(0), () => process.exit(9))`;
      const nodeWith = (store: string) => `${store} ${process.execPath} -e '${fetchIt}'`;

      expect(await machine.browse('https://shop.local/')).not.toContain('shop.local hello');
      expect(await machine.exitCode(curl)).toBe(60);

      const installed = await machine.mogoly('trust install');
      expect(installed).toMatch(/trusted\s+Debian system store/);
      expect(installed).toMatch(/trusted\s+Chromium/);
      expect(await machine.browse('https://shop.local/')).toContain('<p id="how">h2 shop.local hello</p>');
      expect(await machine.browse('https://anything.shop.test/')).toContain(
        '<p id="how">h2 anything.shop.test hello</p>',
      );
      expect(await machine.exitCode(curl)).toBe(0);
      expect(await machine.exitCode(openssl)).toBe(0);
      expect(await machine.exitCode(nodeWith(`NODE_EXTRA_CA_CERTS=${root}`))).toBe(0);
      expect(await machine.exitCode(nodeWith(''))).toBe(9);
      expect(await machine.mogoly('trust install')).toContain('Nothing was to be done');
      expect(await machine.mogoly('trust status')).toMatch(/Debian system store\s+trusted/);

      await machine.mogoly('trust remove');
      expect(await machine.exitCode(curl)).toBe(60);
      expect(await machine.exitCode(openssl)).not.toBe(0);
      expect(await machine.browse('https://shop.local/')).not.toContain('shop.local hello');
    },
    TEST_MS,
  );
});
