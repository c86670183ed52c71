/** Which site, route and path a request gets, seen from both ends. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Agent } from 'node:http';
import { startBackend, type BackendReply, type TestBackend } from '../kit/backend.ts';
import { site, startEngine, type TestEngine } from '../kit/engine.ts';
import { send } from '../kit/http.ts';
import { rawRequest } from '../kit/raw-socket.ts';

let shop: TestBackend;
let wild: TestBackend;
let rest: TestBackend;
let api: TestBackend;
let running: TestEngine;
let port: number;

const seenBy = async (host: string, path = '/', headers = {}): Promise<BackendReply> =>
  JSON.parse((await send(port, { host, path, headers })).body) as BackendReply;

beforeAll(async () => {
  [shop, wild, rest, api] = await Promise.all([
    startBackend({ name: 'shop' }),
    startBackend({ name: 'wild' }),
    startBackend({ name: 'rest' }),
    startBackend({ name: 'api' }),
  ]);
  running = await startEngine(
    {
      server: [
        site('shop.local', [{ url: shop.url }], {
          hosts: ['shop.local', 'bücher.test'],
          routes: [
            { path: '/api/*', strip_prefix: '/api', balance: [{ url: api.url }] },
            { path: '/api/deep/*', balance: [{ url: wild.url }] },
            { path: '/exact', balance: [{ url: rest.url }] },
            { path: '/old/*', redirect: '/new/{rest}' },
            { path: '/moved/*', redirect: '{rest}', status: 302 },
            { path: '/away/*', redirect: 'https://{host}:8443/{rest}', status: 301 },
            { path: '/assets/*', static: './dist' },
          ],
        }),
        site('wild', [{ url: wild.url }], { hosts: ['*.shop.local'] }),
        site('deeper', [{ url: rest.url }], { hosts: ['*.deep.shop.local'] }),
        site('based', [{ url: `${api.url}/base` }], { hosts: ['based.test'] }),
        site('original', [{ url: api.url }], { hosts: ['original.test'], host_header: 'original' }),
        site('literal', [{ url: api.url }], { hosts: ['literal.test'], host_header: 'app.internal' }),
        site('off', [{ url: api.url }], { hosts: ['off.test'], disabled: true }),
      ],
    },
    { files: { 'dist/app.js': 'let a = 1;\n' } },
  );
  port = running.port;
});

afterAll(async () => {
  await running.close();
  await Promise.all([shop, wild, rest, api].map((backend) => backend.kill()));
});

describe('the host chooses the site', () => {
  it('an exact name goes before a suffix, the longer suffix before the shorter', async () => {
    expect((await seenBy('shop.local')).backend).toBe('shop');
    expect((await seenBy('a.shop.local')).backend).toBe('wild');
    expect((await seenBy('a.deep.shop.local')).backend).toBe('rest');
  });

  it('case, port and a trailing dot do not count', async () => {
    for (const host of ['SHOP.local', 'shop.local:1234', 'shop.local.', 'Shop.Local.:80'])
      expect((await seenBy(host)).backend).toBe('shop');
  });

  it('an international name is found by its punycode', async () => {
    expect((await seenBy('xn--bcher-kva.test')).backend).toBe('shop');
  });

  it('an unknown host is 404 and lists the hosts there are, as HTML, JSON or text', async () => {
    const text = await send(port, { host: 'nobody.test' });
    expect(text.status).toBe(404);
    expect(text.body).toMatch(/^HOST_UNKNOWN: .*shop\.local/);
    const json = JSON.parse(
      (await send(port, { host: 'nobody.test', headers: { accept: 'application/json' } })).body,
    ) as { error: { code: string; details: { label: string }[] } };
    expect(json.error.code).toBe('HOST_UNKNOWN');
    expect(json.error.details.map(({ label }) => label)).toContain('*.shop.local');
    const html = await send(port, { host: '<b>.test', headers: { accept: 'text/html,*/*;q=0.8' } });
    expect(html.status).toBe(400);
    expect(html.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(html.body).not.toContain('<b>');
  });

  it('the site named * takes what no other site has', async () => {
    const other = await startEngine({
      server: [site('shop.local', [{ url: shop.url }]), site('*', [{ url: rest.url }])],
    });
    try {
      expect(JSON.parse((await send(other.port, { host: 'nobody.test' })).body)).toMatchObject({ backend: 'rest' });
      expect(JSON.parse((await send(other.port, { host: 'shop.local' })).body)).toMatchObject({ backend: 'shop' });
    } finally {
      await other.close();
    }
  });

  it('a site that is turned off says so', async () => {
    const reply = await send(port, { host: 'off.test' });
    expect(reply.status).toBe(503);
    expect(reply.headers['x-mogoly-error']).toBe('SITE_DISABLED');
  });
});

