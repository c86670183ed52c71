/** One revision: what it changed, and the way back to it. */
import { useState } from 'react';
import { useStore } from 'zustand';
import { ClipboardCopy, Undo2 } from 'lucide-react';
import { Button } from '../../parts/button.tsx';
import { formatDay } from '../../parts/format.ts';
import { Failed, Loading } from '../../parts/states.tsx';
import { applyChange, copyText } from '../../store/changes.ts';
import { configView } from '../../store/config-view.ts';
import { showProblems, showToast } from '../../store/toasts.ts';
import { useAnswer } from '../../store/use-answer.ts';
import { DiffView } from './diff-view.tsx';
import { sourceWord } from './source-word.ts';
import { RollbackDialog } from './rollback-dialog.tsx';
import type { Revision } from '../../../shared/state.ts';

interface RevisionDetailProps {
  revision: Revision;
  before: Revision | undefined;
  current: Revision | undefined;
}

export function RevisionDetail({ revision, before, current }: RevisionDetailProps) {
  const { against, layout } = useStore(configView);
  const [asking, setAsking] = useState(false);
  const other = against === 'now' ? current : before;
  const mine = useAnswer('config.revision', { id: revision.id });
  const text = mine.state.phase === 'ready' ? mine.state.value.text : '';
  const copy = async (): Promise<void> => {
    if (await copyText(text)) showToast({ kind: 'note', message: `Revision ${revision.id} is on the clipboard.` });
  };
  return (
    <section className="revision" aria-label={`Revision ${revision.id}`}>
      <header className="revision-head">
        <div>
          <h2>Revision {revision.id}</h2>
          <p className="muted">
            {formatDay(revision.at)}, {sourceWord(revision.source)}
          </p>
        </div>
        <div className="actions">
          <Button look="quiet" disabled={text === ''} onClick={() => void copy()}>
            <ClipboardCopy size={14} aria-hidden /> Copy
          </Button>
          {!revision.current && (
            <Button disabled={mine.state.phase !== 'ready'} onClick={() => setAsking(true)}>
              <Undo2 size={14} aria-hidden /> Roll back to this
            </Button>
          )}
        </div>
      </header>
      <Choices />
      {mine.state.phase === 'loading' && <Loading what="Reading the revision" />}
      {mine.state.phase === 'failed' && <Failed problems={mine.state.problems} onRetry={mine.reload} />}
      {mine.state.phase === 'ready' && (
        <Compared revision={revision} other={other} text={text} layout={layout} format={mine.state.value.format} />
      )}
      {asking && current && (
        <RollbackDialog
          revision={revision}
          current={current}
          text={text}
          onConfirm={() => void rollBack(revision.id)}
          onClose={() => setAsking(false)}
        />
      )}
    </section>
  );
}

async function rollBack(id: number): Promise<void> {
  const result = await applyChange({ name: 'config.rollback', request: { id } }, `Rolled back to revision ${id}.`);
  if (!result.ok) showProblems(result.problems);
}

function Choices() {
  const { against, layout } = useStore(configView);
  return (
    <div className="revision-choices">
      <div className="modes" role="group" aria-label="Compare with">
        <button
          type="button"
          aria-pressed={against === 'before'}
          onClick={() => configView.setState({ against: 'before' })}
        >
          What it changed
        </button>
        <button type="button" aria-pressed={against === 'now'} onClick={() => configView.setState({ against: 'now' })}>
          Against now
        </button>
      </div>
      <div className="modes" role="group" aria-label="Layout">
        <button
          type="button"
          aria-pressed={layout === 'split'}
          onClick={() => configView.setState({ layout: 'split' })}
        >
          Side by side
        </button>
        <button
          type="button"
          aria-pressed={layout === 'unified'}
          onClick={() => configView.setState({ layout: 'unified' })}
        >
          Unified
        </button>
      </div>
    </div>
  );
}

interface ComparedProps {
  revision: Revision;
  /** Undefined: there is nothing older. */
  other: Revision | undefined;
  text: string;
  format: 'yaml' | 'json';
  layout: 'split' | 'unified';
}

function Compared({ revision, other, text, format, layout }: ComparedProps) {
  const mine = { text, label: `Revision ${revision.id}` };
  if (!other)
    return <DiffView before={{ text: '', label: 'Nothing before' }} after={mine} format={format} layout="unified" />;
  if (other.id === revision.id) return <p className="revision-same muted">This is the revision in force.</p>;
  return <ComparedWith other={other.id} mine={mine} newer={revision.id > other.id} format={format} layout={layout} />;
}

interface ComparedWithProps {
  other: number;
  mine: { text: string; label: string };
  /** Mine came after the other. */
  newer: boolean;
  format: 'yaml' | 'json';
  layout: 'split' | 'unified';
}

function ComparedWith({ other, mine, newer, format, layout }: ComparedWithProps) {
  const { state, reload } = useAnswer('config.revision', { id: other });
  if (state.phase === 'loading') return <Loading what="Reading the other revision" />;
  if (state.phase === 'failed') return <Failed problems={state.problems} onRetry={reload} />;
  const theirs = { text: state.value.text, label: `Revision ${other}` };
  if (theirs.text === mine.text) return <p className="revision-same muted">Both are the same, to the letter.</p>;
  const [before, after] = newer ? [theirs, mine] : [mine, theirs];
  return (
    <>
      <p className="revision-sides muted">
        {before.label} → {after.label}
      </p>
      <DiffView before={before} after={after} format={format} layout={layout} />
    </>
  );
}
