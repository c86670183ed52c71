/** Wildcards from a real authority over dns-01, the records set by a command and through Cloudflare's API. */
import { X509Certificate } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { startAcme } from '../kit/acme.ts';
import { startCloudflare, type CloudflareDouble } from '../kit/cloudflare.ts';
import { hasPebble, startPebble, type Pebble } from '../kit/pebble.ts';
import { tempHome } from '../kit/temp-home.ts';
import { until } from '../kit/wait.ts';

let pebble: Pebble;

beforeAll(async () => {
  if (hasPebble()) pebble = await startPebble();
});
afterAll(() => pebble?.close());
beforeEach((context) => {
  if (!hasPebble()) context.skip('needs the Debian package pebble');
});

const settings = () => ({ directory: pebble.directory, ca_file: pebble.caFile });
const wild = (name: string) => [{ site: 'shop', hosts: [`*.${name}`, name] }];

/** A command as a user writes it: tells the DNS server by its API, and notes its arguments. */
function writeCommand(home: string, body?: string): void {
  const file = join(home, 'dns.mjs');
  const script = `#!${process.execPath}
import { appendFileSync } from 'node:fs';
const [api, action, name, value] = process.argv.slice(2);
appendFileSync(new URL('./calls.txt', import.meta.url), [action, name].join(' ') + '\\n');
const path = action === 'present' ? 'set-txt' : 'clear-txt';
const body = JSON.stringify({ host: name + '.', value });
const { ok, status } = await fetch(api + '/' + path, { method: 'POST', body });
if (!ok) throw new Error('status ' + status);
`;
  writeFileSync(file, body ?? script);
  chmodSync(file, 0o755);
}

describe('the exec provider', () => {
  it('proves a wildcard with its host, and takes the records away', async () => {
    const home = tempHome();
    writeCommand(home);
    const dns = { provider: 'exec' as const, command: './dns.mjs', args: [pebble.dnsApi], resolvers: [pebble.dns] };
    const acme = startAcme({ ...settings(), dns }, wild('exec.example.com'), join(home, 'acme'));
    await acme.adopt();
    expect(await acme.settled('shop')).toMatchObject({ status: 'valid', certificate: { challenge: 'dns-01' } });
    const { cert } = acme.certificateFor('anything.exec.example.com')!;
    expect(new X509Certificate(cert).subjectAltName).toBe('DNS:*.exec.example.com, DNS:exec.example.com');
    expect(acme.certificateFor('exec.example.com')?.cert).toBe(cert);
    expect(acme.certificateFor('a.b.exec.example.com')).toBeUndefined();
    expect(
      acme
        .seen('acme.dnsWaiting')
        .map(({ host, record }) => `${host} ${record}`)
        .sort(),
    ).toEqual([
      '*.exec.example.com _acme-challenge.exec.example.com',
      'exec.example.com _acme-challenge.exec.example.com',
    ]);
    const calls = readFileSync(join(home, 'calls.txt'), 'utf8').trim().split('\n').sort();
    expect(calls).toEqual([
      'cleanup _acme-challenge.exec.example.com',
      'cleanup _acme-challenge.exec.example.com',
      'present _acme-challenge.exec.example.com',
      'present _acme-challenge.exec.example.com',
    ]);
  });

  it('shows what a failing command wrote to standard error', async () => {
    const home = tempHome();
    writeCommand(home, '#!/bin/sh\necho "the zone is locked" >&2\nexit 7\n');
    const acme = startAcme(
      { ...settings(), dns: { provider: 'exec', command: './dns.mjs' } },
      wild('failing.example.com'),
      join(home, 'acme'),
    );
    await acme.adopt();
    const { problem } = await acme.settled('shop');
    expect(problem?.code).toBe('ACME_DNS_COMMAND_FAILED');
    expect(problem?.message).toBe('The DNS command "./dns.mjs present" ended with status 7: the zone is locked.');
  });

  it('an order whose record never becomes visible does not bother the authority', async () => {
    const home = tempHome();
    writeCommand(home, '#!/bin/sh\nexit 0\n');
    const dns = {
      provider: 'exec' as const,
      command: './dns.mjs',
      resolvers: [pebble.dns],
      propagation_timeout: '300ms',
    };
    const acme = startAcme({ ...settings(), dns }, wild('unseen.example.com'), join(home, 'acme'));
    await acme.adopt();
    expect(await acme.settled('shop')).toMatchObject({ problem: { code: 'ACME_DNS_NOT_VISIBLE' } });
    expect(acme.seen('acme.challengeReady')).toEqual([]);
  });

  it('close ends a command that hangs', async () => {
    const home = tempHome();
    writeCommand(home, '#!/bin/sh\n[ "$1" = present ] && { touch begun; exec sleep 60; }\ntouch cleaned\n');
    const dns = { provider: 'exec' as const, command: './dns.mjs' };
    const acme = startAcme({ ...settings(), dns }, [{ site: 'shop', hosts: ['hang.example.com'] }], join(home, 'acme'));
    await acme.adopt();
    await until(() => existsSync(join(home, 'begun')));
    const before = performance.now();
    await acme.close();
    expect(performance.now() - before).toBeLessThan(30_000); // of the minute that the command takes
    expect(existsSync(join(home, 'cleaned'))).toBe(true);
    expect(acme.seen('acme.failed')).toEqual([]);
  });
});

