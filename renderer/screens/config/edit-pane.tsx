/** The file being edited: what stands in its way, the editor, its problems, and where the cursor is. */
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { useShallow } from 'zustand/react/shallow';
import { Diff } from 'lucide-react';
import { bridge } from '../../bridge.ts';
import { Button } from '../../parts/button.tsx';
import {
  applyText,
  configText,
  discardText,
  isChanged,
  isConflict,
  overwrite,
  rebase,
  setShowChanges,
  takeInForce,
} from '../../store/config-text.ts';
import { ImportButton } from './import-dialog.tsx';
import { ProblemList } from './problem-list.tsx';
import { TextEditor } from './text-editor.tsx';
import type { Cursor } from './text-editor.tsx';
import type { ConfigSchemas } from '../../../shared/protocol.ts';

export function EditActions() {
  const { changed, conflict, typed, applying, showChanges } = useStore(
    configText,
    useShallow((state) => ({
      changed: isChanged(state),
      conflict: isConflict(state),
      typed: state.draft !== undefined,
      applying: state.applying,
      showChanges: state.showChanges,
    })),
  );
  return (
    <div className="actions">
      {(changed || showChanges) && (
        <Button look="quiet" aria-pressed={showChanges} onClick={() => setShowChanges(!showChanges)}>
          <Diff size={14} aria-hidden /> Changes
        </Button>
      )}
      {!typed && <ImportButton />}
      {typed && <Button onClick={discardText}>Discard</Button>}
      <Button
        look="accent"
        disabled={!changed || conflict || applying}
        title="Apply (Ctrl+S)"
        aria-keyshortcuts="Control+S"
        onClick={() => void applyText()}
      >
        {applying ? 'Applying…' : 'Apply'}
      </Button>
    </div>
  );
}

export function EditPane() {
  const format = useStore(configText, (state) => state.current?.format ?? 'yaml');
  const [cursor, setCursor] = useState<Cursor>({ line: 1, column: 1, trail: [] });
  const schemas = useSchemas();
  return (
    <>
      <Notice />
      <TextEditor format={format} schemas={schemas} onCursor={setCursor} />
      <ProblemList />
      <footer className="config-foot">
        <span className="mono config-trail">{cursor.trail.join(' › ')}</span>
        <span className="muted config-keys">
          <kbd>Ctrl</kbd> <kbd>Space</kbd> suggests · <kbd>F8</kbd> next problem · <kbd>Esc</kbd> <kbd>Tab</kbd> leaves
        </span>
        <span className="muted num">
          Line {cursor.line}, column {cursor.column}
        </span>
      </footer>
    </>
  );
}

/** Without them one types without help, which is no failure of the screen. */
function useSchemas(): ConfigSchemas | undefined {
  const [schemas, setSchemas] = useState<ConfigSchemas>();
  useEffect(() => {
    let gone = false;
    void bridge.call('config.schema', {}).then((answer) => {
      if (answer.ok && !gone) setSchemas(answer.value);
    });
    return () => void (gone = true);
  }, []);
  return schemas;
}

/** One at a time: a conflict first, since nothing can be applied before it is settled. */
function Notice() {
  const state = useStore(configText);
  const { current, draft, base } = state;
  if (!current) return null;
  if (isConflict(state)) {
    return (
      <div className="config-notice" role="alert">
        <div>
          <h2>The config changed while you typed</h2>
          <p>
            You began on revision {base}; revision {current.revision} is in force now. Routing follows that one, and
            your text is still here.
          </p>
        </div>
        <div className="actions">
          <Button look="accent" onClick={rebase}>
            Compare with mine
          </Button>
          <Button onClick={() => void overwrite()}>Overwrite with mine</Button>
          <Button look="quiet" onClick={discardText}>
            Discard mine
          </Button>
        </div>
      </div>
    );
  }
  if (current.onDisk === undefined || current.revision === 0) return null;
  return (
    <div className="config-notice" role="status">
      <div>
        <h2>The file on disk was refused</h2>
        <p>
          {draft === undefined
            ? `Revision ${current.revision} keeps serving. Mend the file here and apply it.`
            : `Revision ${current.revision} keeps serving. Applying your text replaces the file.`}
        </p>
      </div>
      <div className="actions">
        {draft === undefined ? (
          <Button onClick={takeInForce}>Back to revision {current.revision}</Button>
        ) : (
          <Button onClick={discardText}>Discard mine</Button>
        )}
      </div>
    </div>
  );
}
