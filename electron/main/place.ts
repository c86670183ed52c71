/** Decides where the window opens: where it was left, if a display still shows that place. */

export interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}

export const MIN_SIZE = { width: 900, height: 600 } as const;
export const USUAL_SIZE = { width: 1_280, height: 800 } as const;

/** Pixels of the window that must be on a display, each way, to reach its title bar. */
const GRIP = 80;

/** Size and place for the window; without x and y the system chooses the place. */
export function placeWindow(
  left: Area | undefined,
  displays: readonly Area[],
): Partial<Area> & { width: number; height: number } {
  const first = displays[0];
  if (left === undefined) return first ? fit(USUAL_SIZE, first) : { ...USUAL_SIZE };
  const display = displays.find((area) => isReachable(left, area));
  if (display === undefined) return first ? fit(left, first) : { ...USUAL_SIZE };
  return { x: left.x, y: left.y, ...fit(left, display) };
}

function fit(size: { width: number; height: number }, display: Area): { width: number; height: number } {
  return {
    width: Math.max(MIN_SIZE.width, Math.min(size.width, display.width)),
    height: Math.max(MIN_SIZE.height, Math.min(size.height, display.height)),
  };
}

function isReachable(window: Area, display: Area): boolean {
  const seenWidth = Math.min(window.x + window.width, display.x + display.width) - Math.max(window.x, display.x);
  const isTopSeen = window.y >= display.y && window.y <= display.y + display.height - GRIP;
  return seenWidth >= GRIP && isTopSeen;
}
