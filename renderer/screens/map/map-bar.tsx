/** Which sites the map shows: search, filter, how many of all, and how large. */
import { useStore } from 'zustand';
import { Maximize, Minus, Plus } from 'lucide-react';
import { useReactFlow } from '@xyflow/react';
import { Button, IconButton } from '../../parts/button.tsx';
import { formatCount } from '../../parts/format.ts';
import { SearchBox } from '../../parts/search-box.tsx';
import { openDraft } from '../../store/draft.ts';
import { SITES_AT_ONCE, SITES_MAX, mapViewStore, setMapView } from '../../store/map-view.ts';

interface MapBarProps {
  all: number;
  broken: number;
  found: number;
  shown: number;
}

export function MapBar({ all, broken, found, shown }: MapBarProps) {
  const { search, onlyBroken, limit } = useStore(mapViewStore);
  return (
    <div className="map-bar">
      <SearchBox
        label="Search the map"
        value={search}
        onSearch={(text) => setMapView({ search: text, limit: SITES_AT_ONCE })}
        rows=".map-node.map-site"
      />
      <span className="map-chips" role="group" aria-label="Sites shown">
        <button
          type="button"
          className="chip"
          aria-pressed={!onlyBroken}
          onClick={() => setMapView({ onlyBroken: false })}
        >
          All
        </button>
        <button
          type="button"
          className={`chip ${broken > 0 ? 'chip-broken' : ''}`}
          aria-pressed={onlyBroken}
          onClick={() => setMapView({ onlyBroken: true })}
        >
          Broken <span className="num">{formatCount(broken)}</span>
        </button>
      </span>
      <span className="muted" role="status">
        {shown < all && (
          <>
            Showing <span className="num">{formatCount(shown)}</span> of <span className="num">{formatCount(all)}</span>{' '}
            sites
          </>
        )}
      </span>
      {found > shown && limit < SITES_MAX && (
        <Button look="quiet" onClick={() => setMapView({ limit: Math.min(SITES_MAX, limit + SITES_AT_ONCE) })}>
          Show {SITES_AT_ONCE} more
        </Button>
      )}
      <span className="grow" />
      <Button onClick={() => void openDraft({ form: 'site.add', site: '' })}>
        <Plus size={14} aria-hidden /> Add site
      </Button>
      <Zoom />
    </div>
  );
}

function Zoom() {
  const flow = useReactFlow();
  return (
    <span className="map-zoom" role="group" aria-label="Size of the map">
      <IconButton label="Smaller" icon={<Minus size={14} aria-hidden />} onClick={() => void flow.zoomOut()} />
      <IconButton label="Larger" icon={<Plus size={14} aria-hidden />} onClick={() => void flow.zoomIn()} />
      <IconButton
        label="Show all"
        icon={<Maximize size={14} aria-hidden />}
        onClick={() => void flow.fitView({ padding: 0.06, maxZoom: 1 })}
      />
    </span>
  );
}
