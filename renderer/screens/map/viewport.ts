/** Which part of the map is in sight. */
import type { CoordinateExtent, Viewport } from '@xyflow/react';
import type { Box } from './layout.ts';

/** Around the map, and between a revealed item and the edge. */
const MARGIN = 24;
/** The headings of the columns stand above the first row. */
const HEADINGS = 32;
/** Smaller than this the words cannot be read; then the map is moved instead. */
const READABLE_ZOOM = 0.72;

/** The whole width where it can still be read, never enlarged; from the top. A map that is lower than the frame stands in its middle. */
export function firstView(boxes: readonly Box[], width: number, height: number): Viewport {
  const right = Math.max(1, ...boxes.map((box) => box.x + box.width));
  const top = -HEADINGS;
  const bottom = Math.max(1, ...boxes.map((box) => box.y + box.height));
  const zoom = Math.max(READABLE_ZOOM, Math.min(1, (width - 2 * MARGIN) / right));
  const spareX = width - right * zoom;
  const spareY = height - (bottom - top) * zoom;
  return {
    x: Math.max(MARGIN, spareX / 2),
    y: Math.max(MARGIN, Math.min(spareY / 2, 2 * MARGIN)) - top * zoom,
    zoom,
  };
}

/** As far as the map can be moved: half a frame beyond its items, so that it is never lost from sight. */
export function extentOf(boxes: Iterable<Box>, width: number, height: number): CoordinateExtent {
  let right = 0;
  let bottom = 0;
  for (const box of boxes) {
    right = Math.max(right, box.x + box.width);
    bottom = Math.max(bottom, box.y + box.height);
  }
  return [
    [-width / 2, -height / 2],
    [right + width / 2, bottom + height / 2],
  ];
}

/** The least move that brings the box into sight. */
export function revealed(box: Box, view: Viewport, width: number, height: number): Viewport {
  return {
    x: shifted(view.x, box.x * view.zoom, box.width * view.zoom, width),
    y: shifted(view.y, box.y * view.zoom, box.height * view.zoom, height),
    zoom: view.zoom,
  };
}

function shifted(offset: number, start: number, size: number, frame: number): number {
  if (start + offset < MARGIN) return MARGIN - start;
  if (start + size + offset > frame - MARGIN) return frame - MARGIN - start - size;
  return offset;
}
