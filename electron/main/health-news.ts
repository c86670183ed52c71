/** Decides when a person is told that sites went down or came back: once, together, and not while they flap. */
import type { SiteState } from '../../shared/state.ts';

/** A restart of a dev server is no news; what changes in this time is told together. */
export const SETTLE_MS = 3_000;
/** One that changed more often than this in a minute is told only when it has been calm for as long. */
const FLAPS = 3;
const CALM_MS = 60_000;

export interface News {
  down: string[];
  back: string[];
}

interface Known {
  isDown: boolean;
  /** What the person believes. */
  toldDown: boolean;
  changedAt: number;
  /** Times of the changes of the last minute. */
  changes: number[];
}

export interface NewsDesk {
  /** The sites as they are now. */
  observe: (sites: readonly Pick<SiteState, 'name' | 'health' | 'disabled'>[], now: number) => void;
  /** What is to be told now; undefined for nothing. It is told once. */
  take: (now: number) => News | undefined;
  /** Milliseconds until `take` may have something; undefined for nothing to come. */
  wait: (now: number) => number | undefined;
}

export function createNewsDesk(): NewsDesk {
  const known = new Map<string, Known>();
  const readyAt = ({ changes, changedAt }: Known): number => changedAt + (changes.length > FLAPS ? CALM_MS : SETTLE_MS);
  const open = (): [string, Known][] => [...known].filter(([, site]) => site.isDown !== site.toldDown);
  return {
    observe(sites, now) {
      const names = new Set<string>();
      for (const { name, health, disabled } of sites) {
        if (disabled) continue;
        names.add(name);
        const isDown = health === 'down';
        const before = known.get(name) ?? { isDown: false, toldDown: false, changedAt: now, changes: [] };
        known.set(name, before);
        if (before.isDown === isDown) continue;
        const changes = [...before.changes.filter((at) => now - at < CALM_MS), now].slice(-FLAPS - 1);
        known.set(name, { ...before, isDown, changedAt: now, changes });
      }
      for (const name of known.keys()) if (!names.has(name)) known.delete(name);
    },
    take(now) {
      const due = open().filter(([, site]) => readyAt(site) <= now);
      if (due.length === 0) return undefined;
      for (const [, site] of due) site.toldDown = site.isDown;
      const named = (isDown: boolean): string[] =>
        due.filter(([, site]) => site.isDown === isDown).map(([name]) => name);
      return { down: named(true), back: named(false) };
    },
    wait(now) {
      const times = open().map(([, site]) => readyAt(site) - now);
      return times.length === 0 ? undefined : Math.max(0, Math.min(...times));
    },
  };
}

/** More names than this are counted. */
const NAMES_SHOWN = 3;

export function newsText({ down, back }: News): { title: string; body: string } {
  const [names, word] = down.length > 0 ? [down, 'down'] : [back, 'back'];
  const title = names.length === 1 ? `${names[0]} is ${word}` : `${names.length} sites are ${word}`;
  const more = names.length > NAMES_SHOWN ? ` and ${names.length - NAMES_SHOWN} more` : '';
  const list = names.length === 1 ? '' : `${names.slice(0, NAMES_SHOWN).join(', ')}${more}`;
  const also = down.length > 0 && back.length > 0 ? `Back: ${back.slice(0, NAMES_SHOWN).join(', ')}` : '';
  const single = down.length > 0 ? 'No backend answers' : 'It answers again';
  const parts = [list || single, also].filter((part) => part !== '');
  return { title, body: `${parts.join('. ')}.` };
}
