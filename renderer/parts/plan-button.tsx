/** One button for a change to this machine: shows the exact steps, makes them when they are agreed to, says how it went. */
import { useState } from 'react';
import { LoaderCircle, ShieldAlert } from 'lucide-react';
import { Button } from './button.tsx';
import { ConfirmDialog } from './confirm-dialog.tsx';
import type { Plan, PlannedChange, PlannedStep } from '../store/planned.ts';
import { showProblems, showToast } from '../store/toasts.ts';
import '../style/system.css';

type Phase = { at: 'rest' | 'asking' | 'running' } | { at: 'shown'; plan: Plan };

interface PlanButtonProps {
  change: PlannedChange;
  /** Tells several of the same verb apart for readers. */
  about?: string;
  look?: 'plain' | 'accent' | 'quiet';
  disabled?: boolean;
  /** Whether it went well or not, things may be other now. */
  onDone: () => void;
}

export function PlanButton({ change, about, look = 'plain', disabled = false, onDone }: PlanButtonProps) {
  const [phase, setPhase] = useState<Phase>({ at: 'rest' });
  const ask = async (): Promise<void> => {
    setPhase({ at: 'asking' });
    const answer = await change.plan();
    if (!answer.ok) showProblems(answer.problems);
    else if (answer.value.steps.length === 0) showNothing(answer.value);
    setPhase(answer.ok && answer.value.steps.length > 0 ? { at: 'shown', plan: answer.value } : { at: 'rest' });
  };
  const run = async (): Promise<void> => {
    setPhase({ at: 'running' });
    const answer = await change.run();
    if (answer.ok) showToast({ kind: 'note', ...answer.value });
    else showProblems(answer.problems);
    setPhase({ at: 'rest' });
    onDone();
  };
  const isBusy = phase.at === 'asking' || phase.at === 'running';
  return (
    <>
      <Button
        look={look}
        disabled={disabled}
        busy={isBusy}
        aria-label={about === undefined ? undefined : `${change.verb}: ${about}`}
        onClick={() => void ask()}
      >
        {isBusy && <LoaderCircle size={14} className="spin" aria-hidden />}
        {phase.at === 'running' ? 'Working' : change.verb}
      </Button>
      {phase.at === 'shown' && (
        <ConfirmDialog
          title={phase.plan.title}
          confirm={change.verb}
          look={change.look ?? 'accent'}
          onConfirm={() => void run()}
          onClose={() => setPhase((now) => (now.at === 'shown' ? { at: 'rest' } : now))}
        >
          <PlanView plan={phase.plan} />
        </ConfirmDialog>
      )}
    </>
  );
}

const showNothing = ({ notes }: Plan): void =>
  showToast({ kind: 'note', message: 'Nothing is to be done: all is as wanted.', fix: notes[0] });

function PlanView({ plan }: { plan: Plan }) {
  const isPrivileged = plan.steps.some(({ privileged }) => privileged);
  return (
    <div className="plan">
      <ol>
        {plan.steps.map((step, index) => (
          <StepView key={index} step={step} />
        ))}
      </ol>
      {isPrivileged && (
        <p className="plan-note">
          <ShieldAlert size={14} aria-hidden /> Your system asks for an administrator’s password.
        </p>
      )}
      {plan.notes.map((note, index) => (
        <p key={index} className="plan-note muted">
          {note}
        </p>
      ))}
    </div>
  );
}

function StepView({ step: { title, privileged, commands } }: { step: PlannedStep }) {
  return (
    <li>
      <p>
        {title} {privileged && <span className="tag">administrator</span>}
      </p>
      {commands.map(({ line, input }, index) => (
        <div key={index} className="plan-command">
          <code>{line}</code>
          {input !== undefined && (
            <details>
              <summary>What is written</summary>
              <pre tabIndex={0}>{input}</pre>
            </details>
          )}
        </div>
      ))}
    </li>
  );
}
