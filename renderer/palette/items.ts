/** What the palette offers for what was typed: actions, sites, what can be done with one site. Bounded, and pure. */
import { ACTION_LIST, type ActionId } from '../../shared/actions.ts';
import type { BackendState, EngineStatus, SiteState } from '../../shared/state.ts';
import { backendsOfSite } from '../store/live-state.ts';

/** More rows than this are not read; a letter more narrows them. */
export const SITES_SHOWN = 30;

export interface PaletteAction {
  id: ActionId;
  title: string;
  group: string;
  keys?: string | undefined;
}

/** Not offered in the palette: it is open, or they need the place where the keyboard was. */
const NOT_LISTED: ReadonlySet<ActionId> = new Set<ActionId>([
  'palette.open',
  'site.find',
  'focus.next',
  'focus.previous',
]);

/** Every word that was typed stands somewhere in the text. */
export const matches = (text: string, query: string): boolean => {
  const within = text.toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => within.includes(word));
};

export function actionsFor(query: string, status: EngineStatus): PaletteAction[] {
  const hidden: ActionId = status === 'running' ? 'routing.start' : 'routing.stop';
  return ACTION_LIST.filter(
    ({ id, title, group, words }) =>
      id !== hidden && !NOT_LISTED.has(id) && matches(`${group} ${title} ${words ?? ''}`, query),
  );
}

/** Names that begin with the text first, then those that hold it; in the order of the file. */
export function sitesFor(sites: readonly SiteState[], query: string): SiteState[] {
  const wanted = query.trim().toLowerCase();
  if (wanted === '') return [];
  const first: SiteState[] = [];
  const later: SiteState[] = [];
  for (const site of sites) {
    if (first.length >= SITES_SHOWN) break;
    const begins = site.hosts.some((host) => host.toLowerCase().startsWith(wanted));
    if (begins) first.push(site);
    else if (later.length < SITES_SHOWN && matches(`${site.name} ${site.hosts.join(' ')}`, wanted)) later.push(site);
  }
  return [...first, ...later].slice(0, SITES_SHOWN);
}

/** Something that a person would put into a browser: a scheme, or a host with a dot or a path. */
export function urlFrom(query: string): string | undefined {
  const text = query.trim();
  if (/^https?:\/\/[^\s/]+/i.test(text)) return text;
  return /^[^\s/:]+\.[^\s/:]+(:\d+)?(\/\S*)?$/.test(text) ? `http://${text}` : undefined;
}

export interface SiteAction {
  id: 'show' | 'open' | 'copy' | 'check' | 'explain' | 'addBackend' | 'toggle';
  title: string;
}

export function siteActions(site: SiteState): SiteAction[] {
  return [
    { id: 'open', title: 'Open in the browser' },
    { id: 'copy', title: 'Copy address' },
    { id: 'show', title: 'Show site' },
    { id: 'check', title: 'Check health' },
    { id: 'explain', title: 'Explain its address' },
    { id: 'addBackend', title: 'Add backend' },
    { id: 'toggle', title: site.disabled ? 'Enable site' : 'Disable site' },
  ];
}

export interface BackendAction {
  backend: BackendState;
  change: 'drain' | 'disable';
  title: string;
}

/** A site with more backends is edited on its screen. */
const BACKENDS_SHOWN = 20;

export const backendActions = (site: SiteState): BackendAction[] =>
  backendsOfSite(site)
    .slice(0, BACKENDS_SHOWN)
    .flatMap((backend): BackendAction[] => [
      { backend, change: 'drain', title: backend.drain ? `Stop draining ${backend.name}` : `Drain ${backend.name}` },
      { backend, change: 'disable', title: backend.disabled ? `Enable ${backend.name}` : `Disable ${backend.name}` },
    ]);
