/** A state by shape and word, for what has words of its own. */
import { HealthShape } from './health-mark.tsx';
import type { HealthStatus } from '../../shared/state.ts';

export function StateMark({ shape, word }: { shape: HealthStatus; word: string }) {
  return (
    <span className={`health state-${shape}`}>
      <HealthShape health={shape} />
      <span className="health-word">{word}</span>
    </span>
  );
}
