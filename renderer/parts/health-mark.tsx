/** State by shape and word: filled circle, hollow circle, triangle, square, clock. */
import type { HealthStatus } from '../../shared/state.ts';

export const HEALTH_WORDS: Record<HealthStatus, string> = {
  healthy: 'Healthy',
  unknown: 'Unknown',
  degraded: 'Degraded',
  down: 'Down',
  draining: 'Draining',
};

/** The shape alone; the word stands beside it, so it is hidden from readers. */
export function HealthShape({ health }: { health: HealthStatus }) {
  return (
    <svg className={`shape state-${health}`} width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
      {SHAPES[health]}
    </svg>
  );
}

const SHAPES: Record<HealthStatus, React.ReactElement> = {
  healthy: <circle cx="6" cy="6" r="4.5" fill="currentColor" />,
  unknown: <circle cx="6" cy="6" r="3.75" fill="none" stroke="currentColor" strokeWidth="1.5" />,
  degraded: <path d="M6 1.2 11.4 10.8H.6Z" fill="currentColor" strokeLinejoin="round" />,
  down: <rect x="1.5" y="1.5" width="9" height="9" rx="1" fill="currentColor" />,
  draining: (
    <g fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round">
      <circle cx="6" cy="6" r="4.5" />
      <path d="M6 3.6V6l1.7 1.2" />
    </g>
  ),
};

/** A disabled thing keeps the hollow circle, and says so. */
export function HealthMark({ health, disabled = false }: { health: HealthStatus; disabled?: boolean }) {
  const shown = disabled ? 'unknown' : health;
  return (
    <span className={`health state-${shown}`}>
      <HealthShape health={shown} />
      <span className="health-word">{disabled ? 'Disabled' : HEALTH_WORDS[health]}</span>
    </span>
  );
}
