/** Which sites a search finds. */
import { backendsOfSite } from './live-state.ts';
import type { SiteState } from '../../shared/state.ts';

export interface SiteFilter {
  /** Anywhere in a name, a host or the URL of a backend; case does not count. */
  text: string;
  onlyBroken: boolean;
}

export const isBroken = (site: SiteState): boolean =>
  !site.disabled && (site.health === 'down' || site.health === 'degraded');

/** In the order of the file, so that rows keep their place while health changes. */
export function findSites(sites: readonly SiteState[], filter: SiteFilter): readonly SiteState[] {
  const text = filter.text.trim().toLowerCase();
  if (text === '' && !filter.onlyBroken) return sites;
  return sites.filter((site) => (!filter.onlyBroken || isBroken(site)) && (text === '' || mentions(site, text)));
}

function mentions(site: SiteState, text: string): boolean {
  if (site.name.toLowerCase().includes(text) || site.hosts.some((host) => host.toLowerCase().includes(text)))
    return true;
  return backendsOfSite(site).some((backend) => backend.url.toLowerCase().includes(text));
}

/** What a new home has to look around in. */
export const SAMPLE_SITE = 'demo.localhost';

/** The home is as it was made: nothing but the sample site. */
export const isSampleOnly = (sites: readonly SiteState[]): boolean =>
  sites.length === 1 && sites[0]?.name === SAMPLE_SITE;
