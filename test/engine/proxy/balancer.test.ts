/** The balancer: fair by weight, never a backend that cannot serve, backups last, clients kept where they should be. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explainPool, peekBackend, pickBackend } from '../../../electron/engine/proxy/balancer.ts';
import type { Backend, Pool } from '../../../electron/engine/generation.ts';
import { backend, pool } from '../../kit/pool.ts';
import type { Strategy } from '../../../shared/config.ts';

const STRATEGIES: Strategy[] = ['round_robin', 'least_connections', 'random', 'ip_hash'];

const from = (client = '127.0.0.1') => ({ client });
const picks = (of: Pool, count: number) => Array.from({ length: count }, () => pickBackend(of, from())?.name).join('');

function countPicks(of: Pool, count: number, client = (_i: number) => '127.0.0.1'): Map<string, number> {
  const counts = new Map<string, number>();
  for (let i = 0; i < count; i++) {
    const name = pickBackend(of, from(client(i)))?.name ?? 'none';
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

describe('round robin', () => {
  it('takes turns', () => {
    expect(picks(pool([backend('a'), backend('b'), backend('c')]), 6)).toBe('abcabc');
  });

  it('interleaves 5/1/1 as nginx does', () => {
    expect(picks(pool([backend('a', { weight: 5 }), backend('b'), backend('c')]), 14)).toBe('aabacaaaabacaa');
  });

  it('stays fair for the rest while one is away, and after', () => {
    const a = backend('a', { weight: 2 });
    const all = pool([a, backend('b'), backend('c')]);
    picks(all, 5);
    a.live.available = false;
    const away = countPicks(all, 100);
    expect([away.get('a'), away.get('b'), away.get('c')]).toEqual([undefined, 50, 50]);
    a.live.available = true;
    const back = countPicks(all, 400);
    expect(Math.abs((back.get('a') ?? 0) - 200)).toBeLessThanOrEqual(3);
  });

  it('follows the weights exactly over each whole turn', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 2, maxLength: 8 }),
        fc.integer({ min: 1, max: 5 }),
        (weights, turns) => {
          const total = weights.reduce((sum, weight) => sum + weight, 0) || weights.length;
          const counts = countPicks(pool(weights.map((weight, i) => backend(`b${i}`, { weight }))), total * turns);
          const allZero = weights.every((weight) => weight === 0);
          weights.forEach((weight, i) => expect(counts.get(`b${i}`) ?? 0).toBe((allZero ? 1 : weight) * turns));
        },
      ),
    );
  });

  it('keeps shares near the weights whoever comes and goes', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 60 }), (outages) => {
        const members = [backend('a'), backend('b'), backend('c')];
        const all = pool(members);
        for (const out of outages) {
          members.forEach((member, i) => (member.live.available = i !== out));
          pickBackend(all, from());
        }
        for (const member of members) member.live.available = true;
        const counts = countPicks(all, 300);
        for (const member of members) expect(Math.abs((counts.get(member.name) ?? 0) - 100)).toBeLessThanOrEqual(3);
      }),
    );
  });
});

describe('least connections', () => {
  it('goes where the fewest requests per weight are under way', () => {
    const all = pool(
      [backend('a', { active: 3 }), backend('b', { active: 5, weight: 2 }), backend('c', { active: 4 })],
      { strategy: 'least_connections' },
    );
    expect(picks(all, 2)).toBe('bb');
  });

  it('takes turns by weight among those that tie', () => {
    const all = pool([backend('a', { weight: 2 }), backend('b'), backend('c', { active: 1 })], {
      strategy: 'least_connections',
    });
    expect(picks(all, 6)).toBe('abaaba');
  });

  it('counts the requests of all backends of an inner pool', () => {
    const inner = pool([backend('x', { active: 1 }), backend('y', { active: 1 })], { name: 'inner' });
    expect(picks(pool([inner, backend('a', { active: 1 })], { strategy: 'least_connections' }), 1)).toBe('a');
  });
});

describe('random', () => {
  it('divides the draw by weight', () => {
    const all = pool([backend('a', { weight: 3 }), backend('b', { weight: 1 })], { strategy: 'random' });
    const at = (value: number) => pickBackend(all, { client: '', random: () => value })?.name;
    expect([at(0), at(0.74), at(0.76), at(0.999999)]).toEqual(['a', 'a', 'b', 'b']);
  });
});

describe('ip hash', () => {
  const client = (i: number) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`;
  const hashed = (weights: number[]) =>
    pool(
      weights.map((weight, i) => backend(`b${i}`, { weight })),
      { strategy: 'ip_hash' },
    );

  it('keeps each client on its backend', () => {
    const all = hashed([1, 1, 1]);
    for (let i = 0; i < 50; i++) expect(pickBackend(all, from(client(i)))).toBe(pickBackend(all, from(client(i))));
  });

  it('spreads clients by weight', () => {
    const counts = countPicks(hashed([1, 2, 5]), 40_000, client);
    [5_000, 10_000, 25_000].forEach((fair, i) =>
      expect(Math.abs((counts.get(`b${i}`) ?? 0) / fair - 1)).toBeLessThan(0.05),
    );
  });

  it('moves only the clients of a backend that goes away, and they come back', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 2, maxLength: 8 }),
        fc.nat(),
        fc.array(fc.ipV4(), { maxLength: 40 }),
        (weights, which, clients) => {
          const all = hashed(weights);
          const gone = all.members[which % weights.length] as Backend;
          const before = clients.map((ip) => pickBackend(all, from(ip)));
          gone.live.available = false;
          clients.forEach((ip, i) => {
            const now = pickBackend(all, from(ip));
            if (before[i] === gone) expect(now).not.toBe(gone);
            else expect(now).toBe(before[i]);
          });
          gone.live.available = true;
          expect(clients.map((ip) => pickBackend(all, from(ip)))).toEqual(before);
        },
      ),
    );
  });
});

let made = 0;
const backendArbitrary = fc
  .record({
    up: fc.boolean(),
    weight: fc.integer({ min: 0, max: 3 }),
    backup: fc.boolean(),
    disabled: fc.boolean(),
    drain: fc.boolean(),
    active: fc.integer({ min: 0, max: 3 }),
    maxConnections: fc.constantFrom(1, 2, Infinity),
  })
  .map((options) => backend(`b${(made += 1)}`, options));
const strategyArbitrary = fc.constantFrom(...STRATEGIES);
const innerArbitrary = fc
  .record({
    members: fc.array(backendArbitrary, { minLength: 1, maxLength: 4 }),
    strategy: strategyArbitrary,
    weight: fc.integer({ min: 0, max: 3 }),
    backup: fc.boolean(),
    disabled: fc.boolean(),
  })
  .map(({ members, ...options }) => pool(members, { name: 'inner', ...options }));
const poolArbitrary = fc
  .record({
    members: fc.array(fc.oneof(backendArbitrary, innerArbitrary), { minLength: 1, maxLength: 6 }),
    strategy: strategyArbitrary,
  })
  .map(({ members, strategy }) => pool(members, { strategy }));

describe('every strategy', () => {
  it('picks a backend that can serve whenever there is one, and no other', () => {
    fc.assert(
      fc.property(poolArbitrary, fc.ipV4(), (of, client) => {
        const can = explainPool(of, { client })
          .filter((one) => one.available)
          .map((one) => one.backend);
        const peeked = of.strategy === 'random' ? undefined : peekBackend(of, { client, random: () => 0.5 });
        const picked = pickBackend(of, { client, random: () => 0.5 });
        if (can.length === 0) expect(picked).toBeUndefined();
        else expect(can).toContain(picked);
        if (peeked) expect(peeked).toBe(picked);
      }),
      { numRuns: 400 },
    );
  });

  it.each(STRATEGIES)('%s: a backup serves only when no other can', (strategy) => {
    const main = backend('main');
    const all = pool([backend('spare', { backup: true, weight: 9 }), main], { strategy });
    expect(picks(all, 3)).toBe('mainmainmain');
    main.live.available = false;
    expect(picks(all, 1)).toBe('spare');
    main.live.available = true;
    expect(pickBackend(all, { client: '', tried: new Set([main]) })?.name).toBe('spare');
  });

  it.each(STRATEGIES)('%s: weight 0 gets nothing while another can serve', (strategy) => {
    const main = backend('m');
    const all = pool([backend('0', { weight: 0 }), main, backend('z', { weight: 0 })], { strategy });
    expect(picks(all, 20)).toBe('m'.repeat(20));
    main.live.available = false;
    expect('0z').toContain(picks(all, 1));
  });

  it.each(STRATEGIES)('%s: an inner pool takes its share and is left out when all of it is down', (strategy) => {
    const x = backend('x');
    const y = backend('y');
    const all = pool([backend('a'), pool([x, y], { name: 'inner', weight: 2 })], { strategy });
    const clients = (i: number) => `10.0.${i >> 8}.${i & 255}`;
    const counts = countPicks(all, 900, clients);
    expect((counts.get('x') ?? 0) + (counts.get('y') ?? 0)).toBeGreaterThan(500);
    x.live.available = y.live.available = false;
    expect(countPicks(all, 10, clients).get('a')).toBe(10);
  });

  it('gives a full backend nothing more, and undefined when all are full', () => {
    const a = backend('a', { maxConnections: 2, active: 2 });
    const all = pool([a, backend('b', { maxConnections: 1 })]);
    expect(picks(all, 2)).toBe('bb');
    (all.members[1] as Backend).live.active = 1;
    expect(pickBackend(all, from())).toBeUndefined();
  });
});
