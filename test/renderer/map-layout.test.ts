/** The map before it is drawn: its tree, its places, its rates, and where keys lead. */
import { describe, expect, it } from 'vitest';
import { buildTree, sitesShown } from '../../renderer/screens/map/graph.ts';
import { createDrawer, ratesOf } from '../../renderer/screens/map/flow.ts';
import { layOut, neighbour } from '../../renderer/screens/map/layout.ts';
import { stepPath } from '../../renderer/screens/map/step-path.ts';
import { firstView, revealed } from '../../renderer/screens/map/viewport.ts';
import { formatRate } from '../../renderer/parts/format.ts';
import { poolTitle } from '../../renderer/screens/map/words.ts';
import { poolPath } from '../../renderer/store/map-changes.ts';
import { countsOf, keyOf, ratesBetween } from '../../renderer/store/rates.ts';
import { timeLeft } from '../../renderer/store/rehearse.ts';
import { mapBackends } from '../../renderer/store/live-state.ts';
import { isPool, type PoolState, type SiteState } from '../../shared/state.ts';
import { busySnapshot, makeBackend, makeSite } from './canned.ts';

const { sites } = busySnapshot();
const shop = sites[0]!;
const tree = buildTree(sites);
const boxes = layOut(tree);
const boxOf = (id: string) => boxes.get(id)!;

describe('the tree', () => {
  it('leads from the clients to every backend, each parent before its children', () => {
    const seen = new Set<string>();
    for (const { id, parent } of tree.items) {
      expect(parent === undefined ? id === 'clients' : seen.has(parent)).toBe(true);
      seen.add(id);
    }
    expect(seen.size).toBe(tree.items.length);
    const backends = tree.items.filter(({ thing }) => thing.kind === 'backend');
    expect(backends).toHaveLength(7 + 8);
    expect(new Set(backends.map(({ column }) => column))).toEqual(new Set([tree.columns - 1]));
  });

  it('shows a pool among backends as a pool, and a folder or a redirect as the end of its route', () => {
    const kinds = tree.items.filter(({ id }) => id.includes('route shop.localhost ')).map(({ thing }) => thing.kind);
    expect(kinds.filter((kind) => kind === 'pool')).toHaveLength(3);
    expect(kinds.filter((kind) => kind === 'end')).toHaveLength(2);
  });

  it('counts the backends of a large pool, and leaves out no broken one', () => {
    const members = Array.from({ length: 500 }, (_, index) =>
      makeBackend('big', `b-${index}`, index === 400 ? { health: 'down' } : {}),
    );
    const { items } = buildTree([makeSite('big.test', members)]);
    expect(items.length).toBeLessThan(20);
    expect(items.some(({ id }) => id === 'backend big / b-400')).toBe(true);
    expect(items.at(-1)?.thing).toMatchObject({ kind: 'more', count: 488 });
  });

  it('of 10,000 sites has the broken ones and the first, in the order of the file', () => {
    const many = Array.from({ length: 10_000 }, (_, index) =>
      makeSite(`s${index}.test`, [], { health: index === 9_000 ? 'down' : 'healthy' }),
    );
    const shown = sitesShown(many, 50);
    expect(shown.map(({ name }) => name)).toEqual([...many.slice(0, 49), many[9_000]!].map(({ name }) => name));
    expect(sitesShown(many.slice(0, 50), 50)).toHaveLength(50);
  });
});

describe('the places', () => {
  it('lie in columns, and no two items cover one another', () => {
    const all = [...boxes.values()];
    for (const [index, one] of all.entries())
      for (const other of all.slice(index + 1)) {
        const apart =
          one.x + one.width <= other.x ||
          other.x + other.width <= one.x ||
          one.y + one.height <= other.y ||
          other.y + other.height <= one.y;
        expect(apart).toBe(true);
      }
    for (const { id, parent } of tree.items)
      if (parent !== undefined) expect(boxOf(id).x).toBeGreaterThan(boxOf(parent).x + boxOf(parent).width);
  });

  it('stay while health and traffic change', () => {
    const changed = sites.map((site) =>
      mapBackends(site, (backend) => ({ ...backend, health: 'down', requests: backend.requests + 9 })),
    );
    expect(layOut(buildTree(changed))).toEqual(boxes);
  });

  it('are empty for no site but the clients', () => {
    expect([...layOut(buildTree([])).keys()]).toEqual(['clients']);
  });
});