describe('the path chooses the route', () => {
  it('the longest pattern wins', async () => {
    expect((await seenBy('shop.local', '/api/deep/x')).backend).toBe('wild');
    expect((await seenBy('shop.local', '/api/x')).backend).toBe('api');
    expect((await seenBy('shop.local', '/apix')).backend).toBe('shop');
    expect((await seenBy('shop.local', '/exact?q=1')).backend).toBe('rest');
    expect((await seenBy('shop.local', '/exact/more')).backend).toBe('shop');
  });

  it('strip_prefix leaves the rest of the path and the query', async () => {
    expect((await seenBy('shop.local', '/api/users?id=1')).url).toBe('/users?id=1');
    expect((await seenBy('shop.local', '/api')).url).toBe('/');
    expect((await seenBy('shop.local', '/api?x')).url).toBe('/?x');
  });

  it('%2F, // and .. reach the backend as sent', async () => {
    for (const path of ['/a%2Fb', '//double//slash', '/../up/./x', '/%2e%2e/x', '/caf%C3%A9?a=%20&b=+', '/?'])
      expect((await seenBy('shop.local', path)).url).toBe(path);
  });

  it('the path of a backend url is put before the path, once', async () => {
    expect((await seenBy('based.test', '/x')).url).toBe('/base/x');
    expect((await seenBy('based.test', '/base/x')).url).toBe('/base/base/x');
    expect((await seenBy('based.test', '/?q')).url).toBe('/base/?q');
  });

  it('a redirect fills in the rest and keeps the query', async () => {
    const reply = await send(port, { host: 'shop.local', path: '/old/a/b?c=d' });
    expect(reply.status).toBe(308);
    expect(reply.headers.location).toBe('/new/a/b?c=d');
    const away = await send(port, { host: 'shop.local', path: '/away/x' });
    expect(away.status).toBe(301);
    expect(away.headers.location).toBe('https://shop.local:8443/x');
  });

  it('a redirect never leads to a host that the client names in the path', async () => {
    for (const path of [
      '/moved//evil.example',
      '/moved/\\evil.example',
      '/moved//\\evil.example',
      '/moved/https://evil.example',
      '/moved/%09//evil.example',
    ]) {
      const reply = await rawRequest(port, `GET ${path} HTTP/1.1\r\nHost: shop.local\r\nConnection: close\r\n\r\n`);
      const location = /^location: (.*)$/im.exec(reply)?.[1] ?? '';
      if (reply.startsWith('HTTP/1.1 400')) continue;
      expect(new URL(location, 'http://shop.local/').host, path).toBe('shop.local');
    }
  });

  it('a redirect cannot be made to carry another header', async () => {
    const reply = await send(port, { host: 'shop.local', path: '/old/a%0d%0aset-cookie:%20x=1' });
    expect(reply.headers['set-cookie']).toBeUndefined();
    expect(reply.headers.location).toBe('/new/a%0d%0aset-cookie:%20x=1');
  });

  it('a static route serves files below what its pattern matched', async () => {
    const reply = await send(port, { host: 'shop.local', path: '/assets/app.js' });
    expect(reply.status).toBe(200);
    expect(reply.headers['content-type']).toMatch(/javascript/);
    expect(reply.body).toBe('let a = 1;\n');
    expect((await send(port, { host: 'shop.local', path: '/assets/../../mogoly.yaml' })).status).toBe(404);
    expect((await send(port, { host: 'shop.local', path: '/assets/app.js', method: 'POST' })).headers.allow).toContain(
      'GET',
    );
  });
});

describe('what the backend hears as Host', () => {
  it('is its own address, the original, or the literal', async () => {
    expect((await seenBy('shop.local')).headers.host).toBe(`127.0.0.1:${shop.port}`);
    expect((await seenBy('original.test')).headers.host).toBe('original.test');
    expect((await seenBy('literal.test')).headers.host).toBe('app.internal');
  });
});

describe('versions and connections', () => {
  it('an HTTP/1.0 client gets a body that ends with the connection', async () => {
    const reply = await rawRequest(port, 'GET / HTTP/1.0\r\nHost: shop.local\r\n\r\n');
    expect(reply).toMatch(/^HTTP\/1\.1 200/);
    expect(reply.toLowerCase()).not.toContain('transfer-encoding');
    expect(reply).toContain('"backend":"shop"');
  });

  it('a client keeps its connection over requests', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ports = new Set<number | undefined>();
    agent.on('free', (socket: { localPort?: number }) => ports.add(socket.localPort));
    for (let i = 0; i < 5; i++) expect((await send(port, { host: 'shop.local', agent })).status).toBe(200);
    expect(ports.size).toBeLessThanOrEqual(1);
    agent.destroy();
  });

  it('two requests sent at once on one connection are answered in order', async () => {
    const reply = await rawRequest(
      port,
      'GET /one HTTP/1.1\r\nHost: shop.local\r\n\r\nGET /two HTTP/1.1\r\nHost: shop.local\r\nConnection: close\r\n\r\n',
    );
    expect([...reply.matchAll(/"url":"(\/\w+)"/g)].map(([, url]) => url)).toEqual(['/one', '/two']);
  });

  it('an absolute-form target names the host itself', async () => {
    const reply = await rawRequest(
      port,
      'GET http://shop.local/abs?x HTTP/1.1\r\nHost: nobody.test\r\nConnection: close\r\n\r\n',
    );
    expect(reply).toContain('"url":"/abs?x"');
    expect(reply).toContain('"backend":"shop"');
  });
});
