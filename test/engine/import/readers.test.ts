/** What the readers make of what people write in Caddyfiles, nginx configs and compose files, and what they note. */
import { describe, expect, it } from 'vitest';
import { imported, machineWith } from '../../kit/import.ts';

describe('of a Caddyfile', () => {
  it('a name without a scheme has https, and http leads there', () => {
    const { sites, notes } = imported(
      'caddy',
      'shop.test {\n reverse_proxy :3000\n}\nshop.dev {\n reverse_proxy :3001\n}',
    );
    expect(sites).toEqual([
      { name: 'shop.test', url: 'http://localhost:3000', host_header: 'original', force_tls: true },
      { name: 'shop.dev', url: 'http://localhost:3001', host_header: 'original', force_tls: true },
    ]);
    expect(notes).toEqual([expect.stringMatching(/^caddy:4:1: .*public certificate for shop\.dev/)]);
  });

  it('http that only leads to https is one site with it', () => {
    const text = `http://a.test {\n redir https://{host}{uri} 308\n}\nhttps://a.test {\n tls internal\n reverse_proxy :1\n}`;
    expect(imported('caddy', text).sites).toEqual([
      { name: 'a.test', url: 'http://localhost:1', host_header: 'original', force_tls: true },
    ]);
  });

  it.each<[string, string, object]>([
    ['round_robin :1 :2', 'lb_policy round_robin', {}],
    ['Caddy takes one at random where nothing is said', '', { strategy: 'random' }],
    ['a cookie keeps clients', 'lb_policy cookie lb', { sticky: { cookie: 'lb' } }],
    [
      'passive health',
      'max_fails 2\n fail_duration 1m',
      { strategy: 'random', passive_health: { max_fails: 2, window: '60s', cooldown: '60s' } },
    ],
    [
      'active health',
      'health_uri /up\n health_interval 500ms\n health_status 2xx',
      { strategy: 'random', health_check: { path: '/up', interval: '500ms', expect: '200-299' } },
    ],
    ['a literal Host', 'header_up Host x.test', { strategy: 'random', host_header: 'x.test' }],
  ])('%s', (_name, lines, keys) => {
    const { sites } = imported('caddy', `http://a.test {\n reverse_proxy :1 :2 {\n ${lines}\n }\n}`);
    const balance = [{ url: 'http://localhost:1' }, { url: 'http://localhost:2' }];
    expect(sites).toEqual([{ name: 'a.test', balance, host_header: 'original', ...keys, tls: 'off' }]);
  });

  it('a site whose guard is not carried over waits disabled', () => {
    const { sites, notes } = imported('caddy', ':80 {\n basic_auth {\n  bob x\n }\n reverse_proxy :1\n}');
    expect(sites).toMatchObject([{ name: 'everything', hosts: ['*'], disabled: true }]);
    expect(notes).toEqual([expect.stringMatching(/^caddy:2:2: .*mogoly hash-password.*\[IMPORT_UNGUARDED\]$/)]);
  });

  it('imports snippets with what they are given, and files', () => {
    const text =
      '(up) {\n reverse_proxy {args[0]}:{args.1}\n}\nimport sites/*\nhttp://a.test {\n import up localhost 3000\n}';
    const machine = machineWith({ 'sites/b': 'http://b.test {\n reverse_proxy :2\n}' });
    expect(imported('caddy', text, machine).sites.map(({ name, url }) => [name, url])).toEqual([
      ['b.test', 'http://localhost:2'],
      ['a.test', 'http://localhost:3000'],
    ]);
  });
});

