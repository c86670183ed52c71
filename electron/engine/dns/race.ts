/** Upstreams asked one after the other, none waiting long for one that hangs; the first good answer counts. */
import { upstreamName, type Upstream } from './resolvers.ts';
import { RCODE, rcodeOf } from './wire.ts';

/** An upstream gets this long before the next one is asked too. */
const HEAD_START_MS = 400;

/** What an upstream says that cannot or will not answer; another one may. */
const IS_NO_ANSWER = new Set<number>([RCODE.SERVFAIL, RCODE.NOTIMP, RCODE.REFUSED]);

export interface RaceDeps {
  ask: (upstream: Upstream, signal: AbortSignal) => Promise<Buffer>;
  /** It failed, or was still silent when a later one answered. */
  onFailed: (upstream: Upstream) => void;
  onAnswered: (upstream: Upstream) => void;
  /** Ends the race without an answer. */
  closing: AbortSignal;
}

export interface Won {
  message: Buffer;
  upstream: string;
}

/** Rejects with what went wrong at each of them. */
export function race(upstreams: readonly Upstream[], deps: RaceDeps): Promise<Won> {
  return new Promise((resolve, reject) => {
    const given = new AbortController();
    const silent = new Set<Upstream>();
    const failures: string[] = [];
    let second: Won | undefined;
    let next = 0;
    let timer: NodeJS.Timeout | undefined;

    const end = (act: () => void): void => {
      clearTimeout(timer);
      deps.closing.removeEventListener('abort', stop);
      act();
      given.abort();
    };
    const stop = (): void => end(() => reject(new Error('closed')));
    const win = (upstream: Upstream, message: Buffer): void => {
      deps.onAnswered(upstream);
      for (const other of silent) if (upstreams.indexOf(other) < upstreams.indexOf(upstream)) deps.onFailed(other);
      end(() => resolve({ message, upstream: upstreamName(upstream) }));
    };
    const lose = (upstream: Upstream, why: string): void => {
      failures.push(`${upstreamName(upstream)}: ${why}`);
      deps.onFailed(upstream);
      askNext();
    };
    const finish = (): void => {
      const fallback = second;
      if (fallback !== undefined) end(() => resolve(fallback));
      else end(() => reject(new Error(failures.join('; ') || 'there is no upstream')));
    };
    const settle = async (upstream: Upstream): Promise<void> => {
      silent.add(upstream);
      try {
        const message = await deps.ask(upstream, given.signal);
        silent.delete(upstream);
        if (given.signal.aborted) return;
        if (!IS_NO_ANSWER.has(rcodeOf(message))) return win(upstream, message);
        second ??= { message, upstream: upstreamName(upstream) };
        askNext();
      } catch (error) {
        silent.delete(upstream);
        if (!given.signal.aborted) lose(upstream, (error as Error).message);
      }
    };
    const askNext = (): void => {
      clearTimeout(timer);
      const upstream = upstreams[next];
      if (upstream === undefined) {
        if (silent.size === 0) finish();
        return;
      }
      next++;
      timer = setTimeout(askNext, HEAD_START_MS);
      void settle(upstream);
    };
    deps.closing.addEventListener('abort', stop);
    if (deps.closing.aborted) stop();
    else askNext();
  });
}
