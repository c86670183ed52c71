/** What a screen reads once by a command: being read, read, or refused; read again on demand. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { bridge } from '../bridge.ts';
import type { Problem } from '../../shared/problem.ts';
import type { CommandName, Reply, Request } from '../../shared/protocol.ts';
import { isSameValue } from '../../shared/same-value.ts';

export type Loaded<T> =
  { phase: 'loading' } | { phase: 'ready'; value: T } | { phase: 'failed'; problems: readonly Problem[] };

export interface Answered<T> {
  state: Loaded<T>;
  /** Asks again; what is shown stays until the answer is there. */
  reload: () => void;
  /** Shows what another command answered with. */
  put: (value: T) => void;
}

/** Asks when the screen is shown and whenever `request` changes (by value); an older answer never replaces a newer one. */
export function useAnswer<K extends CommandName>(name: K, request?: Request<K>): Answered<Reply<K>> {
  const [state, setState] = useState<Loaded<Reply<K>>>({ phase: 'loading' });
  const asked = useRef(0);
  const key = JSON.stringify(request ?? {});
  const reload = useCallback(() => {
    const turn = (asked.current += 1);
    void bridge.call(name, JSON.parse(key) as Request<K>).then((answer) => {
      if (turn !== asked.current) return;
      const next: Loaded<Reply<K>> = answer.ok
        ? { phase: 'ready', value: answer.value }
        : { phase: 'failed', problems: answer.problems };
      // Most looks find nothing new: then nothing is drawn either.
      setState((shown) => (isSameValue(shown, next) ? shown : next));
    });
  }, [name, key]);
  useEffect(() => {
    reload();
    return () => void (asked.current += 1); // what is still under way is of no use then
  }, [reload]);
  const put = useCallback((value: Reply<K>) => {
    asked.current += 1;
    setState({ phase: 'ready', value });
  }, []);
  return { state, reload, put };
}
