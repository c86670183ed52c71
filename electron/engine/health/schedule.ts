/** A binary heap of what is due when: 100,000 probes wait on one timer, and any of them moves in a few steps. */

export interface Scheduled {
  /** On the clock of whoever schedules. */
  dueMs: number;
  /** Its place in the heap, kept by the schedule; -1 while it is not in it. */
  slot: number;
}

export class Schedule<T extends Scheduled> {
  private readonly heap: T[] = [];

  /** The one due first. */
  peek(): T | undefined {
    return this.heap[0];
  }

  /** Puts it in, or moves it to another time. */
  put(item: T, dueMs: number): void {
    const earlier = dueMs < item.dueMs;
    item.dueMs = dueMs;
    if (item.slot === -1) {
      item.slot = this.heap.push(item) - 1;
      this.rise(item);
    } else if (earlier) this.rise(item);
    else this.sink(item);
  }

  remove(item: T): void {
    if (item.slot === -1) return;
    const { slot } = item;
    const last = this.heap.pop();
    item.slot = -1;
    if (last === undefined || last === item) return;
    this.place(last, slot);
    this.rise(last);
    this.sink(last);
  }

  private rise(item: T): void {
    while (item.slot > 0) {
      const parent = this.heap[(item.slot - 1) >> 1];
      if (parent === undefined || parent.dueMs <= item.dueMs) return;
      this.swap(item, parent);
    }
  }

  private sink(item: T): void {
    for (;;) {
      const left = this.heap[item.slot * 2 + 1];
      if (left === undefined) return;
      const right = this.heap[item.slot * 2 + 2];
      const child = right !== undefined && right.dueMs < left.dueMs ? right : left;
      if (child.dueMs >= item.dueMs) return;
      this.swap(child, item);
    }
  }

  private swap(first: T, second: T): void {
    const { slot } = first;
    this.place(first, second.slot);
    this.place(second, slot);
  }

  private place(item: T, slot: number): void {
    this.heap[slot] = item;
    item.slot = slot;
  }
}
