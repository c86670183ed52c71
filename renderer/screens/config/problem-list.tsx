/** What is wrong with the text, in the order of its lines; a click goes there. */
import { useStore } from 'zustand';
import { CircleCheck, LoaderCircle, OctagonAlert, TriangleAlert } from 'lucide-react';
import { plural } from '../../parts/format.ts';
import { configText } from '../../store/config-text.ts';
import type { Problem } from '../../../shared/problem.ts';

/** More at once is a file to be begun again; the count tells the rest. */
const SHOWN = 100;

export function ProblemList() {
  const problems = useStore(configText, (state) => state.checked);
  const checking = useStore(configText, (state) => state.checking);
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const warnings = problems.length - errors;
  const counts = [errors > 0 && plural(errors, 'error'), warnings > 0 && plural(warnings, 'warning')];
  const told = counts.filter(Boolean).join(', ');
  return (
    <section className="config-problems" aria-label="Problems in the text">
      <p className="config-problems-head" role="status">
        {checking ? <LoaderCircle size={14} className="spin" aria-hidden /> : <StateIcon {...{ errors, warnings }} />}
        {told === '' ? (checking ? 'Checking…' : 'No problems') : told}
      </p>
      {problems.length > 0 && (
        <ul>
          {problems.slice(0, SHOWN).map((problem, index) => (
            <li key={index}>
              <ProblemRow problem={problem} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function StateIcon({ errors, warnings }: { errors: number; warnings: number }) {
  if (errors > 0) return <OctagonAlert size={14} className="state-down" aria-hidden />;
  if (warnings > 0) return <TriangleAlert size={14} className="state-degraded" aria-hidden />;
  return <CircleCheck size={14} className="state-healthy" aria-hidden />;
}

function ProblemRow({ problem: { severity, message, fix, code, at } }: { problem: Problem }) {
  const go = (): void => {
    if (at) configText.setState({ jump: { line: at.line, column: at.column } });
  };
  return (
    <button type="button" className="config-problem" onClick={go} disabled={!at}>
      <span className={severity === 'error' ? 'state-down' : 'state-degraded'}>
        {severity === 'error' ? 'Error' : 'Warning'}
      </span>
      <span className="mono muted num">{at ? `${at.line}:${at.column}` : ''}</span>
      <span className="config-problem-text">
        {message}
        {fix !== undefined && <span className="muted"> {fix}</span>}
      </span>
      <span className="mono muted config-problem-code">{code}</span>
    </button>
  );
}
