/** Authorities at their worst: nonces rejected, rate limits, silence, strangers; and renewal when they ask for it. */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, type TestContext } from 'vitest';
import { certificateId } from '../../electron/engine/tls/acme-renewal.ts';
import { directoryOf, startAuthority, type Authority, type Reply } from '../kit/acme-authority.ts';
import { startAcme } from '../kit/acme.ts';
import {
  hasPebble,
  serveChallenges,
  startPebble,
  type ChallengeSource,
  type Pebble,
  type PebbleOptions,
} from '../kit/pebble.ts';
import { selfSigned } from '../kit/self-signed.ts';
import { tempHome } from '../kit/temp-home.ts';
import { until } from '../kit/wait.ts';

const HOUR_MS = 3_600_000;
const sites = (host: string) => [{ site: 'shop', hosts: [host] }];

async function authority(answer: (path: string, origin: string) => Reply | undefined): Promise<Authority> {
  const started = await startAuthority(answer);
  onTestFinished(() => started.close());
  return started;
}

/** Settings that trust the certificate of these servers, and the home that holds the file. */
function trusting({ directory }: { directory: string }) {
  const home = tempHome();
  writeFileSync(join(home, 'root.pem'), selfSigned.cert);
  return { config: { directory, ca_file: 'root.pem' }, folder: join(home, 'acme') };
}

/** Pebble with our listeners, for one test. */
async function ownPebble(
  context: TestContext,
  options: PebbleOptions,
): Promise<{ pebble: Pebble; use: (acme: ChallengeSource) => void }> {
  if (!hasPebble()) context.skip('needs the Debian package pebble');
  let source: ChallengeSource = { httpChallenge: () => undefined, alpnContextFor: () => undefined };
  const pebble = await startPebble(options);
  onTestFinished(() => pebble.close());
  const listeners = await serveChallenges(pebble, () => source);
  onTestFinished(() => listeners.close());
  return { pebble, use: (acme) => void (source = acme) };
}

it('rejected nonces do not fail an order', async (context) => {
  const { pebble, use } = await ownPebble(context, { nonceReject: 20 });
  const acme = startAcme({ directory: pebble.directory, ca_file: pebble.caFile }, sites('nonce.example.com'));
  use(acme);
  await acme.adopt();
  expect(await acme.settled('shop')).toMatchObject({ status: 'valid', failures: 0 });
  await until(async () => rejections(pebble) > 0 || !(await acme.renew('nonce.example.com')).ok);
  expect(acme.seen('acme.failed')).toEqual([]);
});

/** Each signed request fetches one nonce; every POST beyond that was sent again for a rejected one. */
function rejections(pebble: Pebble): number {
  const count = (start: string): number => pebble.log().split(start).length - 1;
  return count(' POST /') - count(' HEAD /nonce-plz');
}

describe('a rate limit', () => {
  const limited = (path: string, origin: string): Reply => {
    if (path === '/dir') return { body: directoryOf(origin) };
    const body = { type: 'urn:ietf:params:acme:error:rateLimited', detail: 'too many certificates already issued' };
    return { status: 429, headers: { 'retry-after': '7200', 'content-type': 'application/problem+json' }, body };
  };

  it('holds as long as Retry-After says, over a restart, other settings and a renewal by hand', async () => {
    const server = await authority(limited);
    const { config, folder } = trusting(server);
    const acme = startAcme(config, sites('limit.example.com'), folder);
    await acme.adopt();
    const { problem, nextAttemptAt } = await acme.settled('shop');
    expect(problem).toMatchObject({
      code: 'ACME_RATE_LIMITED',
      message: expect.stringContaining('too many certificates'),
    });
    expect(nextAttemptAt! - Date.now()).toBeGreaterThan(2 * HOUR_MS - 60_000);
    await acme.close();
    const asked = server.requests.length;
    const again = startAcme({ ...config, email: 'new@example.com' }, sites('limit.example.com'), folder);
    await again.adopt();
    expect(await again.renew('limit.example.com')).toMatchObject({
      ok: false,
      problems: [{ code: 'ACME_RATE_LIMITED' }],
    });
    expect(again.list()).toMatchObject([{ status: 'failed', nextAttemptAt }]);
    expect(server.requests).toHaveLength(asked);
  });
});

