/** How the operating system finds our names, way by way, and the buttons that change it. */
import { plural } from '../../parts/format.ts';
import { Notes } from '../../parts/notes.tsx';
import { Section } from '../../parts/page.tsx';
import { PlanButton } from '../../parts/plan-button.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { Failed, Loading } from '../../parts/states.tsx';
import { namesNotes } from '../../store/names-notes.ts';
import { namesChange } from '../../store/planned.ts';
import type { Loaded } from '../../store/use-answer.ts';
import type { HealthStatus } from '../../../shared/state.ts';
import type { NamesMethodStatus, NamesState, SystemNamesStatus } from '../../../shared/system-names.ts';

interface SystemSectionProps {
  status: Loaded<SystemNamesStatus>;
  onRetry: () => void;
  onChanged: () => void;
}

const MARKS: Record<NamesState, { shape: HealthStatus; word: string }> = {
  active: { shape: 'healthy', word: 'In place' },
  stale: { shape: 'degraded', word: 'Out of date' },
  inactive: { shape: 'unknown', word: 'Not told' },
  unavailable: { shape: 'unknown', word: 'Not here' },
};

export function SystemSection({ status, onRetry, onChanged }: SystemSectionProps) {
  const isInstalled =
    status.phase === 'ready' && status.value.methods.some(({ state }) => state === 'active' || state === 'stale');
  const { notes, hasReason } = namesNotes(status.phase === 'ready' ? status.value.problems : []);
  return (
    <Section
      title="This system"
      lead={status.phase === 'ready' && !hasReason ? status.value.choice.because : undefined}
      actions={
        <>
          {isInstalled && <PlanButton change={namesChange('remove')} about="names" onDone={onChanged} />}
          <PlanButton change={namesChange('install')} look="accent" onDone={onChanged} />
        </>
      }
    >
      {status.phase === 'loading' && <Loading what="Asking this system" />}
      {status.phase === 'failed' && <Failed problems={status.problems} onRetry={onRetry} />}
      {status.phase === 'ready' && (
        <>
          <Notes problems={notes} />
          <Methods status={status.value} />
        </>
      )}
    </Section>
  );
}

function Methods({ status: { methods, choice } }: { status: SystemNamesStatus }) {
  const isChosen = ({ id }: NamesMethodStatus): boolean => choice.methods.includes(id);
  const ordered = [...methods].sort((a, b) => Number(isChosen(b)) - Number(isChosen(a)));
  const isHere = (method: NamesMethodStatus): boolean => method.state !== 'unavailable' || isChosen(method);
  const others = ordered.filter((method) => !isHere(method));
  return (
    <>
      <MethodTable methods={ordered.filter(isHere)} isChosen={isChosen} />
      {others.length > 0 && (
        <details className="more">
          <summary>{plural(others.length, 'other way')} that this machine lacks</summary>
          <MethodTable methods={others} isChosen={isChosen} />
        </details>
      )}
    </>
  );
}

interface MethodTableProps {
  methods: readonly NamesMethodStatus[];
  isChosen: (method: NamesMethodStatus) => boolean;
}

function MethodTable({ methods, isChosen }: MethodTableProps) {
  return (
    <table className="sheet">
      <thead>
        <tr>
          <th className="fit">State</th>
          <th className="fit">Way</th>
          <th>About</th>
        </tr>
      </thead>
      <tbody>
        {methods.map((method) => (
          <tr key={method.id} className={method.state === 'unavailable' ? 'muted' : ''}>
            <td className="fit">
              <StateMark {...MARKS[method.state]} />
            </td>
            <td className="fit">
              {method.name} {isChosen(method) && <span className="tag">chosen</span>}
            </td>
            <td className="wrap muted">{method.reason}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
