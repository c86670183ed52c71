/** Certificates from a real authority over http-01 and tls-alpn-01: issued, renewed, refused, kept over a restart. */
import { X509Certificate } from 'node:crypto';
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startAcme } from '../kit/acme.ts';
import {
  BLOCKED_HOST,
  hasPebble,
  serveChallenges,
  startPebble,
  type ChallengeSource,
  type Pebble,
} from '../kit/pebble.ts';
import { until } from '../kit/wait.ts';

const NOTHING: ChallengeSource = { httpChallenge: () => undefined, alpnContextFor: () => undefined };
const DAY_MS = 24 * 3_600_000;

let pebble: Pebble;
let source = NOTHING;

beforeAll(async () => {
  if (hasPebble()) pebble = await startPebble();
});
afterAll(() => pebble?.close());
beforeEach((context) => {
  source = NOTHING;
  if (!hasPebble()) context.skip('needs the Debian package pebble');
});

const settings = () => ({ email: 'me@example.com', directory: pebble.directory, ca_file: pebble.caFile });
const shop = (...hosts: string[]) => [{ site: 'shop', hosts }];

/** Listens for the length of one test. */
async function whileServing(options: { http?: boolean; tls?: boolean }, act: () => Promise<void>): Promise<void> {
  const listeners = await serveChallenges(pebble, () => source, options);
  try {
    await act();
  } finally {
    await listeners.close();
  }
}

