import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHeaderList } from '../../../electron/engine/proxy/header-list.ts';
import { serveStatic } from '../../../electron/engine/proxy/static.ts';
import type { StaticRequest } from '../../../electron/engine/proxy/static.ts';

const SECRET = 'outside the root';
let base = '';
let root = '';

beforeAll(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), 'mogoly-static-')));
  root = join(base, 'root');
  await mkdir(join(root, 'docs', 'deep'), { recursive: true });
  await mkdir(join(root, 'empty'));
  await mkdir(join(root, '.git'));
  await mkdir(join(root, '.well-known'));
  await mkdir(join(base, 'root-twin'));
  const files: [string, string][] = [
    ['root/index.html', '<h1>home</h1>'],
    ['root/docs/index.html', 'docs'],
    ['root/app.js', '0123456789'],
    ['root/with space é.txt', 'spaced'],
    ['root/none.bin', ''],
    ['root/.env', SECRET],
    ['root/.git/config', SECRET],
    ['root/.well-known/x.json', '{}'],
    ['secret.txt', SECRET],
    ['root-twin/secret.txt', SECRET],
  ];
  for (const [name, content] of files) await writeFile(join(base, name), content);
  await symlink(join(base, 'secret.txt'), join(root, 'link.txt'));
  await symlink(base, join(root, 'up'));
  await symlink(join(base, 'root-twin'), join(root, 'twin'));
  await symlink(join(root, '.git'), join(root, 'git'));
  await symlink(join(root, 'app.js'), join(root, 'inside.js'));
});
afterAll(() => rm(base, { recursive: true, force: true }));

async function get(path: string, headers: StaticRequest['headers'] = {}, method = 'GET') {
  const reply = await serveStatic(root, { method, path, headers });
  const list = createHeaderList(reply.headers);
  return {
    status: reply.status,
    code: reply.code,
    header: (name: string) => list.get(name),
    body: reply.stream ? await text(reply.stream) : undefined,
  };
}