describe('keys', () => {
  const lead = (from: string, key: string) => neighbour(tree, boxes, from, key);
  it('lead right to the nearest child, left to the parent, up and down the column', () => {
    expect(lead('clients', 'ArrowRight')).toMatch(/^site /);
    expect(lead('site shop.localhost', 'ArrowLeft')).toBe('clients');
    expect(lead('site shop.localhost', 'ArrowDown')).toBe('site api.localhost');
    expect(lead('site api.localhost', 'ArrowUp')).toBe('site shop.localhost');
    expect(lead('backend shop / web-1', 'ArrowDown')).toBe('backend shop / web-2');
    expect(lead('backend shop / web-1', 'ArrowLeft')).toBe('pool route shop.localhost / ');
  });
  it('lead nowhere at the edge, and no other key leads anywhere', () => {
    expect(lead('clients', 'ArrowLeft')).toBeUndefined();
    expect(lead('backend shop / web-1', 'ArrowRight')).toBeUndefined();
    expect(lead('site shop.localhost', 'ArrowUp')).toBeUndefined();
    expect(lead('clients', 'x')).toBeUndefined();
    expect(lead('nobody', 'ArrowUp')).toBeUndefined();
  });
});

describe('rates', () => {
  const grown = (by: (name: string) => number, failed = 0): SiteState[] =>
    sites.map((site) => ({
      ...mapBackends(site, (backend) => ({
        ...backend,
        requests: backend.requests + by(backend.name),
        failures: backend.failures + failed,
      })),
      requests: site.requests + by(site.name),
    }));

  it('are the growth of the counts over the time between two samples', () => {
    const before = countsOf(sites, 1_000);
    const rates = ratesBetween(
      before,
      countsOf(
        grown((name) => (name === 'web-1' ? 50 : 0)),
        3_000,
      ),
      1,
    );
    expect(rates.backends.get('shop / web-1')).toEqual({ perSecond: 25, errorsPerSecond: 0 });
    expect(rates.backends.get('shop / web-3')).toEqual({ perSecond: 0, errorsPerSecond: 0 });
  });

  it('after a silence count for the last second alone', () => {
    const rates = ratesBetween(
      countsOf(sites, 1_000),
      countsOf(
        grown(() => 50),
        601_000,
      ),
      1,
    );
    expect(rates.backends.get('shop / web-1')?.perSecond).toBe(50);
    expect(rates.sites.get('shop.localhost')?.perSecond).toBe(50);
  });

  it('are none for what was not counted before, and after counts that fell', () => {
    expect(ratesBetween(countsOf([], 0), countsOf(sites, 1_000), 1).backends.get('shop / web-1')?.perSecond).toBe(0);
    const fallen = ratesBetween(
      countsOf(
        grown(() => 50),
        0,
      ),
      countsOf(sites, 1_000),
      1,
    );
    expect(fallen.backends.get('shop / web-1')?.perSecond).toBe(0);
  });

  it('count as errors the attempts that failed and the answers of 500 and above', () => {
    const answered = new Map([[keyOf('shop.localhost', '/', 'web-1'), 3]]);
    const rates = ratesBetween(
      countsOf(sites, 0),
      countsOf(
        grown(() => 9, 1),
        1_000,
        answered,
      ),
      1,
    );
    expect(rates.backends.get('shop / web-1')).toEqual({ perSecond: 9, errorsPerSecond: 4 });
  });

  it('of routes and pools are the sums of their backends, of a site its own', () => {
    const rates = ratesBetween(
      countsOf(sites, 0),
      countsOf(
        grown((name) => (name.startsWith('b-') ? 5 : 1)),
        1_000,
      ),
      1,
    );
    const sums = ratesOf(tree, rates);
    expect(sums.get('pool pool route shop.localhost /  pool-b')?.perSecond).toBe(10);
    expect(sums.get('route shop.localhost /')?.perSecond).toBe(10 + 4);
    expect(sums.get('site shop.localhost')?.perSecond).toBe(1);
  });
});

