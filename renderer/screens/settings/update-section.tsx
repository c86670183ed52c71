/** Updates: what is newer, how far its download is, and the word that installs it. Nothing where the app looks nowhere. */
import { Button } from '../../parts/button.tsx';
import { Section } from '../../parts/page.tsx';
import { useUpdate } from '../../store/use-update.ts';
import type { UpdateState, UpdateStep } from '../../../shared/update.ts';

export function UpdateSection() {
  const [state, step] = useUpdate();
  if (state === undefined || state.phase === 'off') return null;
  return (
    <Section title="Updates" lead={sentence(state)} actions={<Action state={state} step={step} />}>
      {state.phase === 'downloading' && (
        <progress className="update-progress" aria-label="Download" max={100} value={state.percent ?? 0} />
      )}
      {state.problem !== undefined && (
        <p className="state-down" role="alert">
          {state.problem.message} <span className="muted">{state.problem.fix}</span>
        </p>
      )}
    </Section>
  );
}

function sentence({ phase, version, percent }: UpdateState): string {
  if (phase === 'checking') return 'Looking for a newer version.';
  if (phase === 'current') return 'This is the newest version.';
  if (phase === 'available') return `Version ${version ?? ''} is there.`;
  if (phase === 'downloading') return `Version ${version ?? ''}: ${Math.round(percent ?? 0)}% downloaded.`;
  if (phase === 'ready')
    return `Version ${version ?? ''} is downloaded and checked. Routing pauses while it is installed.`;
  return 'Looked for only when you ask.';
}

function Action({ state, step }: { state: UpdateState; step: (step: UpdateStep) => void }) {
  if (state.phase === 'available') return <Button onClick={() => step('download')}>Download</Button>;
  if (state.phase === 'downloading') return <Button onClick={() => step('cancel')}>Cancel</Button>;
  if (state.phase === 'ready')
    return (
      <Button look="accent" onClick={() => step('install')}>
        Restart to install
      </Button>
    );
  return (
    <Button busy={state.phase === 'checking'} onClick={() => step('check')}>
      Check for updates
    </Button>
  );
}
