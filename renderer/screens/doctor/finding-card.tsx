/** One thing that is wrong: what, why it matters, the line that mends it, and the button where there is one. */
import { CopyLine } from '../../parts/copy-line.tsx';
import { PlanButton } from '../../parts/plan-button.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { runDoctor } from '../../store/doctor.ts';
import { remedyChange } from '../../store/planned.ts';
import type { Finding, Remedy } from '../../../shared/doctor.ts';

export function FindingCard({ finding: { status, title, message, remedy } }: { finding: Finding }) {
  return (
    <li className={`finding finding-${status}`}>
      <div className="finding-head">
        <StateMark
          {...(status === 'bad' ? { shape: 'down', word: 'Broken' } : { shape: 'degraded', word: 'Caution' })}
        />
        <h2>{title}</h2>
      </div>
      <p className="finding-message">{message}</p>
      {remedy !== undefined && <RemedyView remedy={remedy} about={title} />}
    </li>
  );
}

function RemedyView({ remedy: { title, line, action }, about }: { remedy: Remedy; about: string }) {
  return (
    <div className="finding-remedy">
      <p className="muted">{title}</p>
      {(line !== undefined || action !== undefined) && (
        <div className="finding-act">
          {line !== undefined && <CopyLine line={line} label={about} />}
          {action !== undefined && (
            <PlanButton
              change={remedyChange(action, title, line ?? '')}
              look="accent"
              about={about}
              onDone={() => void runDoctor()}
            />
          )}
        </div>
      )}
    </div>
  );
}
