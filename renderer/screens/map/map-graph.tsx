/** The graph itself: drawn from the mirror of the engine, moved by mouse and keys, inspected by a click or Enter. */
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type FocusEvent } from 'react';
import {
  ReactFlow,
  useReactFlow,
  useStore as useFlowStore,
  useStoreApi,
  type CoordinateExtent,
  type EdgeTypes,
  type NodeTypes,
  type Viewport,
} from '@xyflow/react';
import '@xyflow/react/dist/base.css';
import { useStore } from 'zustand';
import { shallow } from 'zustand/shallow';
import { liveStore } from '../../store/live.ts';
import { mapViewStore, setMapView } from '../../store/map-view.ts';
import { ratesStore } from '../../store/rates.ts';
import { createDrawer, type Drawn } from './flow.ts';
import { layOut, neighbour, type Box } from './layout.ts';
import { MapEdge } from './map-edge.tsx';
import { MapHeading } from './map-heading.tsx';
import { MapNode } from './map-node.tsx';
import { inSight, spanOf } from './sight.ts';
import { extentOf, firstView, revealed } from './viewport.ts';
import type { MapTree } from './graph.ts';
import type { Rehearsal } from '../../../shared/rehearsal.ts';

const NODE_TYPES: NodeTypes = { item: MapNode as never, heading: MapHeading as never };
const EDGE_TYPES: EdgeTypes = { link: MapEdge as never };
const NO_REHEARSALS: readonly Rehearsal[] = [];
/** It is there at the first or second. */
const FRAMES_UNTIL_DRAWN = 10;
export const ZOOM_MIN = 0.4;
export const ZOOM_MAX = 1.5;

interface MapGraphProps {
  tree: MapTree;
  shape: string;
  /** What the tree was found by. */
  search: string;
}

export function MapGraph({ tree, shape, search }: MapGraphProps) {
  const boxes = useBoxes(tree, shape);
  const { sight, hold } = useSight(tree, boxes);
  const { nodes, headings, edges } = useDrawn(tree, boxes, sight);
  const extent = useExtent(boxes);
  const all = useMemo(() => [...headings, ...nodes], [headings, nodes]);
  const frame = useRef<HTMLDivElement>(null);
  const { reveal } = useView(boxes, frame, shape, search);
  const onKeyDown = (event: KeyboardEvent): void => {
    const from = nodeIdOf(event.target);
    if (from === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape' && mapViewStore.getState().inspected !== undefined) {
      setMapView({ inspected: undefined });
      event.preventDefault();
    }
    const to = neighbour(tree, boxes, from, event.key);
    if (to === undefined) return;
    event.preventDefault();
    reveal(to);
    hold(to);
    focusNode(to);
  };
  const onFocus = (event: FocusEvent): void => {
    const id = nodeIdOf(event.target);
    if (id === undefined) return;
    hold(id);
    if (event.target.matches(':focus-visible')) reveal(id);
  };
  return (
    <div
      ref={frame}
      className="map-graph"
      role="group"
      aria-label="Map of routes"
      onKeyDown={onKeyDown}
      onFocus={onFocus}
    >
      <ReactFlow
        nodes={all}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        disableKeyboardA11y
        panOnScroll
        zoomOnDoubleClick={false}
        minZoom={ZOOM_MIN}
        maxZoom={ZOOM_MAX}
        translateExtent={extent}
        proOptions={{ hideAttribution: true }}
      />
    </div>
  );
}

export const nodeIdOf = (target: EventTarget): string | undefined =>
  target instanceof HTMLElement ? target.closest<HTMLElement>('[data-node]')?.dataset['node'] : undefined;

/** Gives it the keyboard; one that was far out of sight is drawn first. */
export function focusNode(id: string, frames = FRAMES_UNTIL_DRAWN): void {
  const node = document.querySelector<HTMLElement>(`[data-node="${CSS.escape(id)}"]`);
  if (node) node.focus({ preventScroll: true });
  else if (frames > 0) requestAnimationFrame(() => focusNode(id, frames - 1));
}

