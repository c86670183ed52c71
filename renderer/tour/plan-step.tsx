/** A change to the system: what would be done is shown first, then made or skipped. */
import { useState } from 'react';
import { bridge } from '../bridge.ts';
import { Button } from '../parts/button.tsx';
import { Failed, Loading } from '../parts/states.tsx';
import { useAnswer } from '../store/use-answer.ts';
import type { Problem } from '../../shared/problem.ts';
import type { SystemStep } from '../../shared/system-change.ts';

type Area = 'names' | 'trust';

const TEXT: Record<Area, { title: string; why: string; act: string; nothing: string }> = {
  names: {
    title: 'Let this system find your names',
    why: 'Names under .localhost work in browsers as they are. For .test and others this system has to ask Mogoly.',
    act: 'Make this system ask Mogoly',
    nothing: 'Nothing is left to do: this system finds your names.',
  },
  trust: {
    title: 'Trust the local CA',
    why: 'Then https works without a warning. The CA is limited to your names; its key stays on this machine.',
    act: 'Trust this CA',
    nothing: 'Nothing is left to do: the CA is trusted here.',
  },
};

export function PlanStep({ area, onNext }: { area: Area; onNext: (isSkipped: boolean) => void }) {
  const { state, reload } = useAnswer(`${area}.plan`, { action: 'install' });
  const [isBusy, setBusy] = useState(false);
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const text = TEXT[area];
  const steps = state.phase === 'ready' ? stepsOf(state.value) : [];
  // While the plan is read the button is what it most likely stays: a word that changes under the pointer is pressed wrongly.
  const isNothingLeft = state.phase === 'ready' && steps.length === 0;
  const act = async (): Promise<void> => {
    setBusy(true);
    const failed = await apply(area);
    setBusy(false);
    setProblems(failed);
    if (failed.length === 0) onNext(false);
  };
  return (
    <>
      <h2 tabIndex={-1}>{text.title}</h2>
      <p>{text.why}</p>
      {state.phase === 'loading' && <Loading what="Looking at this system" />}
      {state.phase === 'failed' && <Failed problems={state.problems} onRetry={reload} />}
      {isNothingLeft && <p className="muted">{text.nothing}</p>}
      {steps.length > 0 && (
        <ul className="tour-steps" aria-label="What is done">
          {steps.map((step, index) => (
            <li key={index}>
              {step.title}
              <span className="muted">
                {step.privileged ? 'Asks for the administrator. ' : ''}
                <span className="mono">{step.writes.join(' ')}</span>
              </span>
            </li>
          ))}
        </ul>
      )}
      {problems.map((problem, index) => (
        <p key={index} className="field-error" role="alert">
          {problem.message} {problem.fix}
        </p>
      ))}
      <div className="tour-actions">
        {steps.length > 0 && (
          <Button look="accent" busy={isBusy} onClick={() => void act()}>
            {isBusy ? 'Waiting…' : text.act}
          </Button>
        )}
        <Button look={isNothingLeft ? 'accent' : 'quiet'} onClick={() => onNext(!isNothingLeft)}>
          {isNothingLeft ? 'Next' : 'Skip'}
        </Button>
      </div>
    </>
  );
}

/** A plan of names is one, that of trust has one for each store. */
const stepsOf = (plan: { steps?: SystemStep[] } | { steps: SystemStep[] }[]): SystemStep[] =>
  Array.isArray(plan) ? plan.flatMap(({ steps }) => steps) : (plan.steps ?? []);

async function apply(area: Area): Promise<readonly Problem[]> {
  if (area === 'names') {
    const answer = await bridge.call('names.apply', { action: 'install' });
    return answer.ok ? [] : answer.problems;
  }
  const answer = await bridge.call('trust.apply', { action: 'install' });
  if (!answer.ok) return answer.problems;
  // One store that refuses does not keep the others from being trusted; only a failure of all holds the person up.
  const failed = answer.value.filter(({ ok }) => !ok);
  return failed.length < answer.value.length ? [] : failed.flatMap(({ problem }) => problem ?? []);
}
