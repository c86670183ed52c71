/** What an apply left behind: listeners whose requests are still under way, middlewares those requests know. */
import type { Listener } from './binding.ts';
import type { Middleware } from './generation.ts';

/** Requests under way on what is gone get this long. */
const DRAIN_MS = 30_000;

export class Draining {
  readonly #listeners = new Set<Listener>();
  readonly #middlewares = new Map<Middleware, NodeJS.Timeout>();

  /** Stops accepting at once; nothing is waited for. */
  addListener(listener: Listener): void {
    this.#listeners.add(listener);
    void listener.close(DRAIN_MS).then(() => this.#listeners.delete(listener));
  }

  /** Ends when the requests that knew it have. */
  addMiddleware(middleware: Middleware): void {
    const timer = setTimeout(() => this.#end(middleware), DRAIN_MS).unref();
    this.#middlewares.set(middleware, timer);
  }

  #end(middleware: Middleware): void {
    clearTimeout(this.#middlewares.get(middleware));
    if (this.#middlewares.delete(middleware)) middleware.close?.();
  }

  /** Ends when all of it has, at the latest at the deadline. */
  async finish(deadlineMs: number): Promise<void> {
    await Promise.all([...this.#listeners].map((listener) => listener.close(deadlineMs)));
    for (const middleware of [...this.#middlewares.keys()]) this.#end(middleware);
  }
}