describe('what is drawn', () => {
  const input = {
    tree,
    boxes,
    rates: ratesBetween(countsOf(sites, 0), countsOf(sites, 1), 1),
    rehearsals: [],
    traffic: undefined,
    inspected: undefined,
  };

  it('stays the same object where nothing changed', () => {
    const draw = createDrawer();
    const first = draw(input);
    const other = draw({ ...input, tree: buildTree(sites), inspected: 'backend shop / web-1' });
    expect(other.nodes.filter((node, index) => node !== first.nodes[index]).map(({ id }) => id)).toEqual([
      'backend shop / web-1',
    ]);
    expect(other.headings).toBe(first.headings);
  });

  it('has one way to each item but the clients, and a rehearsal at its backend', () => {
    const rehearsal = {
      id: 1,
      site: shop.name,
      backend: 'shop / web-1',
      name: 'web-1',
      kind: 'kill' as const,
      startedAt: 0,
      endsAt: 9,
    };
    const { nodes, edges } = createDrawer()({ ...input, rehearsals: [rehearsal] });
    expect(edges).toHaveLength(nodes.length - 1);
    expect(nodes.filter(({ data }) => data.rehearsal).map(({ id }) => id)).toEqual(['backend shop / web-1']);
    expect(edges.find(({ id }) => id === 'backend shop / web-2')?.data?.look).toBe('down');
    expect(edges.find(({ id }) => id === 'backend shop / b-2')?.data?.look).toBe('off');
  });
});

describe('small things of the map', () => {
  it('the first view has the whole width, and is never too small to read', () => {
    const all = [...boxes.values()];
    const wide = firstView(all, 2_000, 900);
    expect(wide.zoom).toBe(1);
    expect(firstView(all, 400, 900)).toMatchObject({ zoom: 0.72, x: 24 });
  });
  it('a revealed item moves the map no more than it must', () => {
    const view = { x: 0, y: 0, zoom: 1 };
    const box = { x: 100, y: 100, width: 50, height: 20 };
    expect(revealed(box, view, 400, 400)).toEqual(view);
    expect(revealed({ ...box, y: 900 }, view, 400, 400)).toEqual({ x: 0, y: 400 - 24 - 920, zoom: 1 });
    expect(revealed({ ...box, x: -80 }, view, 400, 400)).toEqual({ x: 104, y: 0, zoom: 1 });
  });
  it('a line is level where both ends are, and bends into the common trunk elsewhere', () => {
    expect(stepPath(0, 5, 80, 5)).toBe('M 0 5 H 80');
    expect(stepPath(0, 0, 80, 100)).toBe('M 0 0 H 16 V 90 Q 16 100 26 100 H 80');
    expect(stepPath(0, 0, 80, -4)).toBe('M 0 0 H 16 V 0 Q 16 -4 20 -4 H 80');
  });
  it('figures and times stay short', () => {
    expect([0, 0.04, 8.25, 42.4, 1_204].map(formatRate)).toEqual(['0', '0.1', '8.3', '42', '1,204']);
    expect([timeLeft({ endsAt: 84_001 }, 0), timeLeft({ endsAt: 500 }, 0), timeLeft({ endsAt: 0 }, 9)]).toEqual([
      '1:25',
      '0:01',
      '0:00',
    ]);
    const pool: PoolState = { name: '', weight: 1, strategy: 'round_robin', members: [] };
    expect([pool, { ...pool, strategy: 'ip_hash' as const }, { ...pool, name: 'pool-b' }].map(poolTitle)).toEqual([
      'Round robin',
      'IP hash',
      'pool-b',
    ]);
  });
  it('a pool is written where its backends are', () => {
    const [api, , , top] = shop.routes;
    expect(poolPath(api!.pool!)).toEqual(['server', 0, 'routes', 0, 'balance', 1]);
    expect(poolPath(top!.pool!)).toEqual(['server', 0, 'balance', 5]);
    const inner = top!.pool!.members.find(isPool)!;
    expect(poolPath(inner)).toEqual(['server', 0, 'balance', 3, 'balance', 2]);
    expect(poolPath({ ...top!.pool!, members: [inner] })).toEqual(['server', 0, 'balance', 1]);
    expect(poolPath({ ...top!.pool!, members: [] })).toBeUndefined();
  });
});
