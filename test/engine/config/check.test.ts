import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../../electron/engine/config/check.ts';
import { formatProblem } from '../../../shared/problem.ts';
import { base, brief, check, problemsOf, site } from '../../kit/check-config.ts';
import { tempHome } from '../../kit/temp-home.ts';

describe('a good config', () => {
  it.each(['yaml', 'json'] as const)('of the old project loads without a word (%s)', async (format) => {
    const file = fileURLToPath(new URL(`../../fixtures/legacy/gateway.${format}`, import.meta.url));
    const result = await checkConfig(readFileSync(file, 'utf8'), format, { ...base, file });
    expect(result).toMatchObject({ ok: true, warnings: [] });
    if (!result.ok) return;
    const { config } = result.value;
    expect(config).toMatchObject({ health_check_interval: 30_000, log_output: '/var/log/mogoly.log', stream: true });
    expect(config.server[0]).toMatchObject({
      name: 'api-gateway',
      balance: [
        { name: 'backend-1', is_healthy: true },
        { name: 'backend-2', port: 8082 },
      ],
    });
    expect(config.server[0]).not.toHaveProperty('port');
    expect(result.value.raw).toMatchObject({ server: [{ port: 8080 }] });
  });

  it('may be empty, or have empty sections', async () => {
    expect(await check('')).toMatchObject({ ok: true, value: { config: { server: [], zones: ['test'] }, raw: {} } });
    expect(await check('server:\nlisten:\n')).toMatchObject({ ok: true, warnings: [] });
  });

  it('has its defaults and variables filled in', async () => {
    const result = await check(
      'variables: { P: "3000" }\nhealth_check_interval: 10s\n' +
        site('host: localhost', 'port: ${P}', 'response_timeout: ${env:T}'),
      { env: { T: '1m30s' } },
    );
    expect(result).toMatchObject({
      ok: true,
      value: {
        config: { health_check_interval: 10_000, server: [{ port: 3000, response_timeout: 90_000, force_tls: false }] },
      },
    });
  });

  it('may have a site of routes alone, and pools in pools', async () => {
    expect(
      await problemsOf(site('routes: [{ path: /x/*, static: ./dist }, { path: /y, redirect: /z, status: 301 }]')),
    ).toEqual([]);
    expect(
      await problemsOf(
        site('balance: [{ name: p, balance: [{ url: "http://[::1]:1/x" }] }, { host: "::1", port: 80 }]'),
      ),
    ).toEqual([]);
  });
});

describe('unknown keys', () => {
  it('are warnings that name the nearest key, and the rest is still checked', async () => {
    const result = await check(
      site('url: http://localhost:1', 'healthCheck: { path: /x }', 'balancee: []', 'tls: { cert: a, key: b, kye: c }'),
      { folder: undefined as never, file: undefined as never },
    );
    expect(result).toMatchObject({ ok: true });
    if (!result.ok) return;
    expect(brief(result.warnings)).toEqual([
      'warning CONFIG_UNKNOWN_KEY server.0.healthCheck 4:5',
      'warning CONFIG_UNKNOWN_KEY server.0.balancee 5:5',
      'warning CONFIG_UNKNOWN_KEY server.0.tls.kye 6:29',
    ]);
    expect(result.warnings.map((item) => item.fix)).toEqual([
      'Did you mean "health_check"?',
      'Did you mean "balance"?',
      'Did you mean "key"?',
    ]);
    expect(result.value.config.server[0]).not.toHaveProperty('balancee');
  });

  it('at the top and among backends, too', async () => {
    expect(brief(await problemsOf('serverr: []\n' + site('balance:', '  - { url: http://a, wieght: 2 }')))).toEqual([
      'warning CONFIG_UNKNOWN_KEY serverr 1:1',
      'warning CONFIG_UNKNOWN_KEY server.0.balance.0.wieght 5:26',
    ]);
  });
});

describe('keys of the author', () => {
  it('at the top begin with x- and are taken without a word, as holders of anchors', async () => {
    const text =
      'x-usual: &usual { interval: 7s, note: "${NOBODY}" }\n' +
      'x-probe: &probe { interval: 7s }\n' +
      site('url: http://localhost:1', 'health_check: *probe');
    const result = await check(text);
    expect(result).toMatchObject({ ok: true, warnings: [] });
    if (result.ok) expect(result.value.config.server[0]?.health_check).toMatchObject({ interval: 7_000 });
  });

  it('in a site are unknown like any other', async () => {
    expect(brief(await problemsOf('xzones: []\n' + site('url: http://localhost:1', 'x-note: mine')))).toEqual([
      'warning CONFIG_UNKNOWN_KEY xzones 1:1',
      'warning CONFIG_UNKNOWN_KEY server.0.x-note 5:5',
    ]);
  });
});

