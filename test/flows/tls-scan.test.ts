/** Our HTTPS listener under sslscan: no old protocol, no weak cipher or curve, no hole that has a name. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBackend, type TestBackend } from '../kit/backend.ts';
import { missingProgram } from '../kit/dns-peers.ts';
import { site, startEngine, type TestEngine } from '../kit/engine.ts';
import { handshake } from '../kit/https.ts';
import { until } from '../kit/wait.ts';

const HOST = 'shop.test';
let backend: TestBackend;
let running: TestEngine;
/** What it prints, as XML: elements with attributes, none of them nested in one another. */
let report: string;

beforeAll(async () => {
  expect(missingProgram('sslscan', 'sslscan')).toBeUndefined();
  backend = await startBackend();
  running = await startEngine({
    listen: { http: '127.0.0.1:0', https: '127.0.0.1:0', dns: 'off' },
    server: [site(HOST, [{ url: backend.url }])],
  });
  const port = running.engine.snapshot().listeners.find(({ kind }) => kind === 'https')!.port;
  const ca = await until(() => readFile(join(running.home, 'ca', 'root.pem'), 'utf8'));
  (await until(() => handshake(port, HOST, ca))).destroy();
  const args = ['--xml=-', '--no-colour', `--sni-name=${HOST}`, '--show-sigs', `127.0.0.1:${port}`];
  report = (await promisify(execFile)('sslscan', args, { timeout: 120_000 })).stdout;
});
afterAll(async () => {
  await running?.close();
  await backend?.kill();
});

/** Each element of this name, as its attributes. */
function elements(name: string): Record<string, string>[] {
  return [...report.matchAll(new RegExp(`<${name} ([^>]*?)/?>`, 'g'))].map(([, attributes]) =>
    Object.fromEntries([...attributes!.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, key, value]) => [key!, value!])),
  );
}

describe('sslscan', () => {
  it('finds TLS 1.2 and 1.3, and nothing older', () => {
    const on = elements('protocol').filter(({ enabled }) => enabled === '1');
    expect(on.map(({ type, version }) => `${type} ${version}`)).toEqual(['tls 1.2', 'tls 1.3']);
    expect(elements('protocol')).toHaveLength(6);
  });

  it('finds no cipher below 128 bits, none without forward secrecy, none that is broken', () => {
    const ciphers = elements('cipher');
    expect(ciphers.length).toBeGreaterThan(4);
    for (const { cipher, bits, strength } of ciphers) {
      expect(Number(bits), cipher).toBeGreaterThanOrEqual(128);
      expect(cipher).toMatch(/^(ECDHE-|DHE-|TLS_)/);
      expect(cipher).not.toMatch(/RC4|DES|MD5|NULL|EXP|anon|SEED|IDEA/i);
      expect(['strong', 'acceptable'], cipher).toContain(strength);
    }
    expect(elements('group').filter(({ bits }) => Number(bits) < 110)).toEqual([]);
  });

  it('finds no compression, no insecure renegotiation and no Heartbleed', () => {
    // Told only by a scanner that can compress itself.
    for (const { supported } of elements('compression')) expect(supported).toBe('0');
    expect(elements('renegotiation')).toMatchObject([{ supported: expect.stringMatching(/[01]/) as string }]);
    for (const { supported, secure } of elements('renegotiation'))
      expect(supported === '0' || secure === '1').toBe(true);
    expect(elements('heartbleed').length).toBeGreaterThan(0);
    for (const { vulnerable } of elements('heartbleed')) expect(vulnerable).toBe('0');
  });

  it('finds a key and a signature of today', () => {
    expect(report).toMatch(/<signature-algorithm>ecdsa-with-SHA256</);
    expect(report).toMatch(/<pk [^>]*type="EC"[^>]*curve_name="prime256v1"/);
    expect(report).toContain('<expired>false</expired>');
  });
});
