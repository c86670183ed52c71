/** Remembers the sites that were found good, so that a check looks only at those that changed since. */
import type { SiteConfig } from '../../../shared/config.ts';
import type { Problem } from '../../../shared/problem.ts';
import { isSameValue } from '../../../shared/same-value.ts';
import { createSitewiseParse } from './json-sites.ts';
import { isPlain } from './legacy.ts';
import type { SitewiseParsers } from './parse.ts';
import { holdsVariable } from './variables.ts';
import { createSitewiseYaml } from './yaml-sites.ts';

/** Undefined where nothing can be made of it. */
export interface CheckedSite {
  data: SiteConfig | undefined;
  problems: readonly Problem[];
}

/** For one check, whose sites are those that the next one knows. */
export interface SitesOfCheck {
  /** It stands in the config as the very same object as before, and nothing else of the config has a part in it. */
  isUntouched: (raw: unknown) => boolean;
  /** By that object, else by its value with the variables filled in. */
  find: (written: unknown) => CheckedSite | undefined;
  /** One without problems; `raw` as it stands in the config, where nothing else of the config changes how it is read. */
  keep: (written: unknown, data: SiteConfig, raw: unknown) => void;
  end: () => void;
}

export interface KnownSites {
  parse: SitewiseParsers;
  begin: () => SitesOfCheck;
}

interface Known {
  written: unknown;
  data: SiteConfig;
  raw: unknown;
}

export function createKnownSites(): KnownSites {
  let last = new Map<unknown, Known>();
  return {
    parse: { json: createSitewiseParse(), yaml: createSitewiseYaml() },
    begin() {
      const next = new Map<unknown, Known>();
      const isUntouched = (raw: unknown): boolean => raw !== undefined && last.get(nameOf(raw))?.raw === raw;
      return {
        isUntouched,
        find(written) {
          const known = last.get(nameOf(written));
          if (known === undefined || (known.raw !== written && !isSameValue(known.written, written))) return undefined;
          return { data: known.data, problems: [] };
        },
        keep(written, data, raw) {
          const name = nameOf(written);
          const same = last.get(name);
          if (same !== undefined && same.raw === written) return void next.set(name, same);
          const isAlone = raw !== undefined && !holdsVariable(raw);
          next.set(name, { written, data, raw: isAlone ? raw : undefined });
        },
        end: () => void (last = next),
      };
    },
  };
}

const nameOf = (written: unknown): unknown => (isPlain(written) ? written['name'] : undefined);
