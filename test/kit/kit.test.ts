/** The test kit itself: the backend, the raw socket, the wait. */
import { afterEach, describe, expect, it } from 'vitest';
import { startBackend } from './backend.ts';
import type { BackendReply, TestBackend } from './backend.ts';
import { freePort } from './free-port.ts';
import { rawRequest } from './raw-socket.ts';
import { until } from './wait.ts';

const ASK = 'GET /a?b=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';

describe('a test backend', () => {
  let backend: TestBackend;
  afterEach(() => backend.kill());

  it('says what it was asked', async () => {
    backend = await startBackend({ name: 'web-1' });
    const reply = (await (await fetch(`${backend.url}/x`, { method: 'POST', body: 'four' })).json()) as BackendReply;
    expect(reply).toMatchObject({ backend: 'web-1', method: 'POST', url: '/x', bodyLength: 4 });
    expect(backend.requests).toHaveLength(1);
  });

  it('answers raw bytes, a status, late, garbage, and resets', async () => {
    backend = await startBackend({ port: await freePort() });
    expect(await rawRequest(backend.port, ASK)).toContain('"url":"/a?b=1"');
    backend.setMode('status:503');
    expect(await rawRequest(backend.port, ASK)).toMatch(/^HTTP\/1\.1 503 /);
    backend.setMode('slow:50');
    expect(await rawRequest(backend.port, ASK)).toMatch(/^HTTP\/1\.1 200 /);
    backend.setMode('garbage');
    expect(await rawRequest(backend.port, ASK)).toContain('this is not HTTP');
    backend.setMode('reset');
    expect(await rawRequest(backend.port, ASK)).toBe('');
  });

  it('hangs, and a kill ends what hangs', async () => {
    backend = await startBackend();
    backend.setMode('hang');
    const pending = rawRequest(backend.port, ASK);
    await until(() => backend.requests.length === 1, { message: 'the request to arrive' });
    await backend.kill();
    expect(await pending).toBe('');
    await expect(rawRequest(backend.port, ASK)).rejects.toThrow('ECONNREFUSED');
  });

  it('keeps a connection open, whose answer ends with a silence', async () => {
    backend = await startBackend();
    const answer = await rawRequest(backend.port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n', { untilClose: false });
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe('until', () => {
  it('gives what the check gave, and says what it waited for in vain', async () => {
    let asked = 0;
    expect(await until(() => (++asked === 3 ? 'here' : undefined))).toBe('here');
    await expect(until(() => false, { timeoutMs: 20, message: 'rain' })).rejects.toThrow('rain');
  });
});
