/** Clients that others wrote, against our side of HTTP/2: Node's own, curl, nghttp and h2load. */
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type ClientHttp2Session, type ClientHttp2Stream, type OutgoingHttpHeaders } from 'node:http2';
import { finished } from 'node:stream/promises';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Http2Client } from '../../../../electron/engine/proxy/client/http2-client.ts';
import { startRawServer } from '../../../kit/h2-raw.ts';
import { until } from '../../../kit/wait.ts';

const run = promisify(execFile);
const hasTool = async (tool: string): Promise<boolean> =>
  run(tool, ['--version']).then(
    () => true,
    () => false,
  );
const [hasNghttp, hasH2load, hasCurl] = await Promise.all(['nghttp', 'h2load', 'curl'].map(hasTool));
const sha = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** `/hash` hashes its body, `/mirror` sends it back, `/zeros/N` sends so many, `/held` never answers. */
function site(client: Http2Client): void {
  const [, what, count] = client.target.split('/');
  if (what === 'mirror') {
    client.sendHead(200, '', ['x-large', 'y'.repeat(30_000)], true);
    client.source.pipe(client.sink);
  } else if (what === 'hash') {
    const hash = createHash('sha256');
    client.source.on('data', (chunk: Buffer) => hash.update(chunk));
    client.source.on('end', () => {
      client.sendHead(200, '', ['trailer', 'x-end'], true);
      client.setTrailers(['x-end', client.rawTrailers.join('=')]);
      client.endWithText(hash.digest('hex'));
    });
  } else if (what === 'zeros') {
    client.sendHead(200, '', ['content-type', 'application/octet-stream'], true);
    sendZeros(client, Number(count));
  } else if (what !== 'held') {
    client.sendHead(200, '', ['content-length', '2'], client.method !== 'HEAD');
    client.endWithText('ok');
  }
}

function sendZeros(client: Http2Client, left: number): void {
  if (left === 0) return client.end();
  const size = Math.min(left, 50_000);
  if (client.write(Buffer.alloc(size))) setImmediate(() => sendZeros(client, left - size));
  else client.onDrain(() => sendZeros(client, left - size));
}

async function open(): Promise<{ session: ClientHttp2Session; clients: Http2Client[]; port: number }> {
  const { port, clients } = await startRawServer(site);
  const session = connect(`http://127.0.0.1:${port}`);
  onTestFinished(() => session.destroy());
  await once(session, 'remoteSettings');
  return { session, clients, port };
}

async function ask(session: ClientHttp2Session, headers: OutgoingHttpHeaders, body?: Buffer): Promise<Buffer> {
  const stream = session.request(headers, { endStream: body === undefined });
  if (body !== undefined) stream.end(body);
  return read(stream);
}

async function read(stream: ClientHttp2Stream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  await finished(stream);
  return Buffer.concat(chunks);
}

