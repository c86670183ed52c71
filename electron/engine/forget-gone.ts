/** After a swap: ends the connections of origins, and forgets the counters of sites, that are no more. */
import type { Generation, Origin } from './generation.ts';
import type { Transports } from './proxy/transport/transport.ts';
import { createTurns, runInTurns } from './turns.ts';
import type { Steps } from './turns.ts';

interface Kept {
  transports: Transports;
  /** By the name of their site. */
  counters: Map<string, unknown>;
}

/** Nobody waits for it, and it is long for very many sites; left to the next swap where that comes first. */
export async function forgetGone(now: Generation, isCurrent: () => boolean, kept: Kept): Promise<void> {
  await createTurns().next();
  const { names, origins } = await runInTurns(partsOf(now));
  if (!isCurrent()) return;
  kept.transports.retain(origins);
  for (const site of kept.counters.keys()) if (!names.has(site)) kept.counters.delete(site);
}

function* partsOf({ sites }: Generation): Steps<{ names: Set<string>; origins: Set<Origin> }> {
  const names = new Set<string>();
  const origins = new Set<Origin>();
  for (const { name, backends } of sites) {
    names.add(name);
    for (const { origin } of backends) origins.add(origin);
    yield;
  }
  return { names, origins };
}