describe('a host that is too long', () => {
  const label = 'a'.repeat(64);
  const long = Array.from({ length: 5 }, () => 'b'.repeat(60)).join('.');
  it.each([
    [`${label}.test`, `its label "${label}" has 64 characters, and no more than 63 are allowed`],
    [`*.${label}.test`, `its label "${label}" has 64 characters, and no more than 63 are allowed`],
    [`${'ü'.repeat(60)}.test`, `its label "xn--`],
    [long, 'it has 304 characters, and no more than 253 are allowed'],
  ])('says which part, and what the limit is (%#)', async (host, why) => {
    const [found] = await problemsOf(site('url: http://localhost:1', `hosts: ["${host}"]`));
    expect(found).toMatchObject({ code: 'CONFIG_HOST_INVALID', fix: 'Shorten it.' });
    expect(found?.message).toContain(`"${host}" is not a host or a host pattern: ${why}`);
    expect(found?.message).toMatch(/\(RFC 1035 section 2\.3\.4\)\.$/);
  });

  it('is no matter where it just fits', async () => {
    const fits = `hosts: ["${'a'.repeat(63)}.test"]`;
    expect(await problemsOf(site('url: http://localhost:1', fits))).toEqual([]);
  });
});

describe('wrong types', () => {
  it('are told in plain words, all at once, also beside wrong meaning', async () => {
    const text =
      'listen: { http: eighty }\nzones: test\n' +
      site(
        'strategy: roundrobbin',
        'tls: lokal',
        'force_tls: "yes"',
        'health_check: { interval: soon, path: x }',
        'balance:',
        '  - { url: "ftp://x", weight: "2" }',
        '  - { name: 5, port: 70000 }',
      ) +
      '\n  - url: http://x\n  - 5\n';
    const problems = await problemsOf(text);
    expect(problems.map((item) => item.message)).toEqual([
      '"http" must be a port, "address:port", or "off", not "eighty".',
      '"zones" must be a list, not "test".',
      '"strategy" must be round_robin, least_connections, random or ip_hash, not "roundrobbin".',
      '"tls" must be local, acme or off, or a map of keys, not "lokal".',
      '"force_tls" must be true or false, not "yes".',
      '"interval" must be seconds, or a number with ms, s, m or h, as in "30s", not "soon".',
      '"path" must be text that starts with "/", not "x".',
      '"ftp://x" is not an http, https or h2c URL.',
      '"weight" must be a number, not "2".',
      '"name" must be text, not 5.',
      '"port" must be a number of at most 65535, not 70000.',
      '"name" is missing.',
      'Item 3 of "server" must be a map of keys, not 5.',
    ]);
    expect(problems.every((item) => item.at && item.fix && item.severity === 'error')).toBe(true);
    expect(problems[8]?.fix).toBe('Write it without quotes.');
    expect(formatProblem(problems[0]!)).toMatch(/^m\.yaml:1:17: error: /);
  });

  it.each(['[]', '- a', 'text', '5'])('a config that is %s', async (text) =>
    expect(brief(await problemsOf(text))).toEqual(['CONFIG_WRONG_TYPE  1:1']),
  );

  it('stay placed where an old spelling is written', async () => {
    expect(
      brief(await problemsOf('servers:\n  - name: a\n    url: http://x\n    ForceTLS: 5\nproxy: { listen_port: x }\n')),
    ).toEqual(['CONFIG_WRONG_TYPE servers.0.ForceTLS 4:15', 'CONFIG_WRONG_VALUE proxy.listen_port 5:23']);
    expect((await problemsOf('healthcheck_interval: soon'))[0]?.message).toMatch(/^"healthcheck_interval" must be /);
  });

  it('are placed in JSON, too', async () =>
    expect(brief(await problemsOf('{\n "server": [{ "name": "a", "url": 5 }]\n}'))).toEqual([
      'CONFIG_WRONG_TYPE server.0.url 2:35',
    ]));
});

