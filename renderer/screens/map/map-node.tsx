/** One item of the map: what it is, how it fares by shape and word, and how many requests pass. */
import { memo } from 'react';
import type { NodeProps } from '@xyflow/react';
import { useDroppable } from '@dnd-kit/core';
import { CornerUpRight, Folder, Timer } from 'lucide-react';
import { formatRate, plural, shortUrl } from '../../parts/format.ts';
import { HEALTH_WORDS, HealthShape } from '../../parts/health-mark.tsx';
import { summarise, type HealthStatus } from '../../../shared/state.ts';
import { backendsOf, upOf } from '../../store/live-state.ts';
import { setMapView } from '../../store/map-view.ts';
import { timeLeft } from '../../store/rehearse.ts';
import { showInSites } from './inspect-parts.tsx';
import { useNow } from '../../parts/use-now.ts';
import { poolTitle } from './words.ts';
import type { ItemData, ItemNode } from './flow.ts';
import type { Thing } from './graph.ts';
import type { Rehearsal } from '../../../shared/rehearsal.ts';

export const MapNode = memo(function MapNode({ id, data }: NodeProps<ItemNode>) {
  const { kind } = data.item.thing;
  return (
    <>
      {kind === 'pool' ? <PoolNode id={id} data={data} /> : <NodeButton id={id} data={data} />}
      {/* The graph looks for these where it measures an item; its own do much that is not needed here. */}
      {kind !== 'clients' && <i className="target map-end-left" data-handlepos="left" />}
      <i className="source map-end-right" data-handlepos="right" />
    </>
  );
});

interface NodeButtonProps {
  id: string;
  data: ItemData;
}

/** Where a dev server can be dropped. */
function PoolNode({ id, data }: NodeButtonProps) {
  const { setNodeRef, isOver, active } = useDroppable({ id, data: { item: data.item } });
  const look = `${active === null ? '' : 'is-target'} ${isOver ? 'is-over' : ''}`;
  return <NodeButton id={id} data={data} look={look} place={setNodeRef} />;
}

function NodeButton({
  id,
  data,
  look = '',
  place,
}: NodeButtonProps & { look?: string; place?: (node: HTMLElement | null) => void }) {
  const { thing } = data.item;
  const open = (): void => {
    if (thing.kind === 'more') showInSites(thing.site.name);
    else setMapView({ inspected: id });
  };
  return (
    <button
      ref={place}
      type="button"
      className={`map-node map-${thing.kind} ${toneOf(thing)} ${look}`}
      data-node={id}
      aria-pressed={data.isInspected}
      onClick={open}
    >
      <Content data={data} />
    </button>
  );
}

function Content({ data }: { data: ItemData }) {
  const { thing } = data.item;
  switch (thing.kind) {
    case 'clients':
      return <Clients data={data} />;
    case 'site':
      return <Site thing={thing} />;
    case 'route':
      return <Two first={<span className="mono map-name">{thing.route.path}</span>} second={middlewaresOf(thing)} />;
    case 'pool':
      return <Pool thing={thing} />;
    case 'end':
      return <End thing={thing} />;
    case 'backend':
      return <Backend thing={thing} data={data} />;
    case 'more':
      return <span className="map-more">and {plural(thing.count, 'more backend')}</span>;
  }
}

type Of<K extends Thing['kind']> = Extract<Thing, { kind: K }>;

function Two({ first, second }: { first: React.ReactNode; second: React.ReactNode }) {
  return (
    <>
      <span className="map-line">{first}</span>
      <span className="map-line map-second">
        {typeof second === 'string' ? <span className="map-cut">{second}</span> : second}
      </span>
    </>
  );
}

function Clients({ data: { traffic } }: { data: ItemData }) {
  return (
    <>
      <span className="hidden">Clients</span>
      <span className="map-big num">{formatRate(traffic?.requestsPerSecond ?? 0)}</span>
      <span className="map-second">requests/s</span>
    </>
  );
}