describe("Node's client", () => {
  it('gets many streams answered at once, each its own', async () => {
    const { session, clients } = await open();
    const sizes = Array.from({ length: 200 }, (_, i) => i * 997);
    const bodies = await Promise.all(sizes.map((size) => ask(session, { ':path': `/zeros/${size}` })));
    expect(bodies.map(({ length }) => length)).toEqual(sizes);
    await until(() => clients.every(({ isClosed }) => isClosed));
  });

  it('sends and gets large bodies whole, at the same time', async () => {
    const { session } = await open();
    const bodies = Array.from({ length: 4 }, () => randomBytes(2_000_000));
    const hashes = await Promise.all(bodies.map((body) => ask(session, { ':path': '/hash', ':method': 'POST' }, body)));
    expect(hashes.map(String)).toEqual(bodies.map(sha));
    const mirrored = await Promise.all(
      bodies.map((body) => ask(session, { ':path': '/mirror', ':method': 'POST' }, body)),
    );
    expect(mirrored.map(sha)).toEqual(bodies.map(sha));
  });

  it('is held back where nobody reads its body, and its other streams are not', async () => {
    const { session, clients } = await open();
    const stream = session.request({ ':path': '/held', ':method': 'POST' }, { endStream: false });
    stream.on('error', () => undefined);
    stream.write(Buffer.alloc(2_000_000));
    expect(String(await ask(session, { ':path': '/' }))).toBe('ok');
    expect(stream.writableLength).toBeGreaterThan(0);
    stream.close(8);
    await until(() => clients.every(({ isClosed }) => isClosed));
  });

  it('that does not read holds its answer back, not the memory', async () => {
    const { session, clients } = await open();
    const stream = session.request({ ':path': '/zeros/50000000' });
    await once(stream, 'response');
    expect(String(await ask(session, { ':path': '/' }))).toBe('ok');
    expect(clients[0]!.isSent).toBe(false);
    expect(await read(stream)).toHaveLength(50_000_000);
  });

  it('has its trailers told, and is told ours', async () => {
    const { session } = await open();
    const stream = session.request(
      { ':path': '/hash', ':method': 'POST' },
      { endStream: false, waitForTrailers: true },
    );
    stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': '42' }));
    stream.end('body');
    const trailers = once(stream, 'trailers');
    expect(String(await read(stream))).toBe(sha(Buffer.from('body')));
    expect((await trailers)[0]).toMatchObject({ 'x-end': 'x-sum=42' });
  });

  it('may ask for HEAD, ping, give up, and go on', async () => {
    const { session, clients } = await open();
    expect(await ask(session, { ':path': '/', ':method': 'HEAD' })).toHaveLength(0);
    await new Promise((resolve) => session.ping(resolve));
    for (let i = 0; i < 100; i++)
      session
        .request({ ':path': '/held' })
        .on('error', () => undefined)
        .close(8);
    expect(String(await ask(session, { ':path': '/' }))).toBe('ok');
    await until(() => clients.every(({ isClosed }) => isClosed));
  });

  it('may have a smaller table, window and list', async () => {
    const { port } = await startRawServer(site);
    const settings = { headerTableSize: 0, initialWindowSize: 1_000, maxHeaderListSize: 100_000, maxFrameSize: 20_000 };
    const session = connect(`http://127.0.0.1:${port}`, { settings });
    onTestFinished(() => session.destroy());
    expect(await ask(session, { ':path': '/mirror', ':method': 'POST' }, Buffer.alloc(9_000))).toHaveLength(9_000);
    expect(String(await ask(session, { ':path': '/' }))).toBe('ok');
  });
});

describe.skipIf(!hasCurl)('curl (package curl)', () => {
  it('speaks it with prior knowledge', async () => {
    const { port } = await open();
    const { stdout } = await run('curl', [
      '-sS',
      '--http2-prior-knowledge',
      '-w',
      ' %{http_version} %{http_code}',
      `http://127.0.0.1:${port}/`,
    ]);
    expect(stdout).toBe('ok 2 200');
  });
});

describe.skipIf(!hasNghttp)('nghttp (package nghttp2-client)', () => {
  it('uploads, downloads, pads and continues', async () => {
    const { port } = await open();
    const url = `http://127.0.0.1:${port}`;
    const { stdout } = await run('nghttp', ['-b', '99', '-v', `${url}/zeros/1000`, '--continuation']);
    expect(stdout).toContain(':status: 200');
    expect(stdout).not.toMatch(/error_code=[A-Z_]*ERROR[^(]*\(0x0?[1-9]/);
  });
});

describe.skipIf(!hasH2load)('h2load (package nghttp2-client)', () => {
  it('has every one of its requests answered', async () => {
    const { port, clients } = await open();
    const { stdout } = await run('h2load', ['-n', '5000', '-c', '5', '-m', '50', `http://127.0.0.1:${port}/`]);
    expect(stdout).toContain('5000 succeeded, 0 failed, 0 errored, 0 timeout');
    expect(clients.filter(({ isClosed }) => !isClosed)).toEqual([]);
  });
});
