/** Runs the middlewares of a route around an exchange: requests first to last, responses last to first. */
import type { Transform } from 'node:stream';
import type { AbortReply, LocalReply, Middleware, MiddlewareRequest, MiddlewareResponse } from '../generation.ts';

export type Verdict = LocalReply | AbortReply | undefined;

export class Chain {
  readonly request: MiddlewareRequest;
  readonly #middlewares: readonly Middleware[];
  /** Those whose onRequest ran; only they see the response. */
  #entered = 0;

  constructor(middlewares: readonly Middleware[], request: MiddlewareRequest) {
    this.#middlewares = middlewares;
    this.request = request;
  }

  /** The first reply ends it; it answers at once when no middleware has to wait. */
  run(): Verdict | Promise<Verdict> {
    while (this.#entered < this.#middlewares.length) {
      const verdict = this.#middlewares[this.#entered++]!.onRequest?.(this.request);
      if (verdict instanceof Promise) return verdict.then((settled) => settled ?? this.run());
      if (verdict !== undefined) return verdict;
    }
    return undefined;
  }

  onResponse(response: MiddlewareResponse): void {
    for (let i = this.#entered - 1; i >= 0; i--) this.#middlewares[i]!.onResponse?.(response, this.request);
  }

  /** Innermost first: the order in which the body passes them. */
  transforms(response: MiddlewareResponse): Transform[] {
    const streams: Transform[] = [];
    for (let i = this.#entered - 1; i >= 0; i--) {
      const stream = this.#middlewares[i]!.transformBody?.(response, this.request);
      if (stream !== undefined) streams.push(stream);
    }
    return streams;
  }

  onEnd(result: Parameters<NonNullable<Middleware['onEnd']>>[0]): void {
    for (let i = this.#entered - 1; i >= 0; i--) this.#middlewares[i]!.onEnd?.(result, this.request);
  }
}
