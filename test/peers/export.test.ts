/** Exported configs, run by the proxies they are for: the same routing table passes on them and on us. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { ConfigFile } from '../../shared/config.ts';
import type { ExportTarget } from '../../shared/export.ts';
import { startBackend, type BackendReply, type TestBackend } from '../kit/backend.ts';
import { cli } from '../kit/cli.ts';
import { missingProgram } from '../kit/dns-peers.ts';
import { startEngine } from '../kit/engine.ts';
import { freePort } from '../kit/free-port.ts';
import { send } from '../kit/http.ts';
import { startPeer, type PeerName } from '../kit/peer-proxy.ts';
import { tempHome } from '../kit/temp-home.ts';

const backends = new Map<string, TestBackend>();
beforeAll(async () => {
  for (const name of ['shop', 'api', 'exact', 'wild', 'any', 'one', 'two', 'spare'])
    backends.set(name, await startBackend({ name }));
});
afterAll(() => Promise.all([...backends.values()].map((backend) => backend.close())));

const at = (name: string, path = ''): { url: string } => ({
  url: `http://127.0.0.1:${backends.get(name)!.port}${path}`,
});
const unprobed = { health_check: { enabled: false } };

function configOf(port: number): ConfigFile {
  return {
    listen: { http: `127.0.0.1:${port}`, https: 'off', dns: 'off' },
    server: [
      {
        name: 'shop.test',
        ...unprobed,
        balance: [at('shop')],
        host_header: 'original',
        routes: [
          { path: '/api/*', strip_prefix: '/api', balance: [at('api', '/v1')], ...unprobed },
          { path: '/api/exact', balance: [at('exact')], ...unprobed },
          { path: '/files/*', static: './files' },
          { path: '/old/*', redirect: '/new/{rest}', status: 301 },
        ],
      },
      { name: 'wild', hosts: ['*.wild.test'], ...unprobed, balance: [at('wild')] },
      {
        name: 'pool.test',
        ...unprobed,
        balance: [
          { name: 'one', ...at('one'), weight: 3 },
          { name: 'two', ...at('two') },
        ],
      },
      { name: 'rest', hosts: ['*'], ...unprobed, balance: [at('any')] },
    ],
  };
}

/** Host, path, who answers with which path and Host; or status and Location. */
const TABLE: {
  host: string;
  path: string;
  by?: string;
  url?: string;
  sent?: string;
  status?: number;
  location?: string;
}[] = [
  { host: 'shop.test', path: '/', by: 'shop', url: '/', sent: 'shop.test' },
  { host: 'shop.test', path: '/a/b?c=d', by: 'shop', url: '/a/b?c=d' },
  { host: 'SHOP.TEST', path: '/', by: 'shop' },
  { host: 'shop.test', path: '/api/users?x=1', by: 'api', url: '/v1/users?x=1' },
  { host: 'shop.test', path: '/api/exact', by: 'exact', url: '/api/exact' },
  { host: 'shop.test', path: '/apix', by: 'shop', url: '/apix' },
  { host: 'shop.test', path: '/old/page', status: 301, location: '/new/page' },
  { host: 'one.wild.test', path: '/', by: 'wild' },
  { host: 'other.test', path: '/x', by: 'any', url: '/x' },
];

async function expectTable(port: number, losesFiles: boolean): Promise<void> {
  for (const row of TABLE) {
    const reply = await send(port, { host: row.host, path: row.path });
    const what = `${row.host}${row.path}`;
    if (row.location !== undefined) {
      expect([what, reply.status]).toEqual([what, row.status]);
      expect(new URL(reply.headers.location ?? '', 'http://shop.test').pathname).toBe(row.location);
      continue;
    }
    const got = JSON.parse(reply.body) as BackendReply;
    expect([what, got.backend]).toEqual([what, row.by]);
    if (row.url !== undefined) expect([what, got.url]).toEqual([what, row.url]);
    if (row.sent !== undefined) expect([what, got.headers.host]).toEqual([what, row.sent]);
  }
  if (!losesFiles) expect((await send(port, { host: 'shop.test', path: '/files/a.txt' })).body).toBe('a file\n');
  const share = new Map<string, number>();
  for (let i = 0; i < 16; i++) {
    const { backend } = JSON.parse((await send(port, { host: 'pool.test' })).body) as BackendReply;
    share.set(backend, (share.get(backend) ?? 0) + 1);
  }
  expect(Object.fromEntries(share)).toEqual({ one: 12, two: 4 });
}

async function exported(
  home: string,
  target: ExportTarget,
  config: ConfigFile,
): Promise<{ text: string; losses: { what: string }[] }> {
  await mkdir(join(home, 'files'), { recursive: true });
  await writeFile(join(home, 'files/a.txt'), 'a file\n');
  const file = join(home, 'mogoly.json');
  await writeFile(file, JSON.stringify(config));
  const { code, out, err } = await cli(home, ['export', file, '--to', target, '--json']);
  expect([code, err]).toEqual([0, '']);
  return JSON.parse(out) as { text: string; losses: { what: string }[] };
}

describe('the routing table', () => {
  it('passes here', async () => {
    const home = tempHome();
    await exported(home, 'caddy', configOf(1)); // its files
    const engine = await startEngine(configOf(0), { configFile: join(home, 'mogoly.json') });
    await expectTable(engine.port, false);
  });

  it.each<[PeerName, string]>([
    ['caddy', 'caddy'],
    ['nginx', 'nginx-light'],
    ['haproxy', 'haproxy'],
  ])('passes on %s, on the config we export', async (peer, debianPackage) => {
    const missing = missingProgram(peer, debianPackage);
    expect(missing).toBeUndefined();
    const port = await freePort();
    const { text } = await exported(tempHome(), peer, configOf(port));
    await startPeer(peer, text, port);
    await expectTable(port, peer === 'haproxy');
  });
});

describe('an export', () => {
  it('lists what the target cannot say', async () => {
    const config: ConfigFile = {
      server: [
        {
          name: 'shop.local',
          middlewares: [{ name: 'ping', config: {} }],
          sticky: { cookie: 'c' },
          balance: [{ url: 'http://localhost:1', backup: true }, { url: 'http://127.0.0.1:2' }],
        },
      ],
    };
    const { losses } = await exported(tempHome(), 'nginx', config);
    const told = losses.map(({ what }) => what).join('\n');
    for (const part of ['middleware ping', 'localhost is written as 127.0.0.1', 'sticky', 'tls: local'])
      expect(told).toContain(part);
  });

  it.each(['traefik', 'gateway-api'] as const)('for %s is YAML with a rule for every host', async (target) => {
    const { text } = await exported(tempHome(), target, configOf(8080));
    const documents = parseAllDocuments(text);
    expect(documents.flatMap(({ errors }) => errors)).toEqual([]);
    for (const host of ['shop.test', 'wild', 'pool.test']) expect(text).toContain(host);
  });

  it('of a bad config prints its problems, and nothing else', async () => {
    const home = tempHome();
    await writeFile(join(home, 'mogoly.yaml'), 'server:\n  - { name: a.test, balance: [] }\n');
    const result = await cli(home, ['export', '--to', 'caddy']);
    expect([result.code, result.out]).toEqual([1, '']);
    expect(result.err).toContain('mogoly.yaml:2');
  });

  it('to a proxy that is not known is wrong use', async () => {
    const result = await cli(tempHome(), ['export', '--to', 'apache']);
    expect(result.code).toBe(2);
    expect(result.err).toContain('gateway-api');
  });
});
