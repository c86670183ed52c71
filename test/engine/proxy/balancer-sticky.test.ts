/** Sticky clients keep their backend, and a pool explains its picks. */
import { describe, expect, it } from 'vitest';
import {
  explainPool,
  peekBackend,
  pickBackend,
  poolBackends,
  stickyToken,
} from '../../../electron/engine/proxy/balancer.ts';
import type { Backend, Pool } from '../../../electron/engine/generation.ts';
import { backend, pool } from '../../kit/pool.ts';

const from = (client = '127.0.0.1') => ({ client });

describe('sticky', () => {
  const sticky = (members: (Backend | Pool)[]) => pool(members, { stickyCookie: 'mogoly_backend' });

  it('keeps a client on its backend, in an inner pool and while it drains too', () => {
    const b = backend('b', { drain: true });
    const all = sticky([backend('a'), pool([b], { name: 'inner' })]);
    const request = { client: '', sticky: stickyToken(b) };
    expect(pickBackend(all, request)).toBe(b);
    expect(pickBackend(all, from())?.name).toBe('a');
    expect(explainPool(all, request).find((one) => one.backend === b)?.available).toBe(true);
  });

  it('lets it go when that backend is down, disabled, full or was tried, or the token says nothing', () => {
    const b = backend('b');
    const all = sticky([backend('a', { weight: 1_000 }), b]);
    const request = { client: '', sticky: stickyToken(b) };
    expect(pickBackend(all, { ...request, tried: new Set([b]) })?.name).toBe('a');
    b.live.available = false;
    expect(pickBackend(all, request)?.name).toBe('a');
    expect(pickBackend(all, { client: '', sticky: '__proto__' })?.name).toBe('a');
    expect(pickBackend(sticky([backend('a'), backend('b', { disabled: true })]), request)?.name).toBe('a');
  });

  it('counts only where the pool asks for it', () => {
    const b = backend('b');
    expect(pickBackend(pool([backend('a'), b]), { client: '', sticky: stickyToken(b) })?.name).toBe('a');
  });

  it('has tokens that are short, stable, and free of the URL', () => {
    expect(stickyToken(backend('a'))).toBe(stickyToken(backend('a')));
    expect(stickyToken(backend('a'))).not.toBe(stickyToken(backend('b')));
    expect(stickyToken(backend('http://localhost:5173'))).toMatch(/^[A-Za-z0-9_-]{12}$/);
  });
});

describe('explaining', () => {
  it('names the reason of each backend passed over and leaves the rotation alone', () => {
    const all = pool([
      backend('up'),
      backend('down', { up: false }),
      backend('off', { disabled: true }),
      backend('leaving', { drain: true }),
      backend('full', { maxConnections: 1, active: 1 }),
      backend('spare', { backup: true }),
      backend('none', { weight: 0 }),
      pool([backend('hidden')], { name: 'inner', disabled: true }),
    ]);
    const rotation = [...all.rotation];
    const reasons = explainPool(all, from()).map(({ backend: { name }, available, reason }) => [
      name,
      available,
      reason,
    ]);
    expect(reasons).toEqual([
      ['up', true, undefined],
      ['down', false, 'down'],
      ['off', false, 'disabled'],
      ['leaving', false, 'draining'],
      ['full', false, 'at max_connections'],
      ['spare', false, 'backup not needed'],
      ['none', false, 'weight 0'],
      ['hidden', false, 'disabled'],
    ]);
    expect(peekBackend(all, from())?.name).toBe('up');
    expect(all.rotation).toEqual(rotation);
    expect(poolBackends(all)).toHaveLength(8);
  });
});
