/** Hands out what is due on one timer: a burst at once, then a steady pace, and everything after the machine slept. */
import { Schedule } from './schedule.ts';
import type { Scheduled } from './schedule.ts';

/** The clock and timers; a test passes its own. */
export interface Clock {
  /** Milliseconds since 1970: it goes on while the machine sleeps, which is how a sleep is noticed. */
  now: () => number;
  setTimer: (act: () => void, delayMs: number) => unknown;
  clearTimer: (timer: unknown) => void;
}

export interface PacerOptions<T> {
  clock: Clock;
  /** Does what is due; it is out of the schedule by then. */
  onDue: (item: T, nowMs: number) => void;
  /** The clock jumped, or the machine slept. */
  onJump: (nowMs: number) => void;
  /** True while no more can be begun; pump() is called when that ends. */
  isBusy: () => boolean;
}

/** Handed out at once, so that an ordinary config is probed in one go. */
const BURST = 64;
/** Then so many a second, a few percent of a core: 3,000 backends fit in a round of 30 s, more make the rounds longer. */
const PER_SECOND = 100;
/** Handed out in one turn of the event loop, which they hold for a few milliseconds. */
const PER_TURN = 16;
/** A timer this late means that the machine slept or the clock was set. */
const JUMP_MS = 5_000;
/** The timer fires at least this often, so that a sleep is noticed soon. */
const HEARTBEAT_MS = 5_000;

export class Pacer<T extends Scheduled> {
  private readonly schedule = new Schedule<T>();
  private timer: unknown;
  private timerDueMs = Infinity;
  private timerSetMs = 0;
  private tokens = BURST;
  private refilledMs: number;
  private paused = false;

  constructor(private readonly options: PacerOptions<T>) {
    this.refilledMs = options.clock.now();
  }

  put(item: T, dueMs: number): void {
    this.schedule.put(item, dueMs);
    if (this.schedule.peek() === item) this.arm();
  }

  remove(item: T): void {
    this.schedule.remove(item);
  }

  pause(): void {
    this.paused = true;
    this.disarm();
  }

  resume(): void {
    this.paused = false;
    this.arm();
  }

  /** Begins what is due now, as far as pace and room allow. */
  pump(): void {
    if (this.paused) return;
    const nowMs = this.options.clock.now();
    this.refill(nowMs);
    for (let begun = 0; begun < PER_TURN && this.tokens >= 1 && !this.options.isBusy(); begun++) {
      const item = this.schedule.peek();
      if (item === undefined || item.dueMs > nowMs) break;
      this.tokens--;
      this.schedule.remove(item);
      this.options.onDue(item, nowMs);
    }
    this.arm();
  }

  private refill(nowMs: number): void {
    const earned = (Math.max(0, nowMs - this.refilledMs) / 1_000) * PER_SECOND;
    this.tokens = Math.min(BURST, this.tokens + earned);
    this.refilledMs = nowMs;
  }

  /** One timer for the head of the schedule; while busy only the heartbeat, for pump() will be called. */
  private arm(): void {
    const head = this.schedule.peek();
    if (this.paused || head === undefined) return;
    const nowMs = this.options.clock.now();
    const paceMs = this.tokens >= 1 ? 0 : Math.ceil(((1 - this.tokens) / PER_SECOND) * 1_000);
    const waitMs = this.options.isBusy() ? HEARTBEAT_MS : Math.max(paceMs, head.dueMs - nowMs);
    const dueMs = nowMs + Math.min(waitMs, HEARTBEAT_MS);
    if (this.timer !== undefined && (this.timerDueMs <= dueMs || nowMs < this.timerSetMs)) return;
    this.disarm();
    this.timerDueMs = dueMs;
    this.timerSetMs = nowMs;
    this.timer = this.options.clock.setTimer(() => this.fire(), dueMs - nowMs);
  }

  private disarm(): void {
    if (this.timer !== undefined) this.options.clock.clearTimer(this.timer);
    this.timer = undefined;
  }

  private fire(): void {
    this.timer = undefined;
    const nowMs = this.options.clock.now();
    if (nowMs - this.timerDueMs > JUMP_MS || nowMs < this.timerSetMs) this.options.onJump(nowMs);
    this.pump();
  }
}
