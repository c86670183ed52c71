/** The list of sites: state, host, where it goes, requests; with search, filter and keyboard. */
import { memo } from 'react';
import { useStore } from 'zustand';
import { AddSiteButton } from '../../parts/add-site-button.tsx';
import { Button } from '../../parts/button.tsx';
import { formatCount, plural, shortUrl } from '../../parts/format.ts';
import { HealthMark } from '../../parts/health-mark.tsx';
import { NoSites } from '../../parts/no-sites.tsx';
import { VirtualList } from '../../parts/virtual-list.tsx';
import { backendsOf } from '../../store/live-state.ts';
import { isSampleOnly } from '../../store/site-filter.ts';
import { setView, viewStore } from '../../store/view.ts';
import { SiteListFilter, SiteListHead } from './site-list-head.tsx';
import type { SiteState } from '../../../shared/state.ts';

const ROW_HEIGHT = 28;

interface SiteListProps {
  sites: readonly SiteState[];
  found: readonly SiteState[];
  selected: SiteState | undefined;
}

export function SiteList({ sites, found, selected }: SiteListProps) {
  const onlyBroken = useStore(viewStore, (state) => state.onlyBroken);
  const teaching = sites.length === 0 || isSampleOnly(sites);
  return (
    <section className="list" aria-label="Sites">
      {sites.length > 0 && (
        <>
          <SiteListHead canAdd={!teaching} />
          <SiteListFilter sites={sites} />
        </>
      )}
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
      {sites.length === 0 && (
        <NoSites>
          <Teaching hasSample={false} />
        </NoSites>
      )}
      {sites.length > 0 && teaching && <Teaching hasSample />}
    </section>
  );
}

const SiteRow = memo(function SiteRow({ site }: { site: SiteState }) {
  return (
    <div className="site-row">
      <HealthMark health={site.health} disabled={site.disabled} />
      <span className="mono site-host" title={site.hosts.join('\n')}>
        {site.hosts[0] ?? site.name}
        {site.hosts.length > 1 && <span className="muted"> +{site.hosts.length - 1}</span>}
        {site.container !== undefined && (
          <span
            className="muted"
            title={`By the labels of the container ${site.container}; the config does not have it.`}
          >
            {' '}
            by label
          </span>
        )}
      </span>
      <span className="mono muted site-goes" title={goesTo(site)}>
        {goesTo(site)}
      </span>
      <span className="num site-requests" title={`${formatCount(site.requests)} requests`}>
        {formatCount(site.requests)}
      </span>
    </div>
  );
});

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
      <h2>{hasSample ? 'Map a name of your own' : 'No sites yet'}</h2>
      <p className="muted">
        {hasSample ? 'demo.localhost is a sample to look around in. ' : ''}
        Give a name, as in shop.localhost, and the port your dev server listens on.
      </p>
      <AddSiteButton />
    </div>
  );
}
