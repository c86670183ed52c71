/** A listbox of fixed-height rows that renders only those in sight, however many there are. */
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { KeyboardEvent, ReactNode, RefObject } from 'react';

/** Rows beyond the edges, so that a fast scroll shows no blank. */
const OVERSCAN = 8;
/** Shown before the first measure. */
const FIRST_HEIGHT = 600;

export interface VirtualListProps<T> {
  label: string;
  items: readonly T[];
  rowHeight: number;
  keyOf: (item: T) => string | number;
  render: (item: T) => ReactNode;
  rowClass?: (item: T) => string;
  /** Index of the selected row; -1 for none. */
  selected: number;
  onSelect: (item: T) => void;
  /** Enter on the selected row. */
  onOpen?: () => void;
  /** The list keeps its end in sight while this is set. */
  stickToEnd?: boolean;
  /** Rows keep their elements while items run through them, which then hold no state: for lists that never rest. */
  reuseRows?: boolean;
  /** The person scrolled; tells whether the end is in sight. */
  onScrolled?: (atEnd: boolean) => void;
}

export function VirtualList<T>(props: VirtualListProps<T>) {
  const { items, rowHeight, selected, stickToEnd = false } = props;
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const height = useHeight(box);
  const first = Math.max(0, Math.floor(top / rowHeight) - OVERSCAN);
  const slots = Math.ceil(height / rowHeight) + 2 * OVERSCAN;
  const shown = items.slice(first, first + slots);

  const end = useStickToEnd(box, stickToEnd, items.length, height);
  useLayoutEffect(() => {
    if (box.current && selected >= 0 && !stickToEnd) reveal(box.current, selected * rowHeight, rowHeight);
  }, [selected, rowHeight, stickToEnd]);

  const onScroll = (): void => {
    const node = box.current;
    if (!node) return;
    setTop(node.scrollTop);
    // A box that just grew smaller is not at its end, though nobody moved it.
    const isUnmoved = stickToEnd && node.scrollTop >= end.current - 1;
    props.onScrolled?.(isUnmoved || node.scrollHeight - node.scrollTop - node.clientHeight < rowHeight);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const next =
      event.key === 'Enter'
        ? props.onOpen?.()
        : moveTo(event.key, selected, items.length, Math.floor(height / rowHeight));
    if (typeof next === 'number') props.onSelect(items[next]!);
    if (typeof next === 'number' || event.key === 'Enter') event.preventDefault();
  };
  const active = selected >= first && selected < first + shown.length ? rowId(props.label, selected) : undefined;
  return (
    <div
      ref={box}
      className="rows"
      role="listbox"
      tabIndex={0}
      aria-label={props.label}
      aria-activedescendant={active}
      onScroll={onScroll}
      onKeyDown={onKeyDown}
    >
      <div className="rows-inner" role="presentation" style={{ height: items.length * rowHeight }}>
        {shown.map((item, offset) => (
          <div
            key={props.reuseRows === true ? (first + offset) % slots : props.keyOf(item)}
            id={rowId(props.label, first + offset)}
            role="option"
            aria-selected={first + offset === selected}
            aria-setsize={items.length}
            aria-posinset={first + offset + 1}
            className={`row-line ${props.rowClass?.(item) ?? ''}`}
            style={{ transform: `translateY(${(first + offset) * rowHeight}px)`, height: rowHeight }}
            onClick={() => props.onSelect(item)}
          >
            {props.render(item)}
          </div>
        ))}
      </div>
    </div>
  );
}

const rowId = (label: string, index: number): string => `${label.toLowerCase().replaceAll(' ', '-')}-${index}`;

function useHeight(box: RefObject<HTMLDivElement | null>): number {
  const [height, setHeight] = useState(FIRST_HEIGHT);
  useEffect(() => {
    if (!box.current) return;
    const observer = new ResizeObserver(([entry]) => entry && setHeight(entry.contentRect.height));
    observer.observe(box.current);
    return () => observer.disconnect();
  }, [box]);
  return height;
}

/** A list that is full and runs on is at its end already: asking would lay it out once more. Gives where it was put. */
function useStickToEnd(
  box: RefObject<HTMLDivElement | null>,
  isOn: boolean,
  count: number,
  height: number,
): RefObject<number> {
  const end = useRef(Infinity);
  useLayoutEffect(() => {
    if (!isOn || !box.current) return;
    box.current.scrollTo(0, box.current.scrollHeight);
    end.current = box.current.scrollTop;
  }, [box, isOn, count, height]);
  return end;
}

function reveal(node: HTMLDivElement, top: number, rowHeight: number): void {
  if (top < node.scrollTop) node.scrollTop = top;
  else if (top + rowHeight > node.scrollTop + node.clientHeight) node.scrollTop = top + rowHeight - node.clientHeight;
}

/** The row a key leads to; undefined for keys that do not move. */
export function moveTo(key: string, from: number, count: number, page: number): number | undefined {
  if (count === 0) return undefined;
  const clamp = (index: number): number => Math.min(count - 1, Math.max(0, index));
  switch (key) {
    case 'ArrowDown':
    case 'j':
      return clamp(from + 1);
    case 'ArrowUp':
    case 'k':
      return from < 0 ? count - 1 : clamp(from - 1);
    case 'PageDown':
      return clamp(from + page);
    case 'PageUp':
      return clamp(from - page);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return undefined;
  }
}
