/** What lists show: searches, shares, ports, and where a key leads. */
import { describe, expect, it } from 'vitest';
import { formatCount, formatMs } from '../../renderer/parts/format.ts';
import { portsOf } from '../../renderer/parts/status-bar.tsx';
import { moveTo } from '../../renderer/parts/virtual-list.tsx';
import { findEvents } from '../../renderer/store/event-filter.ts';
import { balancePath, isInTopPool, routePath, sharesOf } from '../../renderer/store/places.ts';
import { findSites } from '../../renderer/store/site-filter.ts';
import { busySnapshot, makeBackend } from './canned.ts';
import type { LogEntry } from '../../shared/state.ts';

describe('searches', () => {
  const { sites } = busySnapshot();
  it('find a site by host or backend, as text and not as a pattern', () => {
    expect(findSites(sites, { text: 'LOCALHOST:5174', onlyBroken: false }).map((site) => site.name)).toEqual([
      'shop.localhost',
    ]);
    expect(findSites(sites, { text: '*.shop', onlyBroken: false })).toHaveLength(1);
    expect(findSites(sites, { text: '(', onlyBroken: false })).toHaveLength(0);
  });
  it('keep the order of the file when only broken sites are wanted', () => {
    expect(findSites(sites, { text: '', onlyBroken: true }).map((site) => site.name)).toEqual([
      'shop.localhost',
      'auth.localhost',
      'billing.localhost',
    ]);
  });
  it('leave out events below the level', () => {
    const log: LogEntry[] = [
      { id: 1, at: 0, level: 'debug', event: 'a.b', message: 'x' },
      { id: 2, at: 0, level: 'error', event: 'a.b', message: 'y', fields: { site: 'shop' } },
    ];
    expect(findEvents(log, 'debug', '')).toBe(log);
    expect(findEvents(log, 'warn', 'SHOP').map((entry) => entry.id)).toEqual([2]);
  });
});

describe('shares', () => {
  it('follow the weights of the backends that take requests', () => {
    const a = makeBackend('s', 'a', { weight: 3 });
    const b = makeBackend('s', 'b');
    expect(sharesOf([a, b])).toEqual([0.75, 0.25]);
    expect(sharesOf([{ ...a, health: 'down' }, b])).toEqual([0, 1]);
    expect(sharesOf([a, { ...b, disabled: true }])).toEqual([1, 0]);
  });
  it('go to a backup only when the others are down', () => {
    const backup = makeBackend('s', 'b', { backup: true });
    expect(sharesOf([makeBackend('s', 'a'), backup])).toEqual([1, 0]);
    expect(sharesOf([makeBackend('s', 'a', { health: 'down' }), backup])).toEqual([0, 1]);
  });
});

describe('places in the file', () => {
  it('of a route and its pool are read from its backends', () => {
    const site = busySnapshot().sites[0]!;
    const api = site.routes[0]!;
    expect(routePath(api)).toEqual(['server', 0, 'routes', 0]);
    expect(balancePath(api.pool!)).toEqual(['server', 0, 'routes', 0, 'balance']);
    const [first] = site.routes[site.routes.length - 1]!.pool!.members;
    expect(isInTopPool(site, first as ReturnType<typeof makeBackend>)).toBe(true);
    expect(isInTopPool(site, api.pool!.members[0] as ReturnType<typeof makeBackend>)).toBe(false);
  });
});

describe('small things', () => {
  it('both loopback addresses of a port are one entry, and one that failed says so', () => {
    const failed = { code: 'LISTEN_IN_USE', severity: 'error' as const, message: 'in use' };
    expect(
      portsOf([
        { kind: 'http', address: '127.0.0.1', port: 80 },
        { kind: 'http', address: '::1', port: 80, problem: failed },
        { kind: 'http', address: '0.0.0.0', port: 81 },
      ]).map(({ label, failed: bad }) => [label, bad]),
    ).toEqual([
      [':80', true],
      ['0.0.0.0:81', false],
    ]);
  });
  it('keys move within the list', () => {
    expect(['j', 'ArrowUp', 'End', 'PageDown', 'x'].map((key) => moveTo(key, 2, 10, 5))).toEqual([
      3,
      1,
      9,
      7,
      undefined,
    ]);
    expect(moveTo('j', 9, 10, 5)).toBe(9);
    expect(moveTo('j', -1, 0, 5)).toBeUndefined();
  });
  it('figures stay short', () => {
    expect([formatCount(12_304), formatCount(1_240_000), formatMs(0.42), formatMs(18.3), formatMs(1_204)]).toEqual([
      '12,304',
      '1.24 M',
      '0.42 ms',
      '18 ms',
      '1.20 s',
    ]);
  });
});
