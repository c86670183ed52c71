/** Above the list of sites: search, the button that adds one, and the choice between all and the broken ones. */
import { useStore } from 'zustand';
import { AddSiteButton } from '../../parts/add-site-button.tsx';
import { formatCount } from '../../parts/format.ts';
import { SearchBox } from '../../parts/search-box.tsx';
import { isBroken } from '../../store/site-filter.ts';
import { setView, viewStore } from '../../store/view.ts';
import type { SiteState } from '../../../shared/state.ts';

export function SiteListHead({ canAdd }: { canAdd: boolean }) {
  const search = useStore(viewStore, (state) => state.siteSearch);
  return (
    <div className="list-head">
      <SearchBox
        label="Search sites"
        value={search}
        onSearch={(text) => setView({ siteSearch: text })}
        rows=".list .rows"
      />
      {canAdd && <AddSiteButton />}
    </div>
  );
}

export function SiteListFilter({ sites }: { sites: readonly SiteState[] }) {
  const onlyBroken = useStore(viewStore, (state) => state.onlyBroken);
  const broken = sites.reduce((sum, site) => (isBroken(site) ? sum + 1 : sum), 0);
  return (
    <div className="list-filter" role="group" aria-label="Show">
      <button type="button" className="chip" aria-pressed={!onlyBroken} onClick={() => setView({ onlyBroken: false })}>
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
  );
}
