/** Remembers the sites that were found good, so that a check looks only at those that changed since. */
import type { SiteConfig } from '../../../shared/config.ts';
import type { Problem } from '../../../shared/problem.ts';
import { isPlain } from './legacy.ts';

/** Undefined where nothing can be made of it. */
export interface CheckedSite {
  data: SiteConfig | undefined;
  problems: readonly Problem[];
}

export interface KnownSites {
  /** For one check, whose sites are those that the next one knows. */
  begin: () => {
    find: (written: unknown) => CheckedSite | undefined;
    /** One without problems; `written` has its variables filled in. */
    keep: (written: unknown, data: SiteConfig) => void;
    end: () => void;
  };
}

interface Known {
  written: unknown;
  data: SiteConfig;
}

export function createKnownSites(): KnownSites {
  let last = new Map<string, Known>();
  return {
    begin() {
      const next = new Map<string, Known>();
      return {
        find(written) {
          const known = last.get(nameOf(written));
          if (known === undefined || !isSame(known.written, written)) return undefined;
          return { data: known.data, problems: [] };
        },
        keep: (written, data) => void next.set(nameOf(written), { written, data }),
        end: () => void (last = next),
      };
    },
  };
}

const nameOf = (written: unknown): string => (isPlain(written) ? String(written['name']) : '');

/** Of JSON values; the order of keys counts not. */
function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  let count = 0;
  for (const key in one) {
    if (!isSame((one as Record<string, unknown>)[key], (other as Record<string, unknown>)[key])) return false;
    count++;
  }
  for (const _key in other) count--;
  return count === 0;
}
