/** The foot of the window: listeners, traffic of the last second, and the count of problems. */
import { useStore } from 'zustand';
import { useShallow } from 'zustand/react/shallow';
import { TriangleAlert } from 'lucide-react';
import { DoctorCount } from './doctor-count.tsx';
import { formatMs, formatRate, plural } from './format.ts';
import { allProblems } from './problems-banner.tsx';
import { liveStore } from '../store/live.ts';
import { setView, viewStore } from '../store/view.ts';
import type { Problem } from '../../shared/problem.ts';
import type { ListenerState } from '../../shared/state.ts';

export function StatusBar() {
  const listeners = useStore(
    liveStore,
    useShallow((state) => state.snapshot?.listeners ?? []),
  );
  const traffic = useStore(liveStore, (state) => state.snapshot?.traffic);
  const version = useStore(liveStore, (state) => state.snapshot?.version);
  return (
    <footer className="status-bar">
      <span className="status-listeners" aria-label="Listeners">
        {portsOf(listeners).map(({ label, failed, where }) => (
          <span key={label} className={`mono ${failed ? 'state-down' : ''}`} title={where}>
            {label}
            {failed && ' failed'}
          </span>
        ))}
        {listeners.length === 0 && <span className="muted">no listener</span>}
      </span>
      {traffic && (
        <>
          <Figure label="requests/s" value={formatRate(traffic.requestsPerSecond)} />
          <Figure label="p50" value={traffic.requestsPerSecond > 0 ? formatMs(traffic.p50Ms) : '–'} />
          <Figure label="p99" value={traffic.requestsPerSecond > 0 ? formatMs(traffic.p99Ms) : '–'} />
        </>
      )}
      <span className="grow" />
      <DoctorCount />
      <ProblemCount />
      <span className="muted status-version">{version}</span>
    </footer>
  );
}

function Figure({ label, value }: { label: string; value: string }) {
  return (
    <span className="figure">
      <span className="muted">{label}</span> <span className="num">{value}</span>
    </span>
  );
}

function ProblemCount() {
  const { count, errors } = useStore(
    liveStore,
    useShallow(({ snapshot }) => countOf(allProblems(snapshot))),
  );
  const shown = useStore(viewStore, (state) => state.problemsShown);
  if (count === 0) return null;
  return (
    <button
      type="button"
      className={`count-link ${errors > 0 ? 'state-down' : 'state-degraded'}`}
      aria-pressed={shown ?? false}
      onClick={() => setView({ problemsShown: !(shown ?? false) })}
    >
      <TriangleAlert size={12} aria-hidden /> {plural(count, errors > 0 ? 'problem' : 'warning')}
    </button>
  );
}

const countOf = (problems: readonly Problem[]): { count: number; errors: number } => ({
  count: problems.length,
  errors: problems.filter(({ severity }) => severity === 'error').length,
});

/** Both loopback addresses of one port are one entry, `:8080`; a port opened to the LAN shows its address. */
export function portsOf(listeners: readonly ListenerState[]): { label: string; failed: boolean; where: string }[] {
  const ports = new Map<string, { label: string; failed: boolean; where: string }>();
  for (const listener of listeners) {
    const isLoopback = listener.address === '127.0.0.1' || listener.address === '::1';
    const label = isLoopback ? `:${listener.port}` : `${listener.address}:${listener.port}`;
    const known = ports.get(label);
    const where = `${listener.kind} on ${listener.address}`;
    ports.set(label, {
      label,
      failed: (known?.failed ?? false) || listener.problem !== undefined,
      where: known ? `${known.where}, ${listener.address}` : where,
    });
  }
  return [...ports.values()];
}