/** Anew only when an item comes or goes. */
function useBoxes(tree: MapTree, shape: string): Map<string, Box> {
  // eslint-disable-next-line react-hooks/exhaustive-deps -- the places depend on the shape of the tree, not on its figures
  return useMemo(() => layOut(tree), [shape]);
}

/** What has the keyboard, or was last inspected, stays drawn wherever the map is moved to. */
function useSight(tree: MapTree, boxes: Map<string, Box>): { sight: ReadonlySet<string>; hold: (id: string) => void } {
  const { top, bottom } = useFlowStore(({ transform, height }) => spanOf(transform, height), shallow);
  const inspected = useStore(mapViewStore, (state) => state.inspected);
  const [held, hold] = useState<string>();
  const sight = useMemo(
    () => inSight(tree, boxes, { top, bottom }, [held, inspected]),
    [tree, boxes, top, bottom, held, inspected],
  );
  return { sight, hold };
}

function useExtent(boxes: Map<string, Box>): CoordinateExtent {
  const { width, height } = useFlowStore(({ width, height }) => ({ width, height }), shallow);
  return useMemo(() => extentOf(boxes.values(), width, height), [boxes, width, height]);
}

function useDrawn(tree: MapTree, boxes: Map<string, Box>, sight: ReadonlySet<string>): Drawn {
  const rates = useStore(ratesStore);
  const rehearsals = useStore(liveStore, ({ snapshot }) => snapshot?.rehearsals ?? NO_REHEARSALS);
  const traffic = useStore(liveStore, ({ snapshot }) => snapshot?.traffic);
  const inspected = useStore(mapViewStore, (state) => state.inspected);
  const [drawer] = useState(createDrawer);
  return useMemo(
    () => drawer({ tree, boxes, rates, rehearsals, traffic, inspected, sight }),
    [drawer, tree, boxes, rates, rehearsals, traffic, inspected, sight],
  );
}

/** Whether nobody has moved the map since it was placed. */
const isSameView = (now: Viewport, placed: Viewport | undefined): boolean =>
  placed !== undefined && now.x === placed.x && now.y === placed.y && now.zoom === placed.zoom;

/** The whole width in sight at first, after another search, and in a frame of another size until it is moved; a node that gets the focus is brought into sight. */
function useView(
  boxes: Map<string, Box>,
  frame: React.RefObject<HTMLDivElement | null>,
  shape: string,
  search: string,
): { reveal: (id: string) => void } {
  const flow = useReactFlow();
  const store = useStoreApi();
  const isEmpty = shape === '';
  const placed = useRef<Viewport>(undefined);
  const current = useRef(boxes);
  useEffect(() => {
    current.current = boxes;
  }, [boxes]);
  // A map that changes stays where it was put; anew for another search, and in a frame of another size.
  useEffect(() => {
    const node = frame.current;
    if (!node) return undefined;
    const place = (): void => {
      if (node.clientWidth === 0) return;
      placed.current = firstView([...current.current.values()], node.clientWidth, node.clientHeight);
      void flow.setViewport(placed.current);
    };
    place();
    const sized = new ResizeObserver(() => isSameView(flow.getViewport(), placed.current) && place());
    sized.observe(node);
    return () => sized.disconnect();
  }, [flow, frame, search, isEmpty]);
  const reveal = (id: string): void => {
    const box = boxes.get(id);
    const { width, height } = store.getState();
    if (box) void flow.setViewport(revealed(box, flow.getViewport(), width, height));
  };
  const inspected = useStore(mapViewStore, (state) => state.inspected);
  useEffect(() => {
    if (inspected !== undefined) reveal(inspected);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once for each choice, not for each figure
  }, [inspected]);
  return { reveal };
}
