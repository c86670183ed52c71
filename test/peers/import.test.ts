/** Configs of Caddy and nginx, run by those and, once imported, by us: the same answers over one routing table. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { ConfigFile } from '../../shared/config.ts';
import { startBackend, type BackendReply, type TestBackend } from '../kit/backend.ts';
import { cli } from '../kit/cli.ts';
import { missingProgram } from '../kit/dns-peers.ts';
import { startEngine } from '../kit/engine.ts';
import { freePort } from '../kit/free-port.ts';
import { send } from '../kit/http.ts';
import { startPeer } from '../kit/peer-proxy.ts';
import { tempHome } from '../kit/temp-home.ts';

const backends = new Map<string, TestBackend>();
beforeAll(async () => {
  for (const name of ['web', 'api', 'docs', 'admin', 'one', 'two', 'any'])
    backends.set(name, await startBackend({ name }));
});
afterAll(() => Promise.all([...backends.values()].map((backend) => backend.close())));

const at = (name: string): string => `127.0.0.1:${backends.get(name)!.port}`;

const caddyfile = (port: number): string => `
{
	admin off
	auto_https off
	http_port ${port}
}
# Every site has these.
(common) {
	header {
		X-From "caddy {args.0}"
		-X-Powered-By
	}
}
http://shop.test, http://www.shop.test {
	import common shop
	root * ./files
	@old path /old/* /older/*
	redir @old https://{host}/new{uri} permanent
	redir /moved https://other.test/ 307
	handle_path /api/* {
		reverse_proxy /v2/* ${at('docs')}
		reverse_proxy ${at('api')}
	}
	handle /admin* {
		rewrite * /base{uri}
		reverse_proxy ${at('admin')} {
			header_up Host admin.internal
			header_up X-Team "two words"
		}
	}
	handle /assets/* {
		file_server
	}
	reverse_proxy {$WEB:${at('web')}}
	# Never reached: what proxies goes before what serves files.
	file_server /never/*
}
http://*.pool.test {
	@one host one.pool.test
	handle @one {
		reverse_proxy ${at('one')}
	}
	reverse_proxy {
		to ${at('one')} ${at('one')} ${at('one')}
		to ${at('two')}
		lb_policy round_robin
	}
}
http:// {
	reverse_proxy ${at('any')}
}
`;

const nginxConf = (port: number): string => `
worker_processes 1;
events { worker_connections 64; }
http {
  include sites/*.conf;
  upstream pool { server ${at('one')} weight=3; server ${at('two')}; }
  server {
    listen 127.0.0.1:${port};
    server_name *.pool.test;
    location / { proxy_pass http://pool; }
  }
  server {
    listen 127.0.0.1:${port};
    server_name one.pool.test;
    location / { proxy_pass http://${at('one')}; }
  }
  server {
    listen 127.0.0.1:${port} default_server;
    location / { proxy_pass http://${at('any')}; proxy_set_header Host $http_host; }
  }
}
`;

const nginxSite = (port: number): string => `
server {
  listen 127.0.0.1:${port};
  server_name .shop.test;
  add_header X-From "nginx shop";
  root files;
  proxy_set_header Host $http_host;
  rewrite ^/old/(.*)$ https://$host/new/old/$1 permanent;
  location /older/ { return 301 https://$host/new$request_uri; }
  location = /moved { return 307 https://other.test/; }
  location /api/ { proxy_pass http://${at('api')}/; }
  location ^~ /api/v2/ { rewrite ^/api/(.*)$ /$1 break; proxy_pass http://${at('docs')}; }
  location /admin {
    proxy_set_header Host "admin.internal";
    proxy_set_header X-Team "two words";
    proxy_pass http://${at('admin')}/base/admin;
  }
  location /assets/ { }
  location = /only { proxy_pass http://${at('web')}/other; }
  location / { proxy_pass http://${at('web')}; }
}
`;

interface Row {
  host: string;
  path: string;
  by?: string;
  url?: string;
  /** Host that the backend gets. */
  sent?: string;
  team?: string;
  status?: number;
  location?: string;
  body?: string;
}

