import { describe, expect, it } from 'vitest';
import { brief, check, problemsOf, site } from '../../kit/check-config.ts';

describe('wrong types', () => {
  it('name the choices there are, and what is empty', async () => {
    const problems = await problemsOf(
      'acme: { dns: { provider: route53 } }\n' +
        site('balance: []', 'routes: [{ path: /x, redirect: /y, status: 200 }]') +
        '\nservices: [{ type: redis }]\n',
    );
    expect(problems.map(({ message, fix }) => `${message} ${fix}`)).toEqual([
      '"provider" must be cloudflare or exec, not "route53". Use cloudflare or exec.',
      '"balance" must be a list of at least 1 item, not an empty list. Give it a list of at least 1 item.',
      '"status" must be 301, 302, 303, 307 or 308, not 200. Give it 301, 302, 303, 307 or 308.',
      '"name" is missing. Add it: text.',
    ]);
  });

  it('in one item of a list hide nothing of the others, which keep their places', async () => {
    const text = site(
      'middlewares: [logging, { nme: x }, { name: x }, 5, { name: logging, config: 5 }]',
      'balance:',
      '  - http://a',
      '  - { url: "ftp://b" }',
      '  - name: pool',
      '    balance: [5, { url: "http://c:0" }]',
      'routes: [{ static: x }, { path: "/*/x", static: y }]',
    );
    expect(brief(await problemsOf(text))).toEqual([
      'CONFIG_WRONG_TYPE server.0.middlewares.0 3:19',
      'CONFIG_MISSING_KEY server.0.middlewares.1.name 3:28',
      'warning CONFIG_UNKNOWN_KEY server.0.middlewares.1.nme 3:30',
      'MIDDLEWARE_UNKNOWN server.0.middlewares.2.name 3:48',
      'CONFIG_WRONG_TYPE server.0.middlewares.3 3:53',
      'MIDDLEWARE_CONFIG server.0.middlewares.4.config 3:81',
      'CONFIG_WRONG_TYPE server.0.balance.0 5:9',
      'CONFIG_BACKEND_URL server.0.balance.1.url 6:16',
      'CONFIG_WRONG_TYPE server.0.balance.2.balance.0 8:19',
      'CONFIG_PORT_RANGE server.0.balance.2.balance.1.url 8:29',
      'CONFIG_MISSING_KEY server.0.routes.0.path 9:14',
      'CONFIG_ROUTE_PATH server.0.routes.1.path 9:37',
    ]);
  });
});

describe('wrong meaning', () => {
  it.each([
    ['a zone that no name can have', 'zones: [test, "*.dev"]', 'CONFIG_WRONG_VALUE zones.1 1:15'],
    [
      'a resolver that nobody can ask',
      'dns: { forward: [1.1.1.1, 300.1.1.1] }',
      'CONFIG_WRONG_VALUE dns.forward.1 1:27',
    ],
    ['a directory that is no URL', 'acme: { directory: nowhere }', 'CONFIG_WRONG_VALUE acme.directory 1:20'],
    ['a probe without a pause', 'health_check_interval: 0', 'CONFIG_WRONG_VALUE health_check_interval 1:24'],
    [
      'a probe without time',
      site('url: http://x', 'health_check: { timeout: 0ms }'),
      'CONFIG_WRONG_VALUE server.0.health_check.timeout 4:30',
    ],
    [
      'a Host that no header can carry',
      site('url: http://x', 'host_header: "a b"'),
      'CONFIG_WRONG_VALUE server.0.host_header 4:18',
    ],
  ])('%s', async (_name, text, expected) => expect(brief(await problemsOf(text))).toEqual([expected]));

  it('of a text whose variable is unknown is not told beside that', async () =>
    expect(brief(await problemsOf(site('url: "${P}"')))).toEqual(['CONFIG_VARIABLE_UNKNOWN server.0.url 3:10']));
});

it('a good config has its zones in one form, however they are written', async () =>
  expect(await check('zones: [TEST., .dev.test, bücher]')).toMatchObject({
    value: { config: { zones: ['test', 'dev.test', 'xn--bcher-kva'] } },
  }));
