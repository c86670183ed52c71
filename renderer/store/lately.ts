/** How many requests each backend of a site got lately: the counts of the last samples, since its pools last changed. */
import { useState } from 'react';
import { backendsOfSite } from './live-state.ts';
import type { SiteState } from '../../shared/state.ts';

/** One a second while there is traffic: the last minute of it. */
const SAMPLES_MAX = 60;

export interface Samples {
  /** What the shares depend on; with another one the count begins anew. */
  policy: string;
  /** Requests by backend id, the oldest first. */
  counts: readonly ReadonlyMap<string, number>[];
}

/** Adds what a site shows now. */
export function addSample(samples: Samples | undefined, site: SiteState): Samples {
  const backends = backendsOfSite(site);
  const policy = JSON.stringify([
    site.routes.map((route) => route.pool?.strategy),
    backends.map(({ id, weight, disabled, drain, backup }) => [id, weight, disabled, drain, backup]),
  ]);
  const now = new Map(backends.map(({ id, requests }) => [id, requests]));
  const last = samples?.policy === policy ? samples.counts.at(-1) : undefined;
  if (!samples || !last || [...now].some(([id, count]) => count < (last.get(id) ?? 0)))
    return { policy, counts: [now] };
  if ([...now].every(([id, count]) => count === last.get(id))) return samples;
  return { policy, counts: [...samples.counts, now].slice(-SAMPLES_MAX) };
}

/** Requests that came between the oldest sample and the newest, by backend id. */
export function latelyOf({ counts }: Samples): ReadonlyMap<string, number> {
  const first = counts[0];
  const last = counts.at(-1);
  return new Map([...(last ?? [])].map(([id, count]) => [id, count - (first?.get(id) ?? 0)]));
}

/** Of the site that a component shows; it begins anew with another site. */
export function useLately(site: SiteState): ReadonlyMap<string, number> {
  const [samples, setSamples] = useState(() => addSample(undefined, site));
  const next = addSample(samples, site);
  if (next !== samples) setSamples(next);
  return latelyOf(next);
}