describe('the cloudflare provider', () => {
  const cloudflare = async (
    options: Partial<Parameters<typeof startCloudflare>[0]> = {},
  ): Promise<CloudflareDouble> => {
    const double = await startCloudflare({
      zones: ['example.com', 'deep.example.com'],
      tellDns: pebble.tellDns,
      ...options,
    });
    onTestFinished(() => double.close());
    return double;
  };
  const dnsOf = ({ api, token }: CloudflareDouble) =>
    ({ provider: 'cloudflare', api, token, resolvers: [pebble.dns], propagation_timeout: '5s' }) as const;

  it('proves a wildcard in the zone with the longest suffix, and takes the records away', async () => {
    const double = await cloudflare();
    const acme = startAcme({ ...settings(), dns: dnsOf(double) }, wild('shop.deep.example.com'));
    await acme.adopt();
    expect(await acme.settled('shop')).toMatchObject({ status: 'valid' });
    expect(acme.certificateFor('x.shop.deep.example.com')).toBeDefined();
    expect(double.created).toHaveLength(2);
    expect(double.created[0]).toMatchObject({
      zone: 'deep.example.com',
      name: '_acme-challenge.shop.deep.example.com',
    });
    expect(double.records()).toEqual([]);
    expect(acme.seen('acme.warned')).toEqual([]);
  });

  it('says what a token may not do', async () => {
    const double = await cloudflare();
    const dns = { ...dnsOf(double), token: 'another' };
    const acme = startAcme({ ...settings(), dns }, wild('forbidden.example.com'));
    await acme.adopt();
    const { problem } = await acme.settled('shop');
    expect(problem).toMatchObject({ code: 'ACME_CLOUDFLARE_FORBIDDEN', fix: expect.stringContaining('DNS:Edit') });
    expect(problem?.message).toContain('Invalid access token (9109)');
    expect(JSON.stringify([problem, acme.events])).not.toContain('another');
  });

  it('says when the token sees no zone of the name, or the API is another', async () => {
    const double = await cloudflare({ zones: ['other.org'] });
    const acme = startAcme({ ...settings(), dns: dnsOf(double) }, wild('nozone.example.com'));
    await acme.adopt();
    expect(await acme.settled('shop')).toMatchObject({ problem: { code: 'ACME_CLOUDFLARE_NO_ZONE' } });
    acme.wanted.config = {
      ...acme.wanted.config,
      dns: { ...acme.wanted.config.dns!, ...{ api: `${double.api}/nothing` } },
    };
    await acme.adopt();
    await until(() => acme.list()[0]?.problem?.code === 'ACME_CLOUDFLARE_NOT_FOUND');
  });
});