describe('of an nginx config', () => {
  const server = (body: string, name = 'a.test'): string => `server { server_name ${name}; ${body} }`;
  const routesOf = (body: string): unknown => imported('nginx', server(body)).sites[0]?.routes;

  it.each<[string, string, unknown]>([
    [
      'a slash for a slash takes the prefix off',
      'location /api/ { proxy_pass http://b:1/; }',
      { path: '/api/*', strip_prefix: '/api', url: 'http://b:1' },
    ],
    [
      'a path for a path puts it before',
      'location /api/ { proxy_pass http://b:1/v1/; }',
      { path: '/api/*', strip_prefix: '/api', url: 'http://b:1/v1' },
    ],
    ['no path changes nothing', 'location /api/ { proxy_pass http://b:1; }', { path: '/api/*', url: 'http://b:1' }],
    [
      'a path that only nginx joins so is rewritten',
      'location /api/ { proxy_pass http://b:1/v1; }',
      {
        path: '/api/*',
        url: 'http://b:1',
        middlewares: [{ name: 'rewrite', config: { rules: [{ from: '/api/*', to: '/v1{rest}' }] } }],
      },
    ],
    [
      'a redirect of all below',
      'rewrite ^/old/(.*)$ /new/$1 permanent;',
      { path: '/old/*', redirect: '/new/{rest}', status: 301 },
    ],
    ['an alias', 'location /s/ { alias /srv/x/; }', { path: '/s/*', static: '/srv/x' }],
    ['a root', 'location /s/ { root /srv; }', { path: '/s/*', static: '/srv/s' }],
    ['grpc', 'location /g { grpc_pass grpc://b:1; }', { path: '/g*', url: 'h2c://b:1' }],
  ])('%s', (_name, body, route) => {
    const { sites } = imported('nginx', server(`location / { proxy_pass http://rest:1; } ${body}`));
    expect(sites[0]?.routes).toEqual([route]);
  });

  it('what certbot writes leads to https', () => {
    const text = `${server('listen 443 ssl; location / { proxy_pass http://b:1; }')}
      server { if ($host = a.test) { return 301 https://$host$request_uri; } listen 80; server_name a.test; return 404; }`;
    expect(imported('nginx', text).sites).toEqual([{ name: 'a.test', url: 'http://b:1', force_tls: true }]);
  });

  it('names of every kind', () => {
    const text = server('location / { proxy_pass http://b:1; }', '.a.test www.a.* ~^x *.b.test');
    const { sites, notes } = imported('nginx', text);
    expect(sites[0]?.hosts).toEqual(['a.test', '*.a.test', '*.b.test']);
    expect(notes.filter((note) => note.includes('the name '))).toHaveLength(2);
  });

  it('lists of addresses are a filter, or a reason to wait', () => {
    const proxied = 'location / { proxy_pass http://b:1; }';
    const filter = (config: unknown) => [{ name: 'ip_filter', config }];
    expect(imported('nginx', server(`allow 10.0.0.0/8; deny all; ${proxied}`)).sites[0]?.middlewares).toEqual(
      filter({ allow: ['10.0.0.0/8'] }),
    );
    expect(imported('nginx', server(`deny 10.0.0.1; ${proxied}`)).sites[0]?.middlewares).toEqual(
      filter({ deny: ['10.0.0.1'] }),
    );
    for (const mixed of ['deny 10.0.0.1; allow 10.0.0.0/8; deny all;', 'auth_basic "x";', 'deny all;'])
      expect(imported('nginx', server(`${mixed} ${proxied}`)).sites[0]?.disabled).toBe(true);
  });

  it.each([
    ['location ~ \\.php$ { fastcgi_pass x; }', 'location ~ \\.php$'],
    ['location /a { proxy_pass http://$up; }', 'proxy_pass http://$up'],
    ['if ($x) { return 403; }', 'if ($x)'],
    ['location /a { return 200 ok; }', 'return 200 ok'],
    ['error_page 500 /x;', 'error_page 500 /x'],
    ['location /b { proxy_pass http://b:1; limit_req zone=x; }', 'limit_req zone=x'],
  ])('%s is noted with its place', (body, said) => {
    const { notes } = imported('nginx', server(`location / { proxy_pass http://b:1; }\n${body}`));
    expect(notes.find((note) => note.includes(`"${said}"`))).toMatch(/^nginx:2:\d+: warning: .* \[IMPORT_LEFT_OUT\]$/);
  });

  it('a server that returns has no locations', () => {
    expect(routesOf('return 301 https://b.test$request_uri; location /x { proxy_pass http://b:1; }')).toEqual([
      { path: '/*', redirect: 'https://b.test{path}', status: 301 },
    ]);
  });
});

describe('of a compose file', () => {
  const traefik = (rule: string, more = ''): string =>
    `services:\n  web:\n    ports: ["8080:80"]\n    labels:\n      traefik.http.routers.web.rule: '${rule}'\n${more}`;

  it.each<[string, [string[], string[]]]>([
    ['Host(`a.test`)', [['a.test'], []]],
    ['Host(`a.test`, `b.test`)', [['a.test', 'b.test'], []]],
    ['Host(`a.test`) && (PathPrefix(`/x`) || Path(`/y`))', [['a.test'], ['/x*', '/y']]],
    ['HostRegexp(`{sub:[a-z]+}.a.test`)', [['*.a.test'], []]],
    ['HostRegexp(`^.+\\.a\\.test$`)', [['*.a.test'], []]],
    ['PathPrefix(`/x`)', [['*'], ['/x*']]],
  ])('the rule %s', (rule, [hosts, paths]) => {
    const { sites } = imported('compose', traefik(rule));
    expect(sites.flatMap(({ name, hosts: all }) => all ?? [name])).toEqual(hosts);
    expect(sites[0]?.routes?.map(({ path }) => path) ?? []).toEqual(paths);
  });

  it.each(['Host(`a.test`) && Method(`GET`)', '!Host(`a.test`)', 'Host(`a.test`', '(((', ''])(
    'the rule %s is noted',
    (rule) => {
      const text = `${traefik(rule)}  ok:\n    ports: ["1:1"]\n    labels: [mogoly.host=ok.test]\n`;
      expect(
        imported('compose', text).notes.some((note) => note.includes('the rule with') || note.includes('web')),
      ).toBe(true);
    },
  );

  it('a redirect to https beside the router of https is force_tls', () => {
    const text = traefik(
      'Host(`a.test`)',
      `      traefik.http.routers.web.entrypoints: web
      traefik.http.routers.web.middlewares: up
      traefik.http.middlewares.up.redirectscheme.scheme: https
      traefik.http.routers.webs.rule: Host(\`a.test\`)
      traefik.http.routers.webs.entrypoints: websecure
      traefik.http.routers.webs.tls: "true"
`,
    );
    expect(imported('compose', text).sites).toEqual([
      { name: 'a.test', url: 'http://localhost:8080', host_header: 'original', force_tls: true },
    ]);
  });

  it('a "${" that it holds is text in ours, too', () => {
    const text = traefik(
      'Host(`a.test`)',
      `      traefik.http.routers.web.middlewares: h
      traefik.http.middlewares.h.headers.customresponseheaders.X-Home: "$\${HOME}"
`,
    );
    const config = { response: { set: { 'x-home': '$${HOME}' } } };
    expect(imported('compose', text).sites[0]?.middlewares).toEqual([{ name: 'headers', config }]);
  });
});
