/** A clock that a test moves by hand, with the timers that wait on it. */

interface Timer {
  atMs: number;
  act: () => void;
}

export class FakeClock {
  private readonly timers = new Set<Timer>();

  constructor(private nowMs = 1_000_000) {}

  readonly now = (): number => this.nowMs;

  readonly setTimer = (act: () => void, delayMs: number): unknown => {
    const timer = { atMs: this.nowMs + delayMs, act };
    this.timers.add(timer);
    return timer;
  };

  readonly clearTimer = (timer: unknown): void => void this.timers.delete(timer as Timer);

  get timerCount(): number {
    return this.timers.size;
  }

  /** Moves on, each timer firing at its time. */
  advance(ms: number): void {
    const untilMs = this.nowMs + ms;
    for (let next = this.first(untilMs); next !== undefined; next = this.first(untilMs)) {
      this.timers.delete(next);
      this.nowMs = Math.max(this.nowMs, next.atMs);
      next.act();
    }
    this.nowMs = untilMs;
  }

  /** As when the machine sleeps or somebody sets the clock: the time is another, and timers fire only now. */
  jump(ms: number): void {
    this.nowMs += ms;
    for (const timer of [...this.timers]) if (this.timers.delete(timer)) timer.act();
  }

  private first(untilMs: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.timers)
      if (timer.atMs <= untilMs && (first === undefined || timer.atMs < first.atMs)) first = timer;
    return first;
  }
}
