/** Which upstreams there are now, and which of them are worth asking first. */
import { systemResolvers, upstreamName, type Upstream } from './resolvers.ts';

/** Asked last for so long after it failed. */
const DEAD_MS = 10_000;
/** Between looks whether the system has other resolvers now. */
const LOOK_AGAIN_MS = 2_000;

export interface UpstreamsDeps {
  /** Milliseconds since 1970. */
  now: () => number;
  /** Addresses of our own, never asked. */
  isOurs: (upstream: Upstream) => boolean;
  /** In place of the system's own, in the order of their worth. */
  resolverFiles?: readonly string[] | undefined;
  /** They are others than before. */
  onChanged: () => void;
}

export interface Upstreams {
  /** As long as they stay the same, the same list. */
  current: () => readonly Upstream[];
  /** Those that failed lately come last. */
  inOrder: () => Upstream[];
  /** Of the system, whatever the config says. */
  system: () => Upstream[];
  /** `system`, or upstreams in their order. */
  adopt: (forward: 'system' | readonly Upstream[]) => void;
  /** Our own addresses are others now. */
  lookAgain: () => void;
  failed: (upstream: Upstream) => void;
  answered: (upstream: Upstream) => void;
}

export function createUpstreams({ now, isOurs, resolverFiles, onChanged }: UpstreamsDeps): Upstreams {
  const deadUntil = new Map<string, number>();
  let forward: 'system' | readonly Upstream[] = 'system';
  let known: readonly Upstream[] = [];
  let lookedAt = -Infinity;

  const system = (): Upstream[] => systemResolvers(resolverFiles).filter((upstream) => !isOurs(upstream));
  const isDead = (upstream: Upstream): boolean => (deadUntil.get(upstreamName(upstream)) ?? 0) > now();
  const current = (): readonly Upstream[] => {
    const sinceMs = now() - lookedAt;
    if (sinceMs >= 0 && sinceMs < LOOK_AGAIN_MS) return known;
    lookedAt = now();
    const next = forward === 'system' ? system() : forward.filter((upstream) => !isOurs(upstream));
    if (next.map(upstreamName).join() === known.map(upstreamName).join()) return known;
    known = next;
    deadUntil.clear();
    onChanged();
    return known;
  };
  return {
    current,
    inOrder: () => [...current()].sort((a, b) => Number(isDead(a)) - Number(isDead(b))),
    system,
    adopt(next) {
      forward = next;
      lookedAt = -Infinity;
    },
    lookAgain: () => void (lookedAt = -Infinity),
    failed: (upstream) => void deadUntil.set(upstreamName(upstream), now() + DEAD_MS),
    answered: (upstream) => void deadUntil.delete(upstreamName(upstream)),
  };
}
