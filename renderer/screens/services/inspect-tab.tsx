/** What Docker says of the container: facts, and its environment with passwords as dots. */
import { useEffect } from 'react';
import { Failed, Loading } from '../../parts/states.tsx';
import { useAnswer } from '../../store/use-answer.ts';
import type { ServiceState } from '../../../shared/service.ts';

export function InspectTab({ service: { name, container, status } }: { service: ServiceState }) {
  const { state, reload } = useAnswer('services.inspect', { name });
  useEffect(() => reload(), [container, status, reload]);
  if (state.phase === 'loading') return <Loading what="Asking Docker" />;
  if (state.phase === 'failed') return <Failed problems={state.problems} onRetry={reload} />;
  const { facts, environment } = state.value;
  return (
    <div className="inspect">
      <h2>Container</h2>
      <FactList entries={facts.map(({ label, value }) => [label, value])} label="Container" />
      <h2>Environment</h2>
      {environment.length === 0 ? (
        <p className="muted">None.</p>
      ) : (
        <FactList entries={environment.map((each) => [each.name, each.value])} label="Environment" isCode />
      )}
    </div>
  );
}

interface FactListProps {
  entries: readonly (readonly [string, string])[];
  label: string;
  /** The names are written by machines too. */
  isCode?: boolean;
}

function FactList({ entries, label, isCode = false }: FactListProps) {
  return (
    <dl className="service-facts" aria-label={label}>
      {entries.map(([name, value]) => (
        <div key={name}>
          <dt className={isCode ? 'mono' : ''}>{name}</dt>
          <dd className="mono">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
