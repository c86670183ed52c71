/** Where the time of an exchange went, as bars on one scale. */
import { formatMs } from '../../parts/format.ts';
import type { Exchange } from '../../../shared/state.ts';

interface Phase {
  name: string;
  startMs: number;
  ms: number;
}

export function phasesOf({ durationMs, firstByteMs, queuedMs = 0, connectMs = 0 }: Exchange): Phase[] {
  const asked = queuedMs + connectMs;
  const first = firstByteMs ?? durationMs;
  return [
    { name: 'Before the backend', startMs: 0, ms: queuedMs },
    { name: 'Connect', startMs: queuedMs, ms: connectMs },
    { name: 'Wait for the answer', startMs: asked, ms: Math.max(0, first - asked) },
    { name: 'Receive', startMs: first, ms: Math.max(0, durationMs - first) },
  ];
}

export function Waterfall({ exchange }: { exchange: Exchange }) {
  const total = Math.max(exchange.durationMs, 0.001);
  return (
    <table className="waterfall" aria-label="Timing">
      <tbody>
        {phasesOf(exchange).map(({ name, startMs, ms }, index) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td className="num">{wordOf(exchange, index, ms)}</td>
            <td aria-hidden="true">
              <svg width="100%" height="8" preserveAspectRatio="none" viewBox="0 0 100 8">
                <rect className="waterfall-track" width="100" height="8" />
                <rect
                  className={`waterfall-bar waterfall-${index}`}
                  x={(startMs / total) * 100}
                  width={Math.max(ms > 0 ? 0.6 : 0, (ms / total) * 100)}
                  height="8"
                />
              </svg>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A kept connection needs no time, which is not the same as none measured. */
function wordOf({ backend, connectMs }: Exchange, index: number, ms: number): string {
  if (index === 1 && connectMs === undefined) return backend === undefined ? '–' : 'kept open';
  return ms === 0 ? '–' : formatMs(ms);
}