const TABLE: Row[] = [
  { host: 'shop.test', path: '/', by: 'web', url: '/', sent: 'shop.test' },
  { host: 'www.shop.test', path: '/a/b?c=d', by: 'web', url: '/a/b?c=d', sent: 'www.shop.test' },
  { host: 'shop.test', path: '/api/users?x=1', by: 'api', url: '/users?x=1', sent: 'shop.test' },
  { host: 'shop.test', path: '/api/v2/users', by: 'docs', url: '/v2/users' },
  { host: 'shop.test', path: '/apix', by: 'web', url: '/apix' },
  { host: 'shop.test', path: '/admin/x', by: 'admin', url: '/base/admin/x', sent: 'admin.internal', team: 'two words' },
  { host: 'shop.test', path: '/old/a', status: 301, location: 'https://shop.test/new/old/a' },
  { host: 'shop.test', path: '/older/a', status: 301, location: 'https://shop.test/new/older/a' },
  { host: 'shop.test', path: '/moved', status: 307, location: 'https://other.test/' },
  { host: 'shop.test', path: '/assets/a.txt', status: 200, body: 'a file\n' },
  { host: 'shop.test', path: '/never/a', by: 'web' },
  { host: 'shop.test', path: '/assets/none.txt', status: 404 },
  { host: 'one.pool.test', path: '/', by: 'one' },
  { host: 'other.test', path: '/x', by: 'any', url: '/x', sent: 'other.test' },
];
const ONLY_NGINX: Row[] = [{ host: 'shop.test', path: '/only', by: 'web', url: '/other' }];

async function answerOf(port: number, { host, path, ...wanted }: Row): Promise<Record<string, unknown>> {
  const reply = await send(port, { host, path });
  const got = reply.headers['content-type']?.startsWith('application/json')
    ? (JSON.parse(reply.body) as BackendReply)
    : undefined;
  const all: Record<string, unknown> = {
    by: got?.backend,
    url: got?.url,
    sent: got?.headers.host,
    team: got?.headers['x-team'],
    status: reply.status,
    location: reply.headers.location,
    body: reply.body,
    from: reply.headers['x-from'],
  };
  // nginx puts its headers on good answers alone.
  const keys = [...Object.keys(wanted), ...(reply.status === 404 ? [] : ['from'])];
  return Object.fromEntries(keys.map((key) => [key, all[key]]));
}

async function answers(port: number, table: Row[]): Promise<unknown> {
  const rows = [];
  for (const row of table) rows.push([`${row.host}${row.path}`, await answerOf(port, row)]);
  const share = new Map<string, number>();
  for (let i = 0; i < 16; i++) {
    const { backend } = JSON.parse((await send(port, { host: 'a.pool.test' })).body) as BackendReply;
    share.set(backend, (share.get(backend) ?? 0) + 1);
  }
  return [...rows, Object.fromEntries(share)];
}

const expected = (table: Row[], from: string): unknown => [
  ...table.map(({ host, path, ...wanted }) => [
    `${host}${path}`,
    wanted.status === 404 ? wanted : { ...wanted, from: host.endsWith('shop.test') ? from : undefined },
  ]),
  { one: 12, two: 4 },
];

/** The config that `mogoly import` writes, with the files beside the one that is imported. */
async function writtenBy(files: Record<string, string>): Promise<{ config: ConfigFile; err: string; home: string }> {
  const home = tempHome();
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(home, name, '..'), { recursive: true });
    await writeFile(join(home, name), text);
  }
  const [file] = Object.keys(files);
  const result = await cli(home, ['import', join(home, file!), '--yes']);
  expect(result.code, result.err).toBe(0);
  return { config: parse(await readFile(join(home, 'mogoly.yaml'), 'utf8')) as ConfigFile, err: result.err, home };
}

async function imported(files: Record<string, string>): Promise<number> {
  const { config } = await writtenBy(files);
  const server = config.server!.map((site) => ({ ...site, health_check: { enabled: false } }));
  return (await startEngine({ server, listen: { http: '127.0.0.1:0', https: 'off', dns: 'off' } })).port;
}

const FILES = { 'files/assets/a.txt': 'a file\n' };

describe('the routing table', () => {
  it('of a Caddyfile is the same on Caddy and, imported, on us', async () => {
    expect(missingProgram('caddy', 'caddy')).toBeUndefined();
    const port = await freePort();
    const text = caddyfile(port);
    await startPeer('caddy', text, port, FILES);
    expect(await answers(port, TABLE)).toEqual(expected(TABLE, 'caddy shop'));
    const own = await imported({ Caddyfile: text, ...FILES });
    expect(await answers(own, TABLE)).toEqual(expected(TABLE, 'caddy shop'));
  });

  it('of an nginx config with a file a site is the same on nginx and, imported, on us', async () => {
    expect(missingProgram('nginx', 'nginx-light')).toBeUndefined();
    const port = await freePort();
    const files = { 'sites/shop.conf': nginxSite(port), ...FILES };
    const table = [...TABLE, ...ONLY_NGINX];
    await startPeer('nginx', nginxConf(port), port, files);
    expect(await answers(port, table)).toEqual(expected(table, 'nginx shop'));
    const own = await imported({ 'nginx.conf': nginxConf(port), ...files });
    expect(await answers(own, table)).toEqual(expected(table, 'nginx shop'));
  });
});
