/** The functions of the old Go library about names and certificates, by what stands in their place; the README points here. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Engine } from '../../electron/engine/index.ts';
import { startBackend, type TestBackend } from '../kit/backend.ts';
import { dig } from '../kit/dns.ts';
import { site, startEngine, type TestEngine } from '../kit/engine.ts';
import { askHttp1, handshake } from '../kit/https.ts';

let backend: TestBackend;
let running: TestEngine;
let engine: Engine;

beforeEach(async () => {
  backend = await startBackend({ name: 'web' });
  running = await startEngine({
    listen: { http: '127.0.0.1:0', https: '127.0.0.1:0', dns: '127.0.0.1:0' },
    zones: ['test'],
    server: [site('shop.test', [{ name: 'web', url: backend.url }])],
  });
  engine = running.engine;
});

afterEach(async () => {
  await running.close();
  await backend.kill();
});

const portOf = (kind: string): number => engine.snapshot().listeners.find((listener) => listener.kind === kind)!.port;

/** The root that clients are to trust; it is there once the first certificate was asked for. */
async function rootPem(): Promise<string> {
  await handshake(portOf('https'), 'shop.test', '').catch(() => undefined);
  return readFile(join(running.home, 'ca', 'root.pem'), 'utf8');
}

describe('names', () => {
  it('ServeDNS: every question about a zone or a host is answered, and dns.query() tells what a client would get', async () => {
    expect(await dig(portOf('dns'), '+short', 'any.thing.test')).toBe('127.0.0.1\n');
    expect(await dig(portOf('dns'), '+short', 'shop.test', 'AAAA')).toBe('::1\n');
    expect(await engine.dns.query('shop.test', 'A')).toMatchObject({
      value: { rcode: 'NOERROR', source: 'local', answers: [{ data: '127.0.0.1' }] },
    });
    expect(engine.dns.recent(10).map(({ name }) => name)).toEqual(['shop.test', 'shop.test', 'any.thing.test']);
  });

  it('StartDNSServer: listen.dns opens it with the engine, and it ends with the engine', async () => {
    const port = portOf('dns');
    expect(await dig(port, '+tcp', '+short', 'shop.test')).toBe('127.0.0.1\n');
    await engine.stop();
    await expect(dig(port, '+timeout=1', 'shop.test')).rejects.toThrow();
  });
});

describe('certificates', () => {
  it('ServeHTTPS: a site is served over TLS by a certificate of the local CA', async () => {
    const reply = await askHttp1(portOf('https'), 'shop.test', await rootPem());
    expect([reply.status, backend.requests.length]).toEqual([200, 1]);
  });

  it('NewCertManager: certificates.list() shows a root that may sign for the names in use alone, and what it signed', async () => {
    expect(engine.certificates.list().root.exists).toBe(false);
    await askHttp1(portOf('https'), 'shop.test', await rootPem());
    const { root, certificates } = engine.certificates.list();
    expect(root).toMatchObject({ exists: true, keeper: 'file', outside: [], problems: [] });
    expect(root.permitted).toContain('test');
    expect(certificates).toContainEqual(expect.objectContaining({ kind: 'local', hosts: ['shop.test'] }));
    const renewed = await engine.certificates.renewRoot({ consent: true });
    expect(renewed.ok && renewed.value.fingerprint256).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    expect(renewed.ok && renewed.value.fingerprint256).not.toBe(root.fingerprint256);
  });

  it('GetCertificate: a handshake gets the certificate of its host, made on the way; a host that is not served gets none', async () => {
    const ca = await rootPem();
    const socket = await handshake(portOf('https'), 'shop.test', ca);
    expect(socket.getPeerCertificate().subjectaltname).toBe('DNS:shop.test');
    socket.destroy();
    await expect(handshake(portOf('https'), 'bank.example.com', ca)).rejects.toThrow();
  });
});
