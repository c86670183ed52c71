/** The tree, its places and its rates as the nodes and edges that are drawn; what did not change stays the same object. */
import { Position, type Edge, type Node, type NodeHandle } from '@xyflow/react';
import { NO_RATE, type Rate, type Rates } from '../../store/rates.ts';
import { isBad, type MapItem, type MapTree } from './graph.ts';
import { columnLefts, type Box } from './layout.ts';
import type { Rehearsal } from '../../../shared/rehearsal.ts';
import type { TrafficSample } from '../../../shared/state.ts';

/** Above the first row. */
const HEADING_UP = 32;

export interface ItemData extends Record<string, unknown> {
  item: MapItem;
  rate: Rate;
  rehearsal: Rehearsal | undefined;
  traffic: TrafficSample | undefined;
  isInspected: boolean;
}

export interface LinkData extends Record<string, unknown> {
  rate: Rate;
  /** Of the item it leads to; the pulse of a request reaches the columns one after the other. */
  column: number;
  /** Grows with each sample that carried a request. */
  pulse: number;
  look: 'quiet' | 'off' | 'down';
}

export type ItemNode = Node<ItemData, 'item'>;
export type HeadingNode = Node<{ title: string }, 'heading'>;
export type LinkEdge = Edge<LinkData, 'link'>;

export interface Drawn {
  nodes: ItemNode[];
  /** Above the columns. */
  headings: HeadingNode[];
  edges: LinkEdge[];
}

export interface DrawInput {
  tree: MapTree;
  boxes: ReadonlyMap<string, Box>;
  rates: Rates;
  rehearsals: readonly Rehearsal[];
  traffic: TrafficSample | undefined;
  inspected: string | undefined;
  /** Ids of what is drawn; left out: all. */
  sight?: ReadonlySet<string>;
}

/** Remembers what it drew last. */
export function createDrawer(): (input: DrawInput) => Drawn {
  let last: Drawn = { nodes: [], headings: [], edges: [] };
  return (input) => (last = draw(input, last));
}

export function draw(input: DrawInput, before: Drawn): Drawn {
  const rates = ratesOf(input.tree, input.rates);
  const oldNodes = new Map(before.nodes.map((node) => [node.id, node]));
  const oldEdges = new Map(before.edges.map((edge) => [edge.id, edge]));
  const nodes: ItemNode[] = [];
  const edges: LinkEdge[] = [];
  for (const item of input.tree.items) {
    const box = input.boxes.get(item.id);
    if (!box || input.sight?.has(item.id) === false) continue;
    const rate = rates.get(item.id) ?? NO_RATE;
    nodes.push(nodeOf(item, box, rate, input, oldNodes.get(item.id)));
    if (item.parent !== undefined) edges.push(edgeOf(item, item.parent, rate, input.rates.tick, oldEdges.get(item.id)));
  }
  edges.sort((one, other) => rankOf(one) - rankOf(other));
  const headings = headingsOf(input.tree.columns);
  const isSame = before.headings.at(-1)?.position.x === headings.at(-1)?.position.x;
  return { nodes, headings: isSame ? before.headings : headings, edges };
}

/** What carries requests is drawn over what does not, where they share a trunk. */
function rankOf({ data }: LinkEdge): number {
  if (!data || data.look === 'off') return 0;
  if (data.rate.perSecond > 0) return 3;
  return data.look === 'down' ? 2 : 1;
}

function headingsOf(columns: number): HeadingNode[] {
  const lefts = columnLefts(columns);
  const at = [0, 1, 2, 3, columns - 1];
  return ['Clients', 'Sites', 'Routes', 'Pools', 'Backends'].map((title, index) => ({
    id: `heading ${title}`,
    type: 'heading',
    position: { x: lefts[at[index]!]!, y: -HEADING_UP },
    data: { title },
  }));
}

/** Of every item: sites and backends are counted, what is between them is the sum of its backends. */
export function ratesOf({ items }: MapTree, rates: Rates): Map<string, Rate> {
  const sums = new Map<string, Rate>();
  for (let index = items.length - 1; index >= 0; index -= 1) {
    const { id, parent, thing } = items[index]!;
    if (thing.kind === 'backend') sums.set(id, rates.backends.get(thing.backend.id) ?? NO_RATE);
    if (thing.kind === 'site') sums.set(id, rates.sites.get(thing.site.name) ?? NO_RATE);
    const own = sums.get(id);
    if (own === undefined || parent === undefined) continue;
    const sum = sums.get(parent) ?? NO_RATE;
    sums.set(parent, {
      perSecond: sum.perSecond + own.perSecond,
      errorsPerSecond: sum.errorsPerSecond + own.errorsPerSecond,
    });
  }
  return sums;
}

function nodeOf(item: MapItem, box: Box, rate: Rate, input: DrawInput, before: ItemNode | undefined): ItemNode {
  const { thing } = item;
  const data: ItemData = {
    item: before && isSameItem(before.data.item, item) ? before.data.item : item,
    rate: before && isSameRate(before.data.rate, rate) ? before.data.rate : rate,
    rehearsal:
      thing.kind === 'backend' ? input.rehearsals.find(({ backend }) => backend === thing.backend.id) : undefined,
    traffic: thing.kind === 'clients' ? input.traffic : undefined,
    isInspected: input.inspected === item.id,
  };
  const isPlaced = before?.position.x === box.x && before.position.y === box.y;
  if (before && isPlaced && isShallowEqual(before.data, data)) return before;
  return {
    id: item.id,
    type: 'item',
    position: { x: box.x, y: box.y },
    width: box.width,
    height: box.height,
    ...knownPlaces(item, box),
    data,
  };
}

/** Where its lines end, and its size: told, so that nothing has to be measured for each item. */
function knownPlaces({ thing }: MapItem, { width, height }: Box): Partial<ItemNode> {
  const y = height / 2;
  const source: NodeHandle = { type: 'source', position: Position.Right, x: width, y, width: 0, height: 0 };
  const target: NodeHandle = { type: 'target', position: Position.Left, x: 0, y, width: 0, height: 0 };
  return { measured: { width, height }, handles: thing.kind === 'clients' ? [source] : [target, source] };
}

function edgeOf(item: MapItem, parent: string, rate: Rate, tick: number, before: LinkEdge | undefined): LinkEdge {
  const moves = rate.perSecond > 0;
  const data: LinkData = {
    rate: before?.data && isSameRate(before.data.rate, rate) ? before.data.rate : rate,
    column: item.column,
    pulse: moves ? tick : (before?.data?.pulse ?? 0),
    look: lookOf(item),
  };
  if (before?.data && isShallowEqual(before.data, data)) return before;
  return { id: item.id, type: 'link', source: parent, target: item.id, data, focusable: false };
}

function lookOf({ thing }: MapItem): LinkData['look'] {
  if (thing.kind === 'clients') return 'quiet';
  if (thing.site.disabled) return 'off';
  if (thing.kind !== 'backend') return 'quiet';
  if (thing.backend.disabled) return 'off';
  return isBad(thing.backend) && thing.backend.health === 'down' ? 'down' : 'quiet';
}

const isSameRate = (one: Rate, other: Rate): boolean =>
  one.perSecond === other.perSecond && one.errorsPerSecond === other.errorsPerSecond;

const isSameItem = (one: MapItem, other: MapItem): boolean =>
  one.parent === other.parent && one.column === other.column && isShallowEqual({ ...one.thing }, { ...other.thing });

const isShallowEqual = (one: Record<string, unknown>, other: Record<string, unknown>): boolean =>
  Object.keys(other).every((key) => one[key] === other[key]);
