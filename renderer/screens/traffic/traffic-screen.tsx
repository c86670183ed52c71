/** Traffic: each exchange as it passes, filtered, paused, looked into, sent again. */
import { useMemo } from 'react';
import type { KeyboardEvent } from 'react';
import { useStore } from 'zustand';
import { AddSiteButton } from '../../parts/add-site-button.tsx';
import { Button } from '../../parts/button.tsx';
import { Empty } from '../../parts/states.tsx';
import { VirtualList } from '../../parts/virtual-list.tsx';
import { openUrl, setRouting } from '../../store/changes.ts';
import { liveStore } from '../../store/live.ts';
import { pause, resume, select, showImported, trafficStore, trafficView } from '../../store/traffic.ts';
import { compileFilter, parseFilter } from '../../../shared/exchange-filter.ts';
import type { Exchange } from '../../../shared/state.ts';
import { ExchangeDetail } from './exchange-detail.tsx';
import { TrafficChart } from './traffic-chart.tsx';
import { TrafficHead } from './traffic-head.tsx';
import { TrafficRow } from './traffic-row.tsx';
import '../../style/exchange.css';
import '../../style/menu.css';
import '../../style/traffic.css';

const ROW_HEIGHT = 28;
const keyOf = ({ id }: Exchange): number => id;
const renderRow = (exchange: Exchange) => <TrafficRow exchange={exchange} />;

export function TrafficScreen() {
  const live = useStore(trafficStore, (state) => state.exchanges);
  const isPaused = useStore(trafficStore, (state) => state.isPaused);
  const imported = useStore(trafficStore, (state) => state.imported);
  const selectedId = useStore(trafficStore, (state) => state.selected);
  const text = useStore(trafficView, (state) => state.filter);
  const all: readonly Exchange[] = imported?.records ?? live;
  const filter = useMemo(() => parseFilter(text), [text]);
  const test = useMemo(() => compileFilter(filter), [filter]);
  const found = useMemo(() => (test === undefined ? all : all.filter(test)), [all, test]);
  const selected = selectedId === undefined ? -1 : found.findIndex(({ id }) => id === selectedId);
  const shown = all.find(({ id }) => id === selectedId);
  return (
    <section className="traffic" aria-label="Traffic" onKeyDown={(event) => onKey(event, isPaused)}>
      <h1 className="hidden" tabIndex={-1}>
        Traffic
      </h1>
      <TrafficChart />
      <TrafficHead filter={filter} text={text} found={found} all={all.length} />
      {imported !== undefined && (
        <p className="imported" role="status">
          <strong>{imported.name}</strong> is shown: an imported archive, not what passes now.
          <Button look="quiet" onClick={() => showImported(undefined)}>
            Show live traffic
          </Button>
        </p>
      )}
      <div className={shown === undefined ? 'traffic-main' : 'traffic-main has-detail'}>
        <div className="traffic-list">
          <ListHead />
          {found.length > 0 ? (
            <VirtualList
              label="Requests"
              items={found}
              rowHeight={ROW_HEIGHT}
              keyOf={keyOf}
              reuseRows
              render={renderRow}
              selected={selected}
              onSelect={(exchange) => select(exchange.id)}
              onOpen={() => document.querySelector<HTMLElement>('.exchange-body')?.focus()}
              stickToEnd={imported === undefined && !isPaused && selectedId === undefined}
              onScrolled={(atEnd) => {
                const state = trafficStore.getState();
                if (!atEnd && !state.isPaused && state.selected === undefined) pause();
              }}
            />
          ) : (
            <NoTraffic isFiltered={all.length > 0} />
          )}
        </div>
        {shown !== undefined && <ExchangeDetail exchange={shown} />}
      </div>
    </section>
  );
}

/** Space pauses, Escape closes the exchange; keys typed into a field are the field's. */
function onKey(event: KeyboardEvent, isPaused: boolean): void {
  const target = event.target as HTMLElement;
  if (event.defaultPrevented || target.closest('input, textarea, select')) return;
  if (event.key === 'Escape' && trafficStore.getState().selected !== undefined) {
    select(undefined);
    document.querySelector<HTMLElement>('.traffic .rows')?.focus();
  } else if (event.key === ' ' && target.closest('button') === null) {
    if (isPaused) resume();
    else pause();
  } else return;
  event.preventDefault();
}

function ListHead() {
  return (
    <div className="traffic-row traffic-columns" aria-hidden="true">
      <span>Time</span>
      <span>Status</span>
      <span>Method</span>
      <span>Address</span>
      <span className="backend">Backend</span>
      <span className="duration">Took</span>
      <span className="size">Size</span>
    </div>
  );
}

function NoTraffic({ isFiltered }: { isFiltered: boolean }) {
  const url = useStore(liveStore, ({ snapshot }) => snapshot?.sites.find(({ disabled }) => !disabled)?.url);
  const isStopped = useStore(liveStore, ({ snapshot }) => snapshot?.status === 'stopped');
  if (isFiltered)
    return (
      <Empty title="No request matches">
        <Button onClick={() => trafficView.setState({ filter: '' })}>Show all</Button>
      </Empty>
    );
  if (isStopped)
    return (
      <Empty title="Routing is stopped">
        <p className="muted">No request reaches your sites until it is started.</p>
        <Button look="accent" onClick={() => void setRouting(true)}>
          Start it
        </Button>
      </Empty>
    );
  if (url === undefined)
    return (
      <Empty title="No request yet">
        <p className="muted">No site is on, so nothing passes. Add one, and its requests appear here.</p>
        <AddSiteButton />
      </Empty>
    );
  return (
    <Empty title="No request yet">
      <p className="muted">Open one of your sites, and what passes appears here.</p>
      <Button look="accent" onClick={() => void openUrl(url)}>
        Open {new URL(url).host}
      </Button>
    </Empty>
  );
}
