/** A list whose items are moved: dragged, lifted with Space and the arrows, or at once with Alt and an arrow. */
import { createContext, useContext } from 'react';
import {
  DndContext,
  KeyboardSensor,
  PointerSensor,
  closestCenter,
  useSensor,
  useSensors,
  type Active,
  type Announcements,
  type DragEndEvent,
  type Over,
} from '@dnd-kit/core';
import {
  SortableContext,
  sortableKeyboardCoordinates,
  useSortable,
  verticalListSortingStrategy,
} from '@dnd-kit/sortable';
import { GripVertical } from 'lucide-react';
import type { CSSProperties, KeyboardEvent, ReactNode } from 'react';

interface SortableListProps {
  /** One for each item, in order. */
  ids: readonly string[];
  onMove: (from: number, to: number) => void;
  children: ReactNode;
}

const ListContext = createContext<Pick<SortableListProps, 'ids' | 'onMove'>>({ ids: [], onMove: () => undefined });

/** A press that moves less is a click. */
const DRAG_PX = 4;

const LIFTING = 'Space lifts it, the arrows move it, Space puts it down, and Escape leaves it where it was.';

/** Read aloud: names and places, never the ids of our own. */
function announcementsOf(ids: readonly string[]): Announcements {
  const name = ({ id, data }: Active): string => String(data.current?.['label'] ?? id);
  const place = (over: Over | null): string => `place ${ids.indexOf(String(over?.id)) + 1} of ${ids.length}`;
  return {
    onDragStart: ({ active }) => `${name(active)} is lifted.`,
    onDragOver: ({ active, over }) => (over ? `${name(active)} is over ${place(over)}.` : undefined),
    onDragEnd: ({ active, over }) =>
      over ? `${name(active)} is put down at ${place(over)}.` : `${name(active)} stays where it was.`,
    onDragCancel: ({ active }) => `${name(active)} stays where it was.`,
  };
}

/** Adds no element of its own, so that it may stand in a table. */
export function SortableList({ ids, onMove, children }: SortableListProps) {
  const sensors = useSensors(
    useSensor(PointerSensor, { activationConstraint: { distance: DRAG_PX } }),
    useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }),
  );
  const end = ({ active, over }: DragEndEvent): void => {
    if (over && active.id !== over.id) onMove(ids.indexOf(String(active.id)), ids.indexOf(String(over.id)));
  };
  return (
    <ListContext.Provider value={{ ids, onMove }}>
      <DndContext
        sensors={sensors}
        collisionDetection={closestCenter}
        onDragEnd={end}
        accessibility={{
          container: document.body,
          screenReaderInstructions: { draggable: LIFTING },
          announcements: announcementsOf(ids),
        }}
      >
        <SortableContext items={[...ids]} strategy={verticalListSortingStrategy}>
          {children}
        </SortableContext>
      </DndContext>
    </ListContext.Provider>
  );
}

export interface SortableItem {
  /** The ref of its element. */
  attach: (node: HTMLElement | null) => void;
  style: CSSProperties;
  isDragging: boolean;
  handle: ReactNode;
}

/** `label`: what the item is called, for the name of its handle. */
export function useSortableItem(id: string, label: string): SortableItem {
  const { ids, onMove } = useContext(ListContext);
  const { attributes, listeners, setNodeRef, transform, transition, isDragging } = useSortable({
    id,
    data: { label },
  });
  const at = ids.indexOf(id);
  const press = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0;
    const to = at + step;
    if (!event.altKey || step === 0) return void listeners?.['onKeyDown']?.(event);
    event.preventDefault();
    if (to >= 0 && to < ids.length) onMove(at, to);
  };
  return {
    attach: setNodeRef,
    style: transform ? { transform: `translateY(${Math.round(transform.y)}px)`, transition } : {},
    isDragging,
    handle: (
      <button
        type="button"
        className="handle"
        {...attributes}
        {...listeners}
        onKeyDown={press}
        aria-label={`Move ${label}`}
        title={`Move ${label}: drag, or Alt with an arrow`}
      >
        <GripVertical size={14} aria-hidden />
      </button>
    ),
  };
}
