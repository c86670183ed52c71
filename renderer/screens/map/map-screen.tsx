/** Map: where each name goes, how it fares, and what is broken; with the chosen item beside it. */
import { useDeferredValue, useEffect, useMemo, useRef } from 'react';
import { ReactFlowProvider } from '@xyflow/react';
import { useStore } from 'zustand';
import { AddSiteButton } from '../../parts/add-site-button.tsx';
import { Button } from '../../parts/button.tsx';
import { NoSites } from '../../parts/no-sites.tsx';
import { Empty } from '../../parts/states.tsx';
import { liveStore } from '../../store/live.ts';
import { mapViewStore, setMapView } from '../../store/map-view.ts';
import { followRates } from '../../store/rates.ts';
import { findSites, isBroken } from '../../store/site-filter.ts';
import { BrokenList } from './broken-list.tsx';
import { DragArea } from './drag.tsx';
import { buildTree, sitesShown, type MapItem } from './graph.ts';
import { Inspector } from './inspector.tsx';
import { MapBar } from './map-bar.tsx';
import { MapGraph, focusNode } from './map-graph.tsx';
import { MapHead } from './map-head.tsx';
import { ServerTray } from './server-tray.tsx';
import '../../style/map.css';
import '../../style/map-head.css';
import '../../style/map-side.css';
import '../../style/menu.css';
import type { SiteState } from '../../../shared/state.ts';

const NO_SITES: readonly SiteState[] = [];

export function MapScreen() {
  return (
    <ReactFlowProvider>
      <Map />
    </ReactFlowProvider>
  );
}

function Map() {
  const sites = useStore(liveStore, (state) => state.snapshot?.sites ?? NO_SITES);
  // What is typed shows at once; the map follows.
  const { search, onlyBroken, limit } = useDeferredValue(useStore(mapViewStore));
  const found = useMemo(() => findSites(sites, { text: search, onlyBroken }), [sites, search, onlyBroken]);
  const shown = useMemo(() => sitesShown(found, limit), [found, limit]);
  const broken = useMemo(() => sites.filter(isBroken).length, [sites]);
  const tree = useMemo(() => buildTree(shown), [shown]);
  const shape = useMemo(() => tree.items.map(({ id }) => id).join('\n'), [tree]);
  useRates(shown);
  return (
    <section className="map" aria-label="Map">
      <MapHead />
      {sites.length > 0 && <MapBar all={sites.length} broken={broken} found={found.length} shown={shown.length} />}
      <DragArea>
        <div className="map-work">
          {shown.length > 0 ? (
            <MapGraph tree={tree} shape={shape} search={`${search}\n${String(onlyBroken)}`} />
          ) : (
            <Nothing all={sites.length} onlyBroken={onlyBroken} />
          )}
          <Side sites={sites} shown={shown} items={tree.items} />
        </div>
      </DragArea>
    </section>
  );
}

interface SideProps {
  sites: readonly SiteState[];
  shown: readonly SiteState[];
  items: readonly MapItem[];
}

function Side({ sites, shown, items }: SideProps) {
  const inspected = useStore(mapViewStore, (state) => state.inspected);
  const item = useMemo(() => items.find(({ id }) => id === inspected), [items, inspected]);
  const find = (site: SiteState, id: string): void => {
    const isShown = shown.some(({ name }) => name === site.name);
    setMapView({ inspected: id, ...(isShown ? {} : { search: site.name, onlyBroken: false }) });
  };
  const close = (): void => {
    setMapView({ inspected: undefined });
    if (item) requestAnimationFrame(() => focusNode(item.id));
  };
  return (
    <aside
      className="map-side"
      aria-label="Beside the map"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !item) return;
        close();
        event.preventDefault();
      }}
    >
      {item ? <Inspector item={item} onClose={close} /> : <BrokenList sites={sites} onFind={find} />}
      <ServerTray items={items} />
    </aside>
  );
}

/** The rates are kept for what is shown, and only while it is. */
function useRates(shown: readonly SiteState[]): void {
  const names = useMemo(() => new Set(shown.map(({ name }) => name)), [shown]);
  const current = useRef(names);
  useEffect(() => {
    current.current = names;
  }, [names]);
  useEffect(() => followRates(() => current.current), []);
}

function Nothing({ all, onlyBroken }: { all: number; onlyBroken: boolean }) {
  if (all === 0)
    return (
      <NoSites>
        <Empty title="No sites yet">
          <p className="muted">A site gives a dev server a name of its own. Add one, and see here where it leads.</p>
          <AddSiteButton />
        </Empty>
      </NoSites>
    );
  return (
    <Empty title={onlyBroken ? 'Nothing is broken' : 'No site matches'}>
      <Button onClick={() => setMapView({ search: '', onlyBroken: false })}>Show all sites</Button>
    </Empty>
  );
}
