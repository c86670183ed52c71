/** The real resolvers of Linux, in a throw-away copy of the machine: our names come to us, others do not, and all goes again. */
import { readFile } from 'node:fs/promises';
import { describe, expect, it, type TestContext } from 'vitest';
import { bundleInto, overlayMissing, type Overlay } from '../kit/overlay.ts';
import { askedOf, NETWORK_ANSWER, startNameHost, startResolvedHost } from '../kit/resolved.ts';
import type { NamesCheck, SystemNamesStatus, WantedNames } from '../../shared/system-names.ts';

const GUEST = new URL('../engine/system/names/names-guest.ts', import.meta.url).pathname;
const WANTED: WantedNames = {
  zones: ['test'],
  hosts: ['shop.test', 'shop.local', '*.shop.local'],
  dns: { address: '127.0.0.1', port: 5354 },
  addresses: ['127.0.0.1', '::1'],
};

interface Answer {
  ok: boolean;
  value: { title: string }[];
  problems?: { code: string }[];
  warnings: { code: string; fix?: string }[];
}

interface Guest {
  act: (verb: 'install' | 'remove' | 'undo', argument?: string) => Promise<Answer>;
  status: () => Promise<SystemNamesStatus>;
  check: (name?: string) => Promise<NamesCheck>;
}

function needOverlay(ctx: TestContext): void {
  const missing = overlayMissing();
  if (missing !== undefined) ctx.skip(missing);
}

async function guestOf(overlay: Overlay, wanted: WantedNames = WANTED): Promise<Guest> {
  const program = await bundleInto(overlay, GUEST, 'names-guest');
  const ask = async <T>(verb: string, argument?: string): Promise<T> => {
    const args = [program, verb, JSON.stringify(wanted), ...(argument === undefined ? [] : [argument])];
    const { stdout, stderr } = await overlay.run(process.execPath, args);
    if (stdout === '') throw new Error(stderr);
    return JSON.parse(stdout) as T;
  };
  return { act: ask, status: () => ask('status'), check: (name) => ask('check', name) };
}

const hostLookup = async (overlay: Overlay, name: string): Promise<string> =>
  (await overlay.run('getent', ['hosts', name])).stdout.trim();

const stateOf = ({ methods }: SystemNamesStatus, id: string) => methods.find((method) => method.id === id)?.state;

describe('systemd-resolved', () => {
  it('asks our DNS for a zone, for itself and through its stub, until it is taken back', async (ctx) => {
    needOverlay(ctx);
    const host = await startResolvedHost('resolved');
    const guest = await guestOf(host);
    const before = await guest.status();
    expect(before.choice.methods).toEqual(['systemd-resolved', 'hosts-file']);
    expect(stateOf(before, 'systemd-resolved')).toBe('inactive');
    expect((await guest.check()).reachedUs).toBe(false);

    const installed = await guest.act('install');
    expect(installed.problems).toBeUndefined();
    expect(installed.warnings.map(({ code }) => code)).toEqual(['NAMES_LOCAL', 'NAMES_WILDCARD']);
    expect(stateOf(await guest.status(), 'systemd-resolved')).toBe('active');
    expect(await host.bash('resolvectl query -4 x.test')).toContain('127.0.0.1');
    expect(await hostLookup(host, 'deep.y.test')).toBe('127.0.0.1       deep.y.test');
    expect(await askedOf(host, 'ours')).toEqual(expect.arrayContaining(['x.test', 'deep.y.test']));
    expect(await askedOf(host, 'network')).not.toContain('x.test');
    expect(await guest.check()).toMatchObject({ reachedUs: true, addresses: ['127.0.0.1'] });

    await hostLookup(host, 'www.example.com');
    expect(await askedOf(host, 'network')).toContain('www.example.com');
    expect((await guest.act('install')).value).toEqual([]);

    expect((await guest.act('remove')).problems).toBeUndefined();
    expect(stateOf(await guest.status(), 'systemd-resolved')).toBe('inactive');
    const from = (await askedOf(host, 'ours')).length;
    expect(await hostLookup(host, 'z.test')).toContain(NETWORK_ANSWER);
    expect((await askedOf(host, 'ours')).slice(from)).toEqual([]);
    expect((await guest.check()).reachedUs).toBe(false);
  });
});

describe('dnsmasq', () => {
  it('asks our DNS for a zone and its network for the rest, until it is taken back', async (ctx) => {
    needOverlay(ctx);
    const host = await startNameHost('dnsmasq', ['dnsmasq-base']);
    await host.bash(`
      mkdir -p /etc/dnsmasq.d
      printf 'no-resolv\\nserver=10.9.9.2\\nlisten-address=127.0.0.1\\nbind-interfaces\\nstop-dns-rebind\\nconf-dir=/etc/dnsmasq.d\\n' > /etc/dnsmasq.conf
      rm -f /etc/resolv.conf && echo nameserver 127.0.0.1 > /etc/resolv.conf
      systemctl restart dnsmasq
    `);
    const guest = await guestOf(host);
    expect((await guest.status()).choice.methods).toEqual(['dnsmasq', 'hosts-file']);
    expect((await guest.act('install')).problems).toBeUndefined();
    expect(await guest.check()).toMatchObject({ reachedUs: true, addresses: ['127.0.0.1'] });
    expect(await hostLookup(host, 'www.example.com')).toContain(NETWORK_ANSWER);
    expect(await askedOf(host, 'ours')).not.toContain('www.example.com');
    await guest.act('remove');
    expect((await guest.check()).reachedUs).toBe(false);
    expect(await hostLookup(host, 'z.test')).toContain(NETWORK_ANSWER);
  });
});

describe('the hosts file', () => {
  it('gives a .local host both addresses to every program, and is what it was when taken back or undone', async (ctx) => {
    needOverlay(ctx);
    const host = await startNameHost('hosts');
    const guest = await guestOf(host);
    const before = await host.bash('cat /etc/hosts');
    expect((await guest.status()).choice.methods).toEqual(['hosts-file']);
    const installed = await guest.act('install');
    expect(installed.warnings.map(({ code }) => code)).toEqual([
      'NAMES_LOCAL',
      'NAMES_ZONE_UNROUTED',
      'NAMES_WILDCARD',
    ]);
    expect(installed.warnings.at(-1)?.fix).toBe('Name each host in its site.');
    expect((await host.bash('getent ahostsv4 shop.local')).split(/\s/)[0]).toBe('127.0.0.1');
    expect((await host.bash('getent ahostsv6 shop.local')).split(/\s/)[0]).toBe('::1');
    expect((await guest.check('shop.test')).addresses.sort()).toEqual(['127.0.0.1', '::1']);
    expect(stateOf(await guest.status(), 'hosts-file')).toBe('active');
    await guest.act('remove');
    expect(await host.bash('cat /etc/hosts')).toBe(before);
    expect(await hostLookup(host, 'shop.local')).toContain(NETWORK_ANSWER);
    await guest.act('undo');
    expect(await host.bash('cat /etc/hosts')).toBe(before);
    expect(await readFile('/etc/hosts', 'utf8')).toBe(before);
  });
});
