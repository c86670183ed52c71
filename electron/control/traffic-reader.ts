/** Which sites and backends have counted since the last look, for the once-a-second traffic push. */
import type { Engine } from '../engine/engine.ts';
import type { Pushes } from '../../shared/protocol.ts';
import { collectBackends } from './backends.ts';

type Changes = Pick<Pushes['traffic.sampled'], 'sites' | 'backends'>;

/** Of one push; with more busy backends than this, nobody reads them one by one. */
const CHANGES_LIMIT = 1_000;
/** With very many sites a look is slow: it is then taken less often, to cost at most 1/50 of the time. */
const LOOK_SHARE = 50;

export interface TrafficReader {
  /** Only what changed since the last call: a receiver merges it into what it has. */
  changes: () => Changes;
}

export function createTrafficReader(engine: Engine): TrafficReader {
  const seen = new Map<string, number>();
  let lookAt = 0;
  const hasChanged = (key: string, mark: number): boolean => {
    if ((seen.get(key) ?? 0) === mark) return false;
    seen.set(key, mark);
    return true;
  };
  const look = (): Changes => {
    const changes: Changes = { sites: [], backends: [] };
    const present = engine.sites();
    if (seen.size > 4 * (present.length + CHANGES_LIMIT)) seen.clear();
    for (const site of present) {
      if (changes.backends.length >= CHANGES_LIMIT || changes.sites.length >= CHANGES_LIMIT) break;
      const siteChanged = hasChanged(`site ${site.name}`, site.requests);
      if (siteChanged) changes.sites.push({ name: site.name, requests: site.requests });
      for (const { id, active, requests, failures } of collectBackends(site)) {
        if (hasChanged(`backend ${id}`, requests + failures + active / 1e6))
          changes.backends.push({ id, active, requests, failures });
      }
    }
    return changes;
  };
  return {
    changes() {
      const start = performance.now();
      if (start < lookAt) return { sites: [], backends: [] };
      const changes = look();
      lookAt = performance.now() + (performance.now() - start) * LOOK_SHARE - 1_000;
      return changes;
    },
  };
}
