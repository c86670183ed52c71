/** The update of the app, read when a screen shows it, and again and again while something may come of a step. */
import { useEffect, useState } from 'react';
import { bridge } from '../bridge.ts';
import { showProblems } from './toasts.ts';
import type { UpdatePhase, UpdateState, UpdateStep } from '../../shared/update.ts';

/** Often enough for a bar that moves. */
const POLL_MS = 300;
const MOVING: readonly (UpdatePhase | undefined)[] = ['checking', 'downloading', 'ready'];

export function useUpdate(): [UpdateState | undefined, (step: UpdateStep) => void] {
  const [state, setState] = useState<UpdateState>();
  const isMoving = MOVING.includes(state?.phase);
  useEffect(() => {
    let isOver = false;
    const read = (): void =>
      void bridge.callApp('app.getUpdate', {}).then((answer) => {
        if (!isOver && answer.ok) setState(answer.value ?? undefined);
      });
    read();
    const timer = isMoving ? window.setInterval(read, POLL_MS) : undefined;
    return () => {
      isOver = true;
      window.clearInterval(timer);
    };
  }, [isMoving]);
  const step = (next: UpdateStep): void =>
    void bridge.callApp('app.update', { step: next }).then((answer) => {
      if (answer.ok) setState(answer.value ?? undefined);
      else showProblems(answer.problems);
    });
  return [state, step];
}
