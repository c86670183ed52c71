/** Which names go to a public authority, and in which order challenges are tried. */
import { describe, expect, it } from 'vitest';
import { challengesFor, isPublicName, planNames } from '../../../electron/engine/tls/acme-names.ts';
import { acmeSchema } from '../../../shared/acme-config.ts';

const config = acmeSchema.parse({});
const withDns = acmeSchema.parse({ dns: { provider: 'exec', command: 'set-txt' } });

describe('a name is public', () => {
  it.each(['shop.example.com', '*.example.com', 'a.co', 'xn--bcher-kva.example.org', '0x.example.org'])(
    '%s may be ordered',
    (name) => expect(isPublicName(name)).toBe(true),
  );

  it.each([
    ...['shop.local', 'shop.test', 'localhost', 'app.localhost', 'intranet', 'shop.example', 'x.invalid', 'x.onion'],
    ...[
      '127.0.0.1',
      '[::1]',
      '::1',
      '*',
      '*.local',
      '*.com',
      'nas.home.arpa',
      'nas.lan',
      'my_app.example.com',
      '-a.example.com',
    ],
  ])('%s is not', (name) => expect(isPublicName(name)).toBe(false));
});

describe('the names of a site', () => {
  it('are ordered sorted, in normal form, each once', () => {
    const hosts = ['www.Shop.example.com', 'shop.example.com.', 'bücher.example.com', 'SHOP.example.com'];
    const plan = planNames({ site: 'shop', hosts }, config);
    expect(plan).toEqual({
      hosts: ['shop.example.com', 'www.shop.example.com', 'xn--bcher-kva.example.com'],
      refused: [],
    });
  });

  it('that are private are refused together, the others ordered', () => {
    const plan = planNames({ site: 'shop', hosts: ['shop.local', 'shop.example.com', 'localhost'] }, config);
    expect(plan.hosts).toEqual(['shop.example.com']);
    expect(plan.refused).toMatchObject([
      { hosts: ['shop.local', 'localhost'], problem: { code: 'ACME_NAME_NOT_PUBLIC' } },
    ]);
    expect(plan.refused[0]!.problem.message).toContain('shop.local, localhost are not public names');
  });

  it('that are wildcards need a DNS provider', () => {
    const site = { site: 'shop', hosts: ['*.example.com', 'example.com'] };
    expect(planNames(site, config)).toMatchObject({
      hosts: ['example.com'],
      refused: [{ problem: { code: 'ACME_WILDCARD_NEEDS_DNS' } }],
    });
    expect(planNames(site, withDns)).toEqual({ hosts: ['*.example.com', 'example.com'], refused: [] });
  });
});

describe('challenges', () => {
  it('are http-01 and then tls-alpn-01, the one that worked first', () => {
    expect(challengesFor(config, undefined)).toEqual(['http-01', 'tls-alpn-01']);
    expect(challengesFor(config, 'tls-alpn-01')).toEqual(['tls-alpn-01', 'http-01']);
  });

  it('are dns-01 with a provider, and only the one that is set', () => {
    expect(challengesFor(withDns, 'http-01')).toEqual(['dns-01']);
    expect(challengesFor({ ...withDns, challenge: 'http-01' }, undefined)).toEqual(['http-01']);
  });
});

describe('the acme settings', () => {
  it('load as before with email, directory and ca_file', () => {
    const before = { email: 'me@example.com', directory: 'https://ca.internal/dir', ca_file: 'ca.pem' };
    expect(acmeSchema.parse(before)).toEqual(before);
  });

  it('refuse dns-01 without a provider, and a provider that is not known', () => {
    expect(acmeSchema.safeParse({ challenge: 'dns-01' }).error?.issues).toMatchObject([{ path: ['dns'] }]);
    expect(acmeSchema.safeParse({ dns: { provider: 'other' } }).success).toBe(false);
    expect(acmeSchema.safeParse({ dns: { provider: 'cloudflare' } }).error?.issues).toMatchObject([
      { path: ['dns', 'token'] },
    ]);
  });
});
