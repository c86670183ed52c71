/** Backends and health policies as the registry gets them, with short times. */
import type { Backend, BackendLive, HealthPolicy } from '../../electron/engine/generation.ts';

export function healthPolicy(policy: Partial<HealthPolicy> = {}): HealthPolicy {
  return {
    enabled: true,
    path: '/',
    intervalMs: 10_000,
    intervalWhenDownMs: 1_000,
    timeoutMs: 30_000,
    expect: [[200, 399]],
    healthyAfter: 1,
    unhealthyAfter: 2,
    maxFails: 3,
    windowMs: 10_000,
    cooldownMs: 10_000,
    initial: 'unknown',
    ...policy,
  };
}

export interface HealthBackendOptions {
  url: string;
  name?: string;
  protocol?: 'http' | 'https' | 'h2c';
  policy?: HealthPolicy;
  disabled?: boolean;
  drain?: boolean;
  /** As the registry's live() gives it; a plain one unless given. */
  live?: (id: string, originKey: string, policy: HealthPolicy) => BackendLive;
}

export function healthBackend({
  url,
  name = url,
  protocol,
  policy = healthPolicy(),
  disabled = false,
  drain = false,
  live,
}: HealthBackendOptions): Backend {
  const { protocol: scheme, hostname, port, origin, host } = new URL(url);
  const id = `shop.local/${name}`;
  return {
    kind: 'backend',
    id,
    site: 'shop.local',
    name,
    origin: {
      protocol: protocol ?? (scheme === 'https:' ? 'https' : 'http'),
      hostname,
      port: Number(port) || (scheme === 'https:' ? 443 : 80),
      origin,
      basePath: '',
      authority: host,
    },
    weight: 1,
    backup: false,
    disabled,
    off: disabled,
    drain,
    maxConnections: Infinity,
    health: policy,
    live: live?.(id, origin, policy) ?? { active: 0, requests: 0, failures: 0, health: 'unknown', available: true },
    path: [],
  };
}
