import { describe, expect, it } from 'vitest';
import { fromLegacy as steps, writtenPath, type LegacyResult } from '../../../electron/engine/config/legacy.ts';
import { runAtOnce } from '../../../electron/engine/turns.ts';

const fromLegacy = (...args: Parameters<typeof steps>): LegacyResult => runAtOnce(steps(...args));

describe('old spellings', () => {
  it('become the keys of today', () => {
    const { value, problems } = fromLegacy({
      healthcheck_interval: 30,
      servers: [
        { name: 'a', url: 'x', ForceTLS: true },
        { name: 'b', url: 'x', forcetls: false },
        { name: 'c', url: 'x', forceTLS: true },
      ],
    });
    expect(problems).toEqual([]);
    expect(value).toEqual({
      health_check_interval: 30,
      server: [
        { name: 'a', url: 'x', force_tls: true },
        { name: 'b', url: 'x', force_tls: false },
        { name: 'c', url: 'x', force_tls: true },
      ],
    });
  });

  it('keep the path as written', () => {
    const { renamed } = fromLegacy({ servers: [{ name: 'a', ForceTLS: 5 }] });
    expect(writtenPath(renamed, ['server', 0, 'force_tls'])).toEqual(['servers', 0, 'ForceTLS']);
    expect(writtenPath(renamed, ['server', 0, 'name'])).toEqual(['servers', 0, 'name']);
    expect(writtenPath(renamed, ['zones', 0])).toEqual(['zones', 0]);
  });

  it('beside the new key are an error at the old one', () => {
    expect(fromLegacy({ healthcheck_interval: 1, health_check_interval: 2 }).problems).toMatchObject([
      { code: 'CONFIG_KEY_TWICE', path: ['healthcheck_interval'] },
    ]);
    expect(fromLegacy({ server: [{ force_tls: true, forceTLS: true }] }).problems).toMatchObject([
      { code: 'CONFIG_KEY_TWICE', path: ['server', 0, 'forceTLS'] },
    ]);
    expect(fromLegacy({ listen: { http: 80 }, proxy: { listen_port: ':8080' } }).problems).toMatchObject([
      { code: 'CONFIG_KEY_TWICE', path: ['proxy', 'listen_port'] },
    ]);
  });

  it.each([
    [{ listen_port: ':8080' }, 8080],
    [{ listen_port: '8080', host: 'localhost', name: 'p' }, 8080],
    [{ listen_port: 8080, host: '0.0.0.0' }, '0.0.0.0:8080'],
    [{ listen_port: ':8080', host: '::' }, '[::]:8080'],
    [{ listen_port: 'http' }, 'http'],
  ])('proxy %j is listen.http', (proxy, http) => {
    const { value, renamed } = fromLegacy({ proxy, listen: { https: 443 } });
    expect(value).toEqual({ listen: { https: 443, http } });
    expect(writtenPath(renamed, ['listen', 'http'])).toEqual(['proxy', 'listen_port']);
  });

  it.each([
    ['round-robin', 'round_robin'],
    ['roundrobin', 'round_robin'],
    ['RoundRobin', 'round_robin'],
    ['least-connections', 'least_connections'],
    ['leastconnections', 'least_connections'],
    ['ip_hash', 'ip_hash'],
    ['what', 'what'],
  ])('strategy %s is %s', (written, strategy) => {
    const pool = { strategy: written, balance: [{ balance: [], strategy: written }] };
    expect(fromLegacy({ server: [{ ...pool, routes: [pool] }] }).value).toMatchObject({
      server: [{ strategy, balance: [{ strategy }], routes: [{ strategy, balance: [{ strategy }] }] }],
    });
  });

  it('a balance list leaves url, protocol, host and port of its site unused', () => {
    expect(
      fromLegacy({ server: [{ name: 'a', url: 'x', protocol: 'http', host: 'h', port: 1, balance: [] }] }).value,
    ).toEqual({ server: [{ name: 'a', balance: [] }] });
  });

  it('the input is not changed', () => {
    const input = {
      servers: [{ name: 'a', strategy: 'RoundRobin', balance: [], url: 'x' }],
      proxy: { listen_port: ':1' },
    };
    const before = structuredClone(input);
    fromLegacy(input);
    expect(input).toEqual(before);
  });
});

describe('the default strategy', () => {
  const server = [
    { name: 'a', url: 'x' },
    { name: 'b', url: 'x', strategy: 'random' },
  ];

  it('comes from the variable', () => {
    expect(
      fromLegacy(
        { variables: { BALANCER_STRATEGY: 'least-connections' }, server },
        { MOGOLY_BALANCER_STRATEGY: 'ip_hash' },
      ).value,
    ).toMatchObject({ server: [{ strategy: 'least_connections' }, { strategy: 'random' }] });
  });
  it('else from the environment', () =>
    expect(fromLegacy({ server }, { MOGOLY_BALANCER_STRATEGY: 'ip_hash' }).value).toMatchObject({
      server: [{ strategy: 'ip_hash' }, { strategy: 'random' }],
    }));
  it('that is none is one problem, where it stands', () => {
    expect(fromLegacy({ variables: { BALANCER_STRATEGY: 'x' }, server }).problems).toMatchObject([
      { code: 'CONFIG_WRONG_VALUE', path: ['variables', 'BALANCER_STRATEGY'] },
    ]);
  });
});
