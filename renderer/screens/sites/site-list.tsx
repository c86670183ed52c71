/** The list of sites: state, host, where it goes, requests; with search and keyboard. */
import { useStore } from 'zustand';
import { Plus, Search } from 'lucide-react';
import { Button } from '../../parts/button.tsx';
import { formatCount, plural, shortUrl } from '../../parts/format.ts';
import { HealthMark } from '../../parts/health-mark.tsx';
import { VirtualList } from '../../parts/virtual-list.tsx';
import { openDraft } from '../../store/draft.ts';
import { backendsOf } from '../../store/live-state.ts';
import { isBroken, isSampleOnly } from '../../store/site-filter.ts';
import { setView, viewStore } from '../../store/view.ts';
import type { SiteState } from '../../../shared/state.ts';

const ROW_HEIGHT = 28;

interface SiteListProps {
  sites: readonly SiteState[];
  found: readonly SiteState[];
  selected: SiteState | undefined;
}

const addSite = (): void => void openDraft({ form: 'site.add', site: '' });

export function SiteList({ sites, found, selected }: SiteListProps) {
  const search = useStore(viewStore, (state) => state.siteSearch);
  const onlyBroken = useStore(viewStore, (state) => state.onlyBroken);
  const broken = sites.reduce((sum, site) => (isBroken(site) ? sum + 1 : sum), 0);
  const teaching = sites.length === 0 || isSampleOnly(sites);
  return (
    <section className="list" aria-label="Sites">
      <div className="list-head">
        <label className="search">
          <Search size={14} aria-hidden />
          <input
            type="search"
            aria-label="Search sites"
            placeholder="Search"
            value={search}
            onChange={(event) => setView({ siteSearch: event.target.value })}
            onKeyDown={leaveSearch}
          />
          <kbd aria-hidden="true">/</kbd>
        </label>
        {!teaching && (
          <Button look="accent" onClick={addSite}>
            <Plus size={14} aria-hidden /> Add site
          </Button>
        )}
      </div>
      <div className="list-filter" role="group" aria-label="Show">
        <button
          type="button"
          className="chip"
          aria-pressed={!onlyBroken}
          onClick={() => setView({ onlyBroken: false })}
        >
          All <span className="num">{formatCount(sites.length)}</span>
        </button>
        <button
          type="button"
          className={`chip ${broken > 0 ? 'chip-broken' : ''}`}
          aria-pressed={onlyBroken}
          onClick={() => setView({ onlyBroken: true })}
        >
          Broken <span className="num">{formatCount(broken)}</span>
        </button>
        <span className="grow" />
        <span className="list-caption" aria-hidden="true">
          Requests
        </span>
      </div>
      {found.length > 0 ? (
        <VirtualList
          label="Site list"
          items={found}
          rowHeight={ROW_HEIGHT}
          keyOf={(site) => site.name}
          render={(site) => <SiteRow site={site} />}
          rowClass={(site) => (site.disabled ? 'is-off' : `is-${site.health}`)}
          selected={selected ? found.indexOf(selected) : -1}
          onSelect={(site) => setView({ site: site.name })}
          onOpen={() => document.querySelector<HTMLElement>('.detail h1')?.focus()}
        />
      ) : (
        sites.length > 0 && <NothingFound onlyBroken={onlyBroken} />
      )}
      {teaching && <Teaching hasSample={sites.length > 0} />}
    </section>
  );
}

function leaveSearch(event: React.KeyboardEvent<HTMLInputElement>): void {
  if (event.key === 'Escape') setView({ siteSearch: '' });
  if (event.key === 'Escape' || event.key === 'ArrowDown' || event.key === 'Enter') {
    document.querySelector<HTMLElement>('.list .rows')?.focus();
    event.preventDefault();
  }
}

function SiteRow({ site }: { site: SiteState }) {
  return (
    <div className="site-row">
      <HealthMark health={site.health} disabled={site.disabled} />
      <span className="mono site-host" title={site.hosts.join('\n')}>
        {site.hosts[0] ?? site.name}
        {site.hosts.length > 1 && <span className="muted"> +{site.hosts.length - 1}</span>}
      </span>
      <span className="mono muted site-goes" title={goesTo(site)}>
        {goesTo(site)}
      </span>
      <span className="num site-requests" title={`${formatCount(site.requests)} requests`}>
        {formatCount(site.requests)}
      </span>
    </div>
  );
}

/** Where a name goes, in few words. */
function goesTo(site: SiteState): string {
  const route = site.routes.find((candidate) => candidate.path === '/') ?? site.routes[0];
  if (!route) return '';
  if (!route.pool) return route.target ?? route.kind;
  const backends = backendsOf(route.pool);
  return backends.length === 1 && backends[0] ? shortUrl(backends[0].url) : plural(backends.length, 'backend');
}

function NothingFound({ onlyBroken }: { onlyBroken: boolean }) {
  return (
    <div className="empty">
      <p>{onlyBroken ? 'No broken site.' : 'No site matches.'}</p>
      <Button onClick={() => setView({ siteSearch: '', onlyBroken: false })}>Show all</Button>
    </div>
  );
}

function Teaching({ hasSample }: { hasSample: boolean }) {
  return (
    <div className="teach">
      <h2>{hasSample ? 'Map a name of your own' : 'No site yet'}</h2>
      <p className="muted">
        {hasSample ? 'demo.localhost is a sample to look around in. ' : ''}
        Give a name, as in shop.localhost, and the port your dev server listens on.
      </p>
      <Button look="accent" onClick={addSite}>
        <Plus size={14} aria-hidden /> Add site
      </Button>
    </div>
  );
}
