/** Dragging a dev server onto a pool of the map. */
import { useState, type ReactNode } from 'react';
import {
  DndContext,
  DragOverlay,
  MeasuringStrategy,
  PointerSensor,
  pointerWithin,
  useSensor,
  useSensors,
  type DragEndEvent,
} from '@dnd-kit/core';
import { addToPool } from '../../store/map-changes.ts';
import { CardText } from './server-tray.tsx';
import type { MapItem } from './graph.ts';
import type { DevServer } from '../../../shared/discovery.ts';

/** Less is a click. */
const DRAG_PX = 4;
/** The map may be moved and sized while something is dragged. */
const MEASURING = { droppable: { strategy: MeasuringStrategy.Always } };
/** The keyboard has a menu of its own; nothing has to be said of keys that do not drag. */
const SILENT = {
  screenReaderInstructions: { draggable: '' },
  announcements: {
    onDragStart: () => undefined,
    onDragOver: () => undefined,
    onDragEnd: () => undefined,
    onDragCancel: () => undefined,
  },
};

export function DragArea({ children }: { children: ReactNode }) {
  const [server, setServer] = useState<DevServer>();
  const sensors = useSensors(useSensor(PointerSensor, { activationConstraint: { distance: DRAG_PX } }));
  const drop = ({ active, over }: DragEndEvent): void => {
    setServer(undefined);
    const dragged = active.data.current?.['server'] as DevServer | undefined;
    const item = over?.data.current?.['item'] as MapItem | undefined;
    if (dragged && item?.thing.kind === 'pool') void addToPool(item.thing, dragged.url);
  };
  return (
    <DndContext
      sensors={sensors}
      collisionDetection={pointerWithin}
      measuring={MEASURING}
      accessibility={SILENT}
      autoScroll={false}
      onDragStart={({ active }) => setServer(active.data.current?.['server'] as DevServer | undefined)}
      onDragCancel={() => setServer(undefined)}
      onDragEnd={drop}
    >
      {children}
      <DragOverlay dropAnimation={null}>
        {server && (
          <div className="server-card is-carried">
            <CardText server={server} />
          </div>
        )}
      </DragOverlay>
    </DndContext>
  );
}
