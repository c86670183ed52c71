/** Sites: the list, the detail beside it, and the form of the edit being made. */
import '../../style/sites.css';
import '../../style/entry-form.css';
import { useStore } from 'zustand';
import { useShallow } from 'zustand/react/shallow';
import { DraftPanel } from './draft-panel.tsx';
import { SiteDetail } from './site-detail.tsx';
import { SiteList } from './site-list.tsx';
import { draftStore } from '../../store/draft.ts';
import { liveStore } from '../../store/live.ts';
import { findSites, isSampleOnly } from '../../store/site-filter.ts';
import { viewStore } from '../../store/view.ts';
import type { SiteState } from '../../../shared/state.ts';

const NO_SITES: readonly SiteState[] = [];

export function SitesScreen() {
  const sites = useStore(liveStore, (state) => state.snapshot?.sites ?? NO_SITES);
  const chosen = useStore(viewStore, (state) => state.site);
  const filter = useStore(
    viewStore,
    useShallow((state) => ({ text: state.siteSearch, onlyBroken: state.onlyBroken })),
  );
  const hasDraft = useStore(draftStore, (state) => state.draft !== undefined);
  const found = findSites(sites, filter);
  const site = sites.find((candidate) => candidate.name === chosen) ?? found[0] ?? sites[0];
  return (
    <div className={`sites ${hasDraft ? 'has-panel' : ''}`}>
      <SiteList sites={sites} found={found} selected={site} />
      <div className="work">
        {site ? (
          <SiteDetail key={site.name} site={site} isSample={isSampleOnly(sites)} />
        ) : (
          <section className="detail" aria-label="Site" />
        )}
        <DraftPanel />
      </div>
    </div>
  );
}
