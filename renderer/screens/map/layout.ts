/** Where each item of the map stands: columns from left to right, leaves in the order of the file, parents at the middle of their children. */
import type { MapItem, MapTree } from './graph.ts';

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Between two columns: room for the rate on an edge. */
const COLUMN_GAP = 48;
const ROW_GAP = 8;
/** Between the last leaf of one site and the first of the next. */
const SITE_GAP = 24;
/** The clients stay in sight of the first sites, however long the map is. */
const CLIENTS_DOWN_MAX = 240;
const HEIGHT = 44;

const WIDTHS = { clients: 96, site: 184, route: 104, pool: 148, end: 148, backend: 200, more: 200 } as const;
const COLUMN_WIDTHS = [WIDTHS.clients, WIDTHS.site, WIDTHS.route] as const;
const CLIENTS_HEIGHT = 72;

/** By id. Depends on the shape of the tree alone: health and traffic move nothing. */
export function layOut({ items, columns }: MapTree): Map<string, Box> {
  const children = new Map<string, MapItem[]>();
  for (const item of items) {
    if (item.parent === undefined) continue;
    const beside = children.get(item.parent);
    if (beside) beside.push(item);
    else children.set(item.parent, [item]);
  }
  const boxes = new Map<string, Box>();
  const lefts = columnLefts(columns);
  let bottom = 0;
  const place = (item: MapItem): Box => {
    const below = (children.get(item.id) ?? []).map((child) => {
      if (child.thing.kind === 'site' && bottom > 0) bottom += SITE_GAP - ROW_GAP;
      return place(child);
    });
    const height = item.thing.kind === 'clients' ? CLIENTS_HEIGHT : HEIGHT;
    const first = below[0];
    const lastBelow = below[below.length - 1];
    const y = first && lastBelow ? (first.y + lastBelow.y + lastBelow.height - height) / 2 : bottom;
    if (!first) bottom += height + ROW_GAP;
    const box = { x: lefts[item.column] ?? 0, y, width: WIDTHS[item.thing.kind], height };
    boxes.set(item.id, box);
    return box;
  };
  const root = items[0];
  if (root) {
    const box = place(root);
    box.y = Math.min(box.y, CLIENTS_DOWN_MAX);
  }
  return boxes;
}

/** The left edge of each column. */
export function columnLefts(columns: number): number[] {
  const lefts: number[] = [];
  let x = 0;
  for (let column = 0; column < columns; column += 1) {
    lefts.push(x);
    x += (COLUMN_WIDTHS[column] ?? WIDTHS.pool) + COLUMN_GAP;
  }
  return lefts;
}

/** Where an arrow key leads: right to the nearest child, left to the parent, up and down within the column. */
export function neighbour(tree: MapTree, boxes: Map<string, Box>, from: string, key: string): string | undefined {
  const item = tree.items.find(({ id }) => id === from);
  const box = boxes.get(from);
  if (!item || !box) return undefined;
  if (key === 'ArrowLeft') return item.parent;
  if (key === 'ArrowRight') return nearest(tree, boxes, box, ({ parent }) => parent === from);
  const isBelow = key === 'ArrowDown';
  if (!isBelow && key !== 'ArrowUp') return undefined;
  return nearest(tree, boxes, box, ({ id, column }) => {
    const y = boxes.get(id)?.y ?? box.y;
    return column === item.column && (isBelow ? y > box.y : y < box.y);
  });
}

function nearest(
  { items }: MapTree,
  boxes: Map<string, Box>,
  from: Box,
  isCandidate: (item: MapItem) => boolean,
): string | undefined {
  let best: { id: string; distance: number } | undefined;
  const middle = from.y + from.height / 2;
  for (const item of items) {
    const box = boxes.get(item.id);
    if (!box || !isCandidate(item)) continue;
    const distance = Math.abs(box.y + box.height / 2 - middle);
    if (!best || distance < best.distance) best = { id: item.id, distance };
  }
  return best?.id;
}
