/** The ledger: what Mogoly changed outside its folder, newest first, each with its undo. */
import { Section } from '../../parts/page.tsx';
import { PlanButton } from '../../parts/plan-button.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { Empty, Failed, Loading } from '../../parts/states.tsx';
import { undoChange } from '../../store/planned.ts';
import type { Loaded } from '../../store/use-answer.ts';
import type { HealthStatus } from '../../../shared/state.ts';
import type { ChangeState, SystemChange } from '../../../shared/system-change.ts';

interface ChangesSectionProps {
  changes: Loaded<SystemChange[]>;
  onRetry: () => void;
  onChanged: () => void;
}

const MARKS: Record<ChangeState, { shape: HealthStatus; word: string }> = {
  done: { shape: 'healthy', word: 'Made' },
  intended: { shape: 'degraded', word: 'Begun' },
  undone: { shape: 'unknown', word: 'Undone' },
};
const when = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short', hourCycle: 'h23' });

export function ChangesSection({ changes, onRetry, onChanged }: ChangesSectionProps) {
  return (
    <Section
      title="Changes to this system"
      lead="Everything made outside Mogoly’s own folder, with what takes it back."
    >
      {changes.phase === 'loading' && <Loading what="Reading the ledger" />}
      {changes.phase === 'failed' && <Failed problems={changes.problems} onRetry={onRetry} />}
      {changes.phase === 'ready' && changes.value.length === 0 && (
        <Empty title="Nothing was changed">
          <p className="muted">Names and trust that you install are listed here, and can be undone one by one.</p>
        </Empty>
      )}
      {changes.phase === 'ready' && changes.value.length > 0 && (
        <Changes changes={[...changes.value].reverse()} onChanged={onChanged} />
      )}
    </Section>
  );
}

function Changes({ changes, onChanged }: { changes: readonly SystemChange[]; onChanged: () => void }) {
  return (
    <table className="sheet">
      <thead>
        <tr>
          <th className="fit">State</th>
          <th>Change</th>
          <th className="fit wide">When</th>
          <th>
            <span className="hidden">Undo</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {changes.map((change) => (
          <tr key={change.id} className={change.state === 'undone' ? 'muted' : ''}>
            <td className="fit">
              <StateMark {...MARKS[change.state]} />
            </td>
            <td className="wrap">
              {change.step.title}
              {change.step.writes.length > 0 && <small className="mono">{change.step.writes.join(', ')}</small>}
            </td>
            <td className="fit muted wide">{when.format(change.at)}</td>
            <td className="end">
              {change.state !== 'undone' && change.step.undo.length > 0 && (
                <PlanButton change={undoChange(change)} about={change.step.title} onDone={onChanged} />
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