function Site({ thing: { site } }: { thing: Of<'site'> }) {
  const others = site.hosts.length - 1;
  return (
    <Two
      first={
        <>
          <HealthShape health={site.disabled ? 'unknown' : site.health} />
          <span className="mono map-name" title={site.hosts.join('\n')}>
            {site.hosts[0] ?? site.name}
          </span>
        </>
      }
      second={
        <>
          <Word health={site.health} isDisabled={site.disabled} />
          <span className="grow" />
          {others > 0 && <span>+{plural(others, 'name')}</span>}
        </>
      }
    />
  );
}

function middlewaresOf({ route }: Of<'route'>): string {
  const [first, ...others] = route.middlewares;
  if (first !== undefined) return others.length > 0 ? `${first} +${others.length}` : first;
  return route.path === '/' ? 'all paths' : 'these paths';
}

/** A disabled site is not probed: what was last known of its backends tells nothing. */
function Pool({ thing: { site, pool } }: { thing: Of<'pool'> }) {
  const enabled = backendsOf(pool).filter(({ disabled }) => !disabled);
  const { up, of } = upOf(enabled);
  return (
    <Two
      first={
        <>
          <HealthShape health={site.disabled ? 'unknown' : summarise(enabled.map(({ health }) => health))} />
          <span className="map-name">{poolTitle(pool)}</span>
        </>
      }
      second={<span className="num">{site.disabled ? plural(of, 'backend') : `${up} of ${of} up`}</span>}
    />
  );
}

function End({ thing: { route } }: { thing: Of<'end'> }) {
  const Icon = route.kind === 'static' ? Folder : CornerUpRight;
  return (
    <Two
      first={
        <>
          <Icon size={12} aria-hidden />
          <span className="mono map-name">{route.target}</span>
        </>
      }
      second={route.kind === 'static' ? 'files' : 'redirect'}
    />
  );
}

function Backend({ thing: { site, backend }, data }: { thing: Of<'backend'>; data: ItemData }) {
  const isOff = site.disabled || backend.disabled;
  // One that got its name from its address need not say it twice.
  const address = backend.url === `http://${backend.name}` ? undefined : shortUrl(backend.url);
  return (
    <Two
      first={
        <>
          <HealthShape health={isOff ? 'unknown' : backend.health} />
          <span className="mono map-name" title={`${backend.name}\n${backend.url}`}>
            {backend.name}
          </span>
          {backend.backup && <span className="map-second">backup</span>}
        </>
      }
      second={
        <>
          {data.rehearsal ? (
            <RehearsalText rehearsal={data.rehearsal} />
          ) : (
            address !== undefined && <span className="mono map-cut">{address}</span>
          )}
          {(data.rehearsal !== undefined || address !== undefined) && <span className="grow" />}
          <Word health={backend.health} isDisabled={isOff} />
        </>
      }
    />
  );
}

function RehearsalText({ rehearsal }: { rehearsal: Rehearsal }) {
  const now = useNow();
  return (
    <span className="map-rehearsal">
      <Timer size={12} aria-hidden /> Rehearsing {rehearsal.kind}{' '}
      <span className="num">{timeLeft(rehearsal, now)}</span>
    </span>
  );
}

function Word({ health, isDisabled }: { health: HealthStatus; isDisabled: boolean }) {
  return (
    <span className={`map-word state-${isDisabled ? 'unknown' : health}`}>
      {isDisabled ? 'Disabled' : HEALTH_WORDS[health]}
    </span>
  );
}

function toneOf(thing: Thing): string {
  if (thing.kind === 'clients' || thing.kind === 'more') return '';
  if (thing.site.disabled || (thing.kind === 'backend' && thing.backend.disabled)) return 'is-off';
  if (thing.kind === 'backend') return `is-${thing.backend.health}`;
  return thing.kind === 'site' ? `is-${thing.site.health}` : '';
}