describe('a directory', () => {
  it('that never answers is left at once on close, and no failure is told', async () => {
    const server = await authority(() => undefined);
    const { config, folder } = trusting(server);
    const acme = startAcme(config, sites('mute.example.com'), folder);
    await acme.adopt();
    await until(() => server.requests.length > 0);
    expect(acme.list()).toMatchObject([{ status: 'ordering' }]);
    const before = performance.now();
    await acme.close();
    expect(performance.now() - before).toBeLessThan(15_000); // of the 30 s that an answer is given
    expect(acme.events).toEqual([]);
  });

  it('is left when its site goes', async () => {
    const server = await authority(() => undefined);
    const { config, folder } = trusting(server);
    const acme = startAcme(config, sites('gone.example.com'), folder);
    await acme.adopt();
    await until(() => server.requests.length > 0);
    acme.wanted.sites = [];
    await acme.adopt();
    expect(acme.list()).toEqual([]);
    await acme.close();
    expect(acme.events).toEqual([]);
  });

  it('with a certificate of a stranger is not talked to, and ca_file named', async () => {
    const server = await authority((_path, origin) => ({ body: directoryOf(origin) }));
    const acme = startAcme({ directory: server.directory }, sites('stranger.example.com'));
    await acme.adopt();
    const { problem } = await acme.settled('shop');
    expect(problem).toMatchObject({ code: 'ACME_DIRECTORY_UNTRUSTED', fix: expect.stringContaining('acme.ca_file') });
    expect(server.requests).toEqual([]);
  });

  it('trusted by ca_file is trusted by nothing else of the process', async () => {
    const server = await authority((path, origin) =>
      path === '/dir' ? { body: directoryOf(origin) } : { status: 500, body: {} },
    );
    const { config, folder } = trusting(server);
    const acme = startAcme(config, sites('other.example.com'), folder);
    await acme.adopt();
    expect(await acme.settled('shop')).toMatchObject({ problem: { code: 'ACME_DIRECTORY_UNREACHABLE' } });
    const asked = new Promise((_resolve, reject) => request(`${server.origin}/dir`).on('error', reject).end());
    await expect(asked).rejects.toThrow(/self.signed certificate/);
    const { axios } = await import('acme-client');
    expect(axios.defaults.httpsAgent).toBeUndefined();
  });

  it('that is down is tried again when the network comes back, not before its time otherwise', async () => {
    const server = await startAuthority(() => undefined);
    const { config, folder } = trusting(server);
    await server.close();
    const acme = startAcme(config, sites('down.example.com'), folder);
    await acme.adopt();
    expect(await acme.settled('shop')).toMatchObject({ problem: { code: 'ACME_DIRECTORY_UNREACHABLE' } });
    await acme.adopt();
    expect(acme.seen('acme.failed')).toHaveLength(1);
    acme.refresh();
    await until(() => acme.seen('acme.failed').length === 2);
  });

  it('that is none fails, and says so', async () => {
    const server = await authority(() => ({ body: { hello: 'world' } }));
    const { config, folder } = trusting(server);
    const acme = startAcme(config, sites('hello.example.com'), folder);
    await acme.adopt();
    expect(await acme.settled('shop')).toMatchObject({ status: 'failed', problem: { code: 'ACME_DIRECTORY_INVALID' } });
  });
});