describe('static files', () => {
  it('are served with type, length and validators', async () => {
    const reply = await get('/app.js?v=1');
    expect(reply).toMatchObject({ status: 200, body: '0123456789' });
    expect(reply.header('content-type')).toBe('text/javascript; charset=utf-8');
    expect(reply.header('content-length')).toBe('10');
    expect(reply.header('etag')).toMatch(/^"[0-9a-f]+-[0-9a-f]+"$/);
    expect((await get('/with%20space%20%C3%A9.txt')).body).toBe('spaced');
    expect((await get('/inside.js')).body).toBe('0123456789');
    expect((await get('/.well-known/x.json')).body).toBe('{}');
    expect(await get('/none.bin')).toMatchObject({ status: 200, body: undefined });
  });

  it('stand for folders as index.html, redirected to the slash, never listed', async () => {
    expect((await get('/')).body).toBe('<h1>home</h1>');
    expect((await get('')).body).toBe('<h1>home</h1>');
    expect((await get('/docs/')).body).toBe('docs');
    const reply = await get('/docs?a=1');
    expect(reply.status).toBe(308);
    expect(reply.header('location')).toBe('./docs/?a=1');
    expect((await get('/empty/')).status).toBe(404);
    expect((await get('/empty')).status).toBe(404);
    expect((await get('/app.js/')).status).toBe(404);
  });

  it('answer 304 to what the client has', async () => {
    const first = await get('/app.js');
    const tag = first.header('etag')!;
    const modified = first.header('last-modified')!;
    expect((await get('/app.js', { ifNoneMatch: `"x", W/${tag}` })).status).toBe(304);
    expect((await get('/app.js', { ifModifiedSince: modified })).status).toBe(304);
    expect((await get('/app.js', { ifNoneMatch: '"x"', ifModifiedSince: modified })).status).toBe(200);
    expect((await get('/app.js', { ifModifiedSince: 'Thu, 01 Jan 1970 00:00:00 GMT' })).status).toBe(200);
    expect((await get('/app.js', { ifModifiedSince: 'nonsense' })).status).toBe(200);
  });

  it.each([
    ['bytes=2-4', 206, '234', 'bytes 2-4/10'],
    ['bytes=7-', 206, '789', 'bytes 7-9/10'],
    ['bytes=-3', 206, '789', 'bytes 7-9/10'],
    ['bytes=0-999', 206, '0123456789', 'bytes 0-9/10'],
    ['bytes=-999', 206, '0123456789', 'bytes 0-9/10'],
    ['bytes=10-', 416, undefined, 'bytes */10'],
    ['bytes=-0', 416, undefined, 'bytes */10'],
    ['bytes=4-2', 200, '0123456789', undefined],
    ['bytes=0-1,3-4', 200, '0123456789', undefined],
    ['lines=1-2', 200, '0123456789', undefined],
    ['bytes=-', 200, '0123456789', undefined],
  ])('answer Range: %s with %i', async (range, status, body, contentRange) => {
    const reply = await get('/app.js', { range });
    expect(reply).toMatchObject({ status, body });
    expect(reply.header('content-range')).toBe(contentRange);
  });

  it('send the whole file when If-Range names another version', async () => {
    const tag = (await get('/app.js')).header('etag')!;
    expect((await get('/app.js', { range: 'bytes=0-0', ifRange: tag })).status).toBe(206);
    expect((await get('/app.js', { range: 'bytes=0-0', ifRange: '"old"' })).status).toBe(200);
  });

  it('answer HEAD without a body and other methods with 405', async () => {
    const head = await get('/app.js', {}, 'HEAD');
    expect(head).toMatchObject({ status: 200, body: undefined });
    expect(head.header('content-length')).toBe('10');
    const post = await get('/app.js', {}, 'POST');
    expect(post).toMatchObject({ status: 405, code: 'METHOD_NOT_ALLOWED' });
    expect(post.header('allow')).toBe('GET, HEAD');
  });

  it.each([
    '/../secret.txt',
    '/docs/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/.%2E/secret.txt',
    '/.env',
    '/.git/config',
    '/%2egit/config',
    '/link.txt',
    '/up/secret.txt',
    '/twin/secret.txt',
    '/git/config',
    '/up/',
    '/nul',
    '/CON.txt',
    '/docs/aux',
    '/absent',
    '/./app.js',
  ])('hide %s', async (path) => {
    expect(await get(path)).toMatchObject({ status: 404, code: 'STATIC_NOT_FOUND', body: undefined });
  });

  it.each(['/..%2fsecret.txt', '/..%5csecret.txt', '/..\\secret.txt', '/app.js%00', '/%', '/%ff', '/%zz', '/a%0ab'])(
    'call %s malformed',
    async (path) => {
      expect(await get(path)).toMatchObject({ status: 400, code: 'REQUEST_MALFORMED' });
    },
  );

  it('never leave the root, whatever the path', async () => {
    const part = fc.constantFrom(
      '..',
      '.',
      '',
      '%2e%2e',
      '%2E.',
      '%2f',
      '%5c',
      '\\',
      '%00',
      'up',
      'twin',
      'link.txt',
      'docs',
      'secret.txt',
      'root-twin',
      '.env',
      '.git',
      'config',
      'git',
      '%252e%252e',
      '..;',
      '~',
      '%c0%ae',
    );
    const anything = fc.oneof(part, part, fc.string({ maxLength: 6 }));
    await fc.assert(
      fc.asyncProperty(fc.array(anything, { maxLength: 8 }), async (parts) => {
        const reply = await get(`/${parts.join('/')}`);
        expect([200, 308, 400, 404]).toContain(reply.status);
        expect(reply.body ?? '').not.toContain(SECRET);
      }),
      { numRuns: 500 },
    );
  });
});
