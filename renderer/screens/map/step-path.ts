/** The line from an item to the next: level, along a common trunk, and level again. */

/** From an item to where its ways part; what is left of the gap is level, and carries the rate. */
const TRUNK = 16;
const RADIUS = 10;

/** As the `d` of an SVG path. */
export function stepPath(fromX: number, fromY: number, toX: number, toY: number): string {
  const rise = toY - fromY;
  if (Math.abs(rise) < 1) return `M ${fromX} ${fromY} H ${toX}`;
  const trunk = fromX + TRUNK;
  const round = Math.min(RADIUS, Math.abs(rise));
  return `M ${fromX} ${fromY} H ${trunk} V ${toY - Math.sign(rise) * round} Q ${trunk} ${toY} ${trunk + round} ${toY} H ${toX}`;
}