describe('renewal information', () => {
  /** The directory of pebble, with a renewalInfo of our own. */
  async function withInfo(pebble: Pebble, window: () => { start: number; end: number }) {
    const document = JSON.parse(await download(pebble.directory)) as Record<string, unknown>;
    return authority((path, origin) => {
      if (path === '/dir') return { body: { ...document, renewalInfo: `${origin}/ari` } };
      const { start, end } = window();
      const suggestedWindow = { start: new Date(start).toISOString(), end: new Date(end).toISOString() };
      return { headers: { 'retry-after': '3600' }, body: { suggestedWindow } };
    });
  }
  const download = (url: string): Promise<string> =>
    new Promise((resolve, reject) => {
      request(url, { ca: selfSigned.cert }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => void (text += chunk.toString()));
        response.on('end', () => resolve(text));
      })
        .on('error', reject)
        .end();
    });

  it('of the authority sets the time, is asked again as told, and brings a renewal forward', async (context) => {
    const { pebble, use } = await ownPebble(context, {});
    const start = Date.now() + 3 * HOUR_MS;
    let window = { start, end: start + HOUR_MS };
    const server = await withInfo(pebble, () => window);
    const acme = startAcme({ directory: server.directory, ca_file: pebble.caFile }, sites('ari.example.com'));
    use(acme);
    await acme.adopt();
    const { certificate } = await acme.settled('shop');
    expect(certificate).toMatchObject({ renewBy: 'authority' });
    expect(certificate!.renewAt).toBeGreaterThanOrEqual(window.start);
    expect(certificate!.renewAt).toBeLessThanOrEqual(window.end);
    const path = `GET /ari/${certificateId(acme.certificateFor('ari.example.com')!.cert)}`;
    const asked = () => server.requests.filter((line) => line === path).length;
    expect(asked()).toBe(1);
    acme.clock.aheadMs = HOUR_MS - 60_000;
    acme.refresh();
    expect(asked()).toBe(1);
    window = { start: Date.now() - HOUR_MS, end: Date.now() };
    acme.clock.aheadMs = HOUR_MS + 1_000;
    acme.refresh();
    await until(() => asked() === 2);
    await until(() => acme.list()[0]?.status === 'ordering');
    window = { start, end: start + HOUR_MS };
    await until(() => acme.seen('acme.renewed').length === 1);
    expect(acme.list()).toMatchObject([{ status: 'valid', failures: 0 }]);
  });

  it('names the certificate that is replaced, and orders without that when the authority minds', async (context) => {
    const { pebble, use } = await ownPebble(context, {});
    const { config, folder } = trusting(pebble);
    const acme = startAcme(config, sites('replaced.example.com'), folder);
    use(acme);
    await acme.adopt();
    await acme.settled('shop');
    const { cert } = acme.certificateFor('replaced.example.com')!;
    await acme.close();
    const server = await authority((path, origin) =>
      path === '/dir'
        ? { body: { ...directoryOf(origin), renewalInfo: `${origin}/ari` } }
        : { status: 409, body: { type: 'urn:ietf:params:acme:error:alreadyReplaced', detail: 'replaced before' } },
    );
    moveCertificates(folder, pebble.directory, server.directory);
    const moved = startAcme({ ...config, directory: server.directory }, sites('replaced.example.com'), folder);
    await moved.adopt();
    expect(moved.list()).toMatchObject([{ status: 'valid' }]);
    expect((await moved.renew('replaced.example.com')).ok).toBe(false);
    const identifiers = [{ type: 'dns', value: 'replaced.example.com' }];
    expect(server.payloads('/order')).toEqual([{ identifiers, replaces: certificateId(cert) }, { identifiers }]);
    expect(moved.certificateFor('replaced.example.com')?.cert).toBe(cert);
  });

  /** As if the other directory had issued them. */
  function moveCertificates(folder: string, from: string, to: string): void {
    const [old, next] = [from, to].map((url) => join(folder, new URL(url).host.replace(':', '_'), 'certs'));
    for (const name of readdirSync(old!)) {
      mkdirSync(next!, { recursive: true });
      writeFileSync(join(next!, name), readFileSync(join(old!, name), 'utf8').replace(from, to));
    }
  }
});