describe('wrong meaning', () => {
  it.each([
    ['no backend', site('disabled: false'), 'CONFIG_POOL_EMPTY server.0 2:5'],
    ['an empty pool', site('balance: []'), 'CONFIG_WRONG_VALUE server.0.balance 3:14'],
    ['a backend nowhere', site('balance: [{ weight: 1 }]'), 'CONFIG_BACKEND_ORIGIN server.0.balance.0 3:15'],
    ['no URL', site('url: localhost'), 'CONFIG_BACKEND_URL server.0.url 3:10'],
    ['a host for a scheme', site('url: localhost:3000'), 'CONFIG_BACKEND_URL server.0.url 3:10'],
    ['another scheme', site('url: ws://x'), 'CONFIG_BACKEND_URL server.0.url 3:10'],
    ['a password in a URL', site('url: http://a:b@x'), 'CONFIG_BACKEND_URL server.0.url 3:10'],
    ['a port out of range in a URL', site('url: http://x:70000/y'), 'CONFIG_PORT_RANGE server.0.url 3:10'],
    ['port 0 in a URL', site('url: http://x:0'), 'CONFIG_PORT_RANGE server.0.url 3:10'],
    ['a host with a path', site('host: x/y', 'port: 80'), 'CONFIG_BACKEND_HOST server.0.host 3:11'],
    [
      'url beside port',
      site('balance: [{ url: "http://x", port: 5 }]'),
      'warning CONFIG_UNUSED_KEY server.0.balance.0.port 3:34',
    ],
    ['a bad host', site('url: http://x', 'hosts: ["a b", b.test]'), 'CONFIG_HOST_INVALID server.0.hosts.0 4:13'],
    ['a bad pattern', site('url: http://x', 'hosts: ["a.*"]'), 'CONFIG_HOST_INVALID server.0.hosts.0 4:13'],
    ['weights of 0', site('balance: [{ url: "http://x", weight: 0 }]'), 'CONFIG_WEIGHTS_ZERO server.0.balance 3:14'],
    [
      'backups alone',
      site('balance: [{ url: "http://x", backup: true }]'),
      'warning CONFIG_ONLY_BACKUPS server.0.balance 3:14',
    ],
    [
      'a name twice in a pool',
      site('balance: [{ name: x, url: "http://x" }, { name: x, url: "http://y" }]'),
      'CONFIG_BACKEND_DUPLICATE server.0.balance.1.name 3:53',
    ],
    ['a route nowhere', site('routes: [{ path: /x }]'), 'CONFIG_ROUTE_EMPTY server.0.routes.0 3:14'],
    [
      'a route everywhere',
      site('routes: [{ path: /x, static: y, redirect: z }]'),
      'CONFIG_ROUTE_KIND server.0.routes.0 3:14',
    ],
    [
      'a route twice',
      site('routes: [{ path: /x, static: y }, { path: /x, static: z }]'),
      'CONFIG_ROUTE_DUPLICATE server.0.routes.1.path 3:47',
    ],
    [
      'a star inside a path',
      site('routes: [{ path: /*/x, static: y }]'),
      'CONFIG_ROUTE_PATH server.0.routes.0.path 3:22',
    ],
    ['a bad CIDR', 'trusted_proxies: [10.0.0.0/8, 10.0.0.0/33]', 'CONFIG_CIDR trusted_proxies.1 1:31'],
    [
      'two listeners on one port',
      'listen: { http: 8080, https: "0.0.0.0:8080" }',
      'CONFIG_LISTEN_CLASH listen.https 1:30',
    ],
    ['a listener out of range', 'listen: { http: "127.0.0.1:80800" }', 'CONFIG_PORT_RANGE listen.http 1:17'],
    [
      'an unknown middleware',
      site('url: http://x', 'middlewares: [{ name: x }]'),
      'MIDDLEWARE_UNKNOWN server.0.middlewares.0.name 4:27',
    ],
    [
      'a bad middleware config',
      site('routes: [{ path: /, static: x, middlewares: [{ name: logging, config: 5 }] }]'),
      'MIDDLEWARE_CONFIG server.0.routes.0.middlewares.0.config 3:75',
    ],
    [
      'a certificate that is not there',
      site('url: http://x', 'tls: { cert: /no/a, key: /no/b }'),
      'CONFIG_TLS_FILE server.0.tls.cert 4:18',
    ],
    ['an unknown variable', site('url: "http://x:${P}"'), 'CONFIG_VARIABLE_UNKNOWN server.0.url 3:10'],
  ])('%s', async (_name, text, expected) => expect(brief(await problemsOf(text))).toContain(expected));

  it('hosts and names twice: both places are named', async () => {
    const problems = await problemsOf(
      'server:\n  - { name: a.test, url: "http://x" }\n  - { name: b, url: "http://x", hosts: [A.test., "*"] }\n  - { name: b, url: "http://x", hosts: ["*"] }\n',
    );
    expect(brief(problems)).toEqual([
      'CONFIG_HOST_DUPLICATE server.1.hosts.0 3:41',
      'CONFIG_SITE_DUPLICATE server.2.name 4:13',
      'CONFIG_HOST_DUPLICATE server.2.hosts.0 4:41',
    ]);
    expect(problems.map((item) => item.message)).toEqual([
      expect.stringContaining('line 2'),
      expect.stringContaining('line 3'),
      expect.stringContaining('line 3'),
    ]);
  });

  it('a certificate is looked for from the folder of the config', async () => {
    const folder = tempHome();
    mkdirSync(join(folder, 'pem'));
    writeFileSync(join(folder, 'pem/a'), '');
    const text = site('url: http://x', 'tls: { cert: pem/a, key: pem/a }');
    expect(await problemsOf(text, { folder })).toEqual([]);
    expect(await problemsOf(text, { file: join(folder, 'm.yaml') })).toEqual([]);
  });

  it('of thousands of problems the first are told and the rest is counted', async () => {
    const problems = await problemsOf(
      'server:\n' + Array.from({ length: 2_000 }, (_, index) => `  - { name: s${index} }\n`).join(''),
    );
    expect(problems).toHaveLength(501);
    expect(problems.at(-1)).toMatchObject({
      code: 'CONFIG_MORE_PROBLEMS',
      message: 'There are 1500 more problems.',
      severity: 'error',
    });
  });
});
