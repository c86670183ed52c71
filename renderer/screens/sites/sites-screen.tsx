/** Sites: the list, the detail beside it, and the form of the edit being made. */
import '../../style/sites.css';
import '../../style/entry-form.css';
import { useDeferredValue, useMemo } from 'react';
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
  // Not deferred: the keys that follow what is typed are for the list that it finds.
  const found = useMemo(() => findSites(sites, filter), [sites, filter]);
  const site = sites.find((candidate) => candidate.name === chosen) ?? found[0] ?? sites[0];
  // Keys run down the list faster than a detail is drawn.
  const detailed = useDeferredValue(site);
  return (
    <div className={`sites ${hasDraft ? 'has-panel' : ''}`}>
      <SiteList sites={sites} found={found} selected={site} />
      <div className="work">
        {detailed ? (
          <SiteDetail key={detailed.name} site={detailed} isSample={isSampleOnly(sites)} />
        ) : (
          <section className="detail" aria-label="Site" />
        )}
        <DraftPanel />
      </div>
    </div>
  );
}