describe('http-01', () => {
  it('gets one certificate for all the hosts of a site, and says each step', () =>
    whileServing({ tls: false }, async () => {
      const acme = startAcme(settings(), shop('www.shop.example.com', 'shop.example.com'));
      source = acme;
      await acme.adopt();
      const state = await acme.settled('shop');
      expect(state).toMatchObject({
        status: 'valid',
        failures: 0,
        hosts: ['shop.example.com', 'www.shop.example.com'],
      });
      expect(acme.events.map(({ name }) => name)).toEqual([
        'acme.accountCreated',
        'acme.orderStarted',
        'acme.challengeReady',
        'acme.challengeReady',
        'acme.validated',
        'acme.validated',
        'acme.issued',
      ]);
      const certificate = acme.certificateFor('WWW.shop.example.com')!;
      const leaf = new X509Certificate(certificate.cert);
      expect(leaf.subjectAltName).toBe('DNS:shop.example.com, DNS:www.shop.example.com');
      expect(leaf.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
      expect(certificate.notAfter).toBe(Date.parse(leaf.validTo));
      expect(acme.certificateFor('other.example.com')).toBeUndefined();
      const root = new X509Certificate(await pebble.readRoot());
      const chain = certificate.cert
        .match(/-----BEGIN[^]+?END CERTIFICATE-----/g)!
        .map((pem) => new X509Certificate(pem));
      expect(leaf.verify(chain[1]!.publicKey) && chain.at(-1)!.checkIssued(root)).toBe(true);
    }));

  it('keeps keys, account and certificate where only the user reads them', () =>
    whileServing({ tls: false }, async () => {
      const acme = startAcme(settings(), shop('mode.example.com'));
      source = acme;
      await acme.adopt();
      await acme.settled('shop');
      const folder = join(acme.folder, new URL(pebble.directory).host.replace(':', '_'));
      const files = ['account.json', ...readdirSync(join(folder, 'certs')).map((name) => join('certs', name))];
      expect(files).toHaveLength(2);
      for (const file of files) expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
      expect(statSync(folder).mode & 0o777).toBe(0o700);
      expect(JSON.parse(readFileSync(join(folder, 'account.json'), 'utf8'))).toMatchObject({
        directory: pebble.directory,
        email: 'me@example.com',
      });
    }));
});

describe('tls-alpn-01', () => {
  it('proves a name by the handshake alone', () =>
    whileServing({ http: false }, async () => {
      const acme = startAcme({ ...settings(), challenge: 'tls-alpn-01' }, shop('alpn.example.com'));
      source = acme;
      await acme.adopt();
      expect(await acme.settled('shop')).toMatchObject({ status: 'valid', certificate: { challenge: 'tls-alpn-01' } });
      expect(acme.alpnContextFor('alpn.example.com')).toBeUndefined();
    }));

  it('is tried when nothing answers http-01, and first the next time', () =>
    whileServing({ http: false }, async () => {
      const acme = startAcme(settings(), shop('fallback.example.com'));
      source = acme;
      await acme.adopt();
      expect(await acme.settled('shop')).toMatchObject({ status: 'valid', failures: 0 });
      expect((await acme.renew('fallback.example.com')).ok).toBe(true);
      expect(acme.seen('acme.orderStarted').map(({ challenge, reason }) => `${reason} ${challenge}`)).toEqual([
        'new http-01',
        'new tls-alpn-01',
        'asked tls-alpn-01',
      ]);
    }));
});

describe('a failed order', () => {
  it('that the authority refuses shows its reason and waits', async () => {
    const acme = startAcme(settings(), shop(BLOCKED_HOST));
    await acme.adopt();
    const state = await acme.settled('shop');
    expect(state).toMatchObject({ status: 'failed', failures: 1, problem: { code: 'ACME_ORDER_REFUSED' } });
    expect(state.problem?.message).toMatch(/forbidden by policy: "blocked\.example\.com" \(rejectedIdentifier\)/);
    expect(state.nextAttemptAt! - Date.now()).toBeGreaterThan(7 * 60_000);
    expect(acme.seen('acme.failed')).toHaveLength(1);
  });

  it('names the DNS failure, and both challenges that were tried', async () => {
    await pebble.tellDns('set-servfail', { host: 'servfail.example.com' });
    const acme = startAcme(settings(), shop('servfail.example.com'));
    source = acme;
    await acme.adopt();
    const { problem } = await acme.settled('shop');
    expect(problem?.code).toBe('ACME_CHALLENGE_FAILED');
    expect(problem?.message).toMatch(/by http-01: .*could not resolve.*by tls-alpn-01: .*could not resolve/i);
  });

  it('is not tried again by a restart, an apply or a wake until its time has come', async () => {
    const acme = startAcme(settings(), shop(BLOCKED_HOST));
    await acme.adopt();
    const { nextAttemptAt } = await acme.settled('shop');
    await acme.close();
    const orders = pebble.orders();
    const again = startAcme(settings(), shop(BLOCKED_HOST), acme.folder);
    await again.adopt();
    await again.adopt();
    again.refresh();
    expect(again.list()).toMatchObject([{ status: 'failed', failures: 1, nextAttemptAt }]);
    expect(again.events).toEqual([]);
    expect(pebble.orders()).toBe(orders);
    again.clock.aheadMs = nextAttemptAt! - Date.now() + 1;
    again.refresh();
    await until(() => again.list()[0]?.failures === 2);
    expect(pebble.orders()).toBe(orders + 1);
  });

  it('is tried at once when the settings change', async () => {
    const acme = startAcme(settings(), shop(BLOCKED_HOST));
    await acme.adopt();
    await acme.settled('shop');
    acme.wanted.config = { ...acme.wanted.config, email: 'other@example.com' };
    await acme.adopt();
    await until(() => acme.list()[0]?.failures === 2);
  });
});

describe('what is kept', () => {
  it('serves after a restart without a new account or order', () =>
    whileServing({ tls: false }, async () => {
      const acme = startAcme(settings(), shop('kept.example.com'));
      source = acme;
      await acme.adopt();
      const { certificate } = await acme.settled('shop');
      await acme.close();
      const orders = pebble.orders();
      const again = startAcme(settings(), shop('kept.example.com'), acme.folder);
      await again.adopt();
      expect(again.list()).toMatchObject([{ status: 'valid', certificate: { serial: certificate!.serial } }]);
      expect(again.certificateFor('kept.example.com')).toEqual(acme.certificateFor('kept.example.com'));
      again.refresh();
      expect(again.events).toEqual([]);
      expect(pebble.orders()).toBe(orders);
      source = again;
      again.wanted.sites = [...again.wanted.sites, { site: 'second', hosts: ['second.example.com'] }];
      await again.adopt();
      await again.settled('second');
      expect(again.seen('acme.accountCreated')).toEqual([]);
    }));

  it('registers anew when the authority has lost the account', () =>
    whileServing({ tls: false }, async () => {
      const acme = startAcme(settings(), shop('lost.example.com'));
      source = acme;
      await acme.adopt();
      await acme.settled('shop');
      const file = join(acme.folder, new URL(pebble.directory).host.replace(':', '_'), 'account.json');
      const account = JSON.parse(readFileSync(file, 'utf8')) as { url: string };
      writeFileSync(file, JSON.stringify({ ...account, url: `${account.url}00` }));
      expect(await acme.renew('lost.example.com')).toMatchObject({ ok: true });
      expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(account);
    }));
});

describe('renewal', () => {
  it('comes at two thirds of the life, the old certificate serving meanwhile', () =>
    whileServing({ tls: false }, async () => {
      const acme = startAcme(settings(), shop('renew.example.com'));
      source = acme;
      await acme.adopt();
      const { certificate } = await acme.settled('shop');
      expect(certificate!.renewAt - certificate!.notBefore).toBeCloseTo((DAY_MS * 2) / 3, -4);
      acme.clock.aheadMs = certificate!.renewAt - Date.now() - 60_000;
      acme.refresh();
      expect(acme.list()[0]).toMatchObject({ status: 'valid', nextAttemptAt: certificate!.renewAt });
      acme.clock.aheadMs += 61_000;
      acme.refresh();
      expect(acme.list()[0]?.status).toBe('ordering');
      expect(acme.certificateFor('renew.example.com')).toBeDefined();
      acme.clock.aheadMs = 0; // the authority's clock has not moved
      await until(() => acme.seen('acme.renewed').length === 1);
      expect(acme.seen('acme.orderStarted').map(({ reason }) => reason)).toEqual(['new', 'renewal']);
      expect(acme.list()[0]?.certificate?.serial).not.toBe(certificate!.serial);
    }));

  it('waits like a failure when the clock is ahead of what is issued', () =>
    whileServing({ tls: false }, async () => {
      const acme = startAcme(settings(), shop('ahead.example.com'));
      source = acme;
      acme.clock.aheadMs = 10 * DAY_MS;
      await acme.adopt();
      expect(await acme.settled('shop')).toMatchObject({ status: 'failed', problem: { code: 'ACME_CLOCK_AHEAD' } });
      acme.refresh();
      expect(acme.seen('acme.orderStarted')).toHaveLength(1);
    }));

  it('an expired certificate is not handed out', () =>
    whileServing({ tls: false }, async () => {
      const acme = startAcme(settings(), shop('expired.example.com'));
      source = acme;
      await acme.adopt();
      await acme.settled('shop');
      acme.clock.aheadMs = 2 * DAY_MS;
      expect(acme.certificateFor('expired.example.com')).toBeUndefined();
    }));

  it('by hand orders anew, and says what no site serves', () =>
    whileServing({ tls: false }, async () => {
      const acme = startAcme(settings(), shop('hand.example.com'));
      source = acme;
      await acme.adopt();
      const before = await acme.settled('shop');
      const renewed = await acme.renew('Hand.example.com');
      expect(renewed).toMatchObject({ ok: true, value: { status: 'valid' } });
      expect(acme.list()[0]?.certificate?.serial).not.toBe(before.certificate?.serial);
      expect(await acme.renew('nobody.example.com')).toMatchObject({
        ok: false,
        problems: [{ code: 'ACME_NAME_UNKNOWN' }],
      });
    }));
});

it('many sites are ordered two at a time, with one account', () =>
  whileServing({ tls: false }, async () => {
    const sites = Array.from({ length: 6 }, (_one, index) => ({ site: `s${index}`, hosts: [`s${index}.example.com`] }));
    const acme = startAcme(settings(), sites);
    source = acme;
    await acme.adopt();
    let most = 0;
    await until(() => {
      const states = acme.list();
      most = Math.max(most, states.filter(({ status }) => status === 'ordering').length);
      return states.every(({ status }) => status === 'valid');
    });
    expect(most).toBe(2);
    expect(acme.seen('acme.accountCreated')).toHaveLength(1);
  }));
