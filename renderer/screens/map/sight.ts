/** Which part of a long map is drawn: what is in sight, a screen around it, and where its lines come from. */
import type { MapTree } from './graph.ts';
import type { Box } from './layout.ts';

/** From top to bottom, on the map. */
export interface Span {
  top: number;
  bottom: number;
}

/** What is drawn changes in steps of this height: a map that is moved is drawn anew at few of its frames. */
const STEP = 400;
/** Before the frame is measured. */
const FIRST_HEIGHT = 600;

/** What the frame shows and a step on each side, in whole steps. */
export function spanOf([, y, zoom]: readonly [number, number, number], frameHeight: number): Span {
  const top = -y / zoom;
  const bottom = top + (frameHeight || FIRST_HEIGHT) / zoom;
  return { top: (Math.floor(top / STEP) - 1) * STEP, bottom: (Math.ceil(bottom / STEP) + 1) * STEP };
}

/** The items that stand in the span or whose line passes it, those that are kept, and all that these hang on. */
export function inSight(
  { items }: MapTree,
  boxes: ReadonlyMap<string, Box>,
  { top, bottom }: Span,
  kept: readonly (string | undefined)[],
): ReadonlySet<string> {
  const drawn = new Set<string>();
  // Parents stand before their children: each is known to be wanted when its turn comes.
  for (let index = items.length - 1; index >= 0; index -= 1) {
    const { id, parent } = items[index]!;
    const box = boxes.get(id);
    if (!box) continue;
    const from = (parent === undefined ? undefined : boxes.get(parent)) ?? box;
    const meets = Math.min(box.y, from.y) < bottom && Math.max(box.y + box.height, from.y + from.height) > top;
    if (!meets && !drawn.has(id) && !kept.includes(id)) continue;
    drawn.add(id);
    if (parent !== undefined) drawn.add(parent);
  }
  return drawn;
}
