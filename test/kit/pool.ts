/** Pools and backends in their running form, made by hand. */
import type { Backend, Pool } from '../../electron/engine/generation.ts';

export function backend(name: string, options: Partial<Backend> & { up?: boolean; active?: number } = {}): Backend {
  const { up = true, active = 0, ...rest } = options;
  return {
    kind: 'backend',
    id: `shop.local/${name}`,
    site: 'shop.local',
    name,
    origin: {
      protocol: 'http',
      hostname: 'localhost',
      port: 1,
      origin: 'http://localhost:1',
      basePath: '',
      authority: 'localhost:1',
    },
    weight: 1,
    backup: false,
    disabled: false,
    off: rest.disabled ?? false,
    drain: false,
    maxConnections: Infinity,
    health: {
      enabled: true,
      path: '/',
      intervalMs: 1,
      intervalWhenDownMs: 1,
      timeoutMs: 1,
      expect: [[200, 399]],
      healthyAfter: 1,
      unhealthyAfter: 2,
      maxFails: 3,
      windowMs: 1,
      cooldownMs: 1,
      initial: 'unknown',
    },
    live: { active, requests: 0, failures: 0, health: up ? 'healthy' : 'down', available: up },
    path: [],
    ...rest,
  };
}

export function pool(members: (Backend | Pool)[], options: Partial<Pool> = {}): Pool {
  return {
    kind: 'pool',
    name: '',
    weight: 1,
    backup: false,
    disabled: false,
    strategy: 'round_robin',
    members,
    rotation: members.map(() => 0),
    ...options,
  };
}
