/** Dev servers found on this machine: each a card to drag onto a pool, or to add to one from a menu. */
import { useEffect } from 'react';
import { useDraggable } from '@dnd-kit/core';
import { DropdownMenu } from 'radix-ui';
import { ChevronDown, GripVertical, RefreshCw } from 'lucide-react';
import { IconButton } from '../../parts/button.tsx';
import { formatCount } from '../../parts/format.ts';
import { Failed, Loading } from '../../parts/states.tsx';
import { titleOf, type DevServer } from '../../../shared/discovery.ts';
import { addAsSite, addToPool, hostFor, type PoolPlace } from '../../store/map-changes.ts';
import { useAnswer } from '../../store/use-answer.ts';
import { poolTitle } from './words.ts';
import type { MapItem } from './graph.ts';

/** A server that was just started is there within one look. */
const LOOK_MS = 10_000;
/** While the person is elsewhere; coming back is a look at once. */
const AWAY_LOOKS = 6;
/** More cards than anyone drags; those not routed yet come first. */
const CARDS_MAX = 20;
/** A longer menu is no help; the search of the map brings the pool that is wanted. */
const POOLS_MAX = 30;

export function ServerTray({ items }: { items: readonly MapItem[] }) {
  const { state, reload } = useAnswer('discovery.list');
  useEffect(() => keepLooking(reload), [reload]);
  return (
    <section className="map-servers" aria-label="Dev servers on this machine">
      <header className="map-servers-head">
        <h2>Dev servers on this machine</h2>
        <IconButton label="Look again" icon={<RefreshCw size={14} aria-hidden />} onClick={reload} />
      </header>
      {state.phase === 'loading' && <Loading what="Looking at the ports" />}
      {state.phase === 'failed' && <Failed problems={state.problems} onRetry={reload} />}
      {state.phase === 'ready' && <Cards servers={state.value.servers} pools={poolsOf(items)} />}
    </section>
  );
}

/** Not at all while the window is hidden. Returns the call that ends it. */
function keepLooking(look: () => void): () => void {
  let turn = 0;
  const timer = setInterval(() => {
    turn += 1;
    if (!document.hidden && (document.hasFocus() || turn % AWAY_LOOKS === 0)) look();
  }, LOOK_MS);
  window.addEventListener('focus', look);
  return () => {
    clearInterval(timer);
    window.removeEventListener('focus', look);
  };
}

function poolsOf(items: readonly MapItem[]): PoolPlace[] {
  return items.flatMap(({ thing }) => (thing.kind === 'pool' ? [thing] : []));
}

function Cards({ servers, pools }: { servers: readonly DevServer[]; pools: readonly PoolPlace[] }) {
  const sorted = [...servers].sort((a, b) => Number(a.mappedBy !== undefined) - Number(b.mappedBy !== undefined));
  if (servers.length === 0)
    return <p className="muted">None runs now. Start one, as with npm run dev, and it shows up here.</p>;
  return (
    <>
      <p className="muted map-servers-lead">
        {pools.length === 0 ? 'Add one, and it has a name.' : 'Drag one onto a pool, and it takes its share.'}
      </p>
      <ul>
        {sorted.slice(0, CARDS_MAX).map((server) => (
          <li key={`${server.address} ${server.port}`}>
            <Card server={server} pools={pools} />
          </li>
        ))}
      </ul>
      {servers.length > CARDS_MAX && <p className="muted">and {formatCount(servers.length - CARDS_MAX)} more</p>}
    </>
  );
}

function Card({ server, pools }: { server: DevServer; pools: readonly PoolPlace[] }) {
  const id = `server ${server.address} ${server.port}`;
  const { setNodeRef, listeners, isDragging } = useDraggable({ id, data: { server } });
  return (
    <div ref={setNodeRef} className={`server-card ${isDragging ? 'is-dragging' : ''}`} {...listeners}>
      <CardText server={server} />
      <AddMenu server={server} pools={pools} />
    </div>
  );
}

/** Also what hangs on the pointer while a card is dragged. */
export function CardText({ server }: { server: DevServer }) {
  return (
    <>
      <GripVertical size={14} aria-hidden />
      <span className="server-text">
        <span className="server-title">{titleOf(server)}</span>
        <span className="muted">
          <span className="mono">:{server.port}</span>
          {server.mappedBy === undefined ? ' not routed' : ` in ${server.mappedBy}`}
        </span>
      </span>
    </>
  );
}

/** The way of the keyboard. Not modal: what locks the scrolling of a page writes a style element, which the CSP forbids. */
function AddMenu({ server, pools }: { server: DevServer; pools: readonly PoolPlace[] }) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger
        className="button server-add"
        aria-label={`Add ${titleOf(server)} on port ${server.port} to a site or pool`}
        onPointerDown={(event) => event.stopPropagation()}
      >
        Add to <ChevronDown size={12} aria-hidden />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={4} collisionPadding={8}>
          <AddItems server={server} pools={pools} />
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

/** Made when the menu is opened: a free name is looked for among all sites. */
function AddItems({ server, pools }: { server: DevServer; pools: readonly PoolPlace[] }) {
  return (
    <>
      <DropdownMenu.Item className="menu-item" onSelect={() => void addAsSite(server)}>
        <span>New site</span>
        <span className="mono">{hostFor(server)}</span>
      </DropdownMenu.Item>
      {pools.length > 0 && <DropdownMenu.Label className="menu-label">Into the pool of</DropdownMenu.Label>}
      {pools.slice(0, POOLS_MAX).map((place) => (
        <DropdownMenu.Item
          key={`${place.site.name} ${place.route.path} ${place.pool.name}`}
          className="menu-item"
          onSelect={() => void addToPool(place, server.url)}
        >
          <span className="mono">
            {place.site.name}
            {place.route.path === '/' ? '' : place.route.path}
          </span>
          <span className="muted">{poolTitle(place.pool)}</span>
        </DropdownMenu.Item>
      ))}
      {pools.length > POOLS_MAX && <p className="menu-label">Search the map for the others.</p>}
    </>
  );
}
