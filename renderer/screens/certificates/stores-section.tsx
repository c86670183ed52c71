/** The trust matrix: one row a store, its state, and one button that changes it. */
import { useState } from 'react';
import { Section } from '../../parts/page.tsx';
import { PlanButton } from '../../parts/plan-button.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { Empty, Failed, Loading } from '../../parts/states.tsx';
import { trustChange } from '../../store/planned.ts';
import type { Loaded } from '../../store/use-answer.ts';
import type { HealthStatus } from '../../../shared/state.ts';
import type { TrustReport, TrustResult, TrustState, TrustStoreState } from '../../../shared/trust.ts';

const MARKS: Record<TrustState, { shape: HealthStatus; word: string }> = {
  trusted: { shape: 'healthy', word: 'Trusted' },
  notTrusted: { shape: 'degraded', word: 'Not trusted' },
  otherRoot: { shape: 'degraded', word: 'Former root' },
  unavailable: { shape: 'unknown', word: 'Not here' },
};

interface StoresSectionProps {
  trust: Loaded<TrustReport>;
  onRetry: () => void;
  onChanged: () => void;
}

export function StoresSection({ trust, onRetry, onChanged }: StoresSectionProps) {
  /** By store, what the last handshake after a change showed. */
  const [verified, setVerified] = useState<Record<string, boolean>>({});
  const note = (results: readonly TrustResult[]): void => {
    const seen = results.flatMap(({ id, isVerified }) => (isVerified === undefined ? [] : [[id, isVerified] as const]));
    setVerified((before) => ({ ...before, ...Object.fromEntries(seen) }));
  };
  const stores = trust.phase === 'ready' ? trust.value.stores : [];
  const lacking = stores.filter(({ state }) => state === 'notTrusted' || state === 'otherRoot');
  return (
    <Section
      title="Stores"
      lead="Each store stands alone, and can be changed alone."
      actions={
        lacking.length > 1 && (
          <PlanButton change={trustChange('install', undefined, note)} look="accent" onDone={onChanged} />
        )
      }
    >
      {trust.phase === 'loading' && <Loading what="Asking the stores" />}
      {trust.phase === 'failed' && <Failed problems={trust.problems} onRetry={onRetry} />}
      {trust.phase === 'ready' && stores.length === 0 && <Empty title="No store is on this machine" />}
      {stores.length > 0 && <Matrix stores={stores} verified={verified} note={note} onChanged={onChanged} />}
    </Section>
  );
}

interface MatrixProps {
  stores: readonly TrustStoreState[];
  verified: Record<string, boolean>;
  note: (results: readonly TrustResult[]) => void;
  onChanged: () => void;
}

function Matrix({ stores, verified, note, onChanged }: MatrixProps) {
  return (
    <table className="sheet">
      <thead>
        <tr>
          <th className="fit">State</th>
          <th>Store</th>
          <th>
            <span className="hidden">Change</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {stores.map((store) => (
          <tr key={store.id}>
            <td className="fit">
              <StateMark {...MARKS[store.state]} />
            </td>
            <td className="wrap">
              {store.name}
              <small>
                {store.detail} {store.fix}
                {store.state === 'trusted' && verdict(verified[store.id])}
              </small>
            </td>
            <td className="end">
              {store.state !== 'unavailable' && (
                <PlanButton
                  change={trustChange(store.state === 'trusted' ? 'remove' : 'install', store.id, note)}
                  about={store.name}
                  onDone={onChanged}
                />
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function verdict(isVerified: boolean | undefined): string {
  if (isVerified === undefined) return '';
  return isVerified ? ' A real handshake was believed.' : ' A real handshake was not believed.';
}
