/** Asks once before a rollback, with the lines that change. */
import { Chunk } from '@codemirror/merge';
import { Text } from '@codemirror/state';
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx';
import { formatDay, plural } from '../../parts/format.ts';
import { useAnswer } from '../../store/use-answer.ts';
import { toLines } from './editor/create.ts';
import { sourceWord } from './source-word.ts';
import type { Revision } from '../../../shared/state.ts';

/** As many as are read before a yes; the comparison shows all. */
const LINES_SHOWN = 12;

interface RollbackDialogProps {
  revision: Revision;
  current: Revision;
  /** Of the revision gone back to. */
  text: string;
  onConfirm: () => void;
  onClose: () => void;
}

export function RollbackDialog({ revision, current, text, onConfirm, onClose }: RollbackDialogProps) {
  const { state } = useAnswer('config.revision', { id: current.id });
  const lines = state.phase === 'ready' ? changedLines(state.value.text, text) : [];
  const added = lines.filter(({ kind }) => kind === 'added').length;
  const removed = lines.length - added;
  return (
    <ConfirmDialog
      title={`Roll back to revision ${revision.id}?`}
      confirm="Roll back"
      onConfirm={onConfirm}
      onClose={onClose}
    >
      <p>
        The config of {formatDay(revision.at)} ({sourceWord(revision.source)}) takes the place of revision {current.id},
        in the file too. Requests under way are answered.
      </p>
      {state.phase === 'ready' && (
        <p className="rollback-count">
          {lines.length === 0 ? 'No line changes.' : `${plural(added, 'line')} added, ${removed} removed:`}
        </p>
      )}
      {lines.length > 0 && (
        <ul className="rollback-lines mono">
          {lines.slice(0, LINES_SHOWN).map(({ kind, line }, index) => (
            <li key={index} className={`line-${kind}`}>
              <span aria-label={kind}>{kind === 'added' ? '+' : '−'}</span> {line}
            </li>
          ))}
          {lines.length > LINES_SHOWN && <li className="muted">and {lines.length - LINES_SHOWN} more</li>}
        </ul>
      )}
    </ConfirmDialog>
  );
}

interface ChangedLine {
  kind: 'added' | 'removed';
  line: string;
}

/** What is taken out and put in, in the order of the text. */
export function changedLines(before: string, after: string): ChangedLine[] {
  const [a, b] = [Text.of(toLines(before).split('\n')), Text.of(toLines(after).split('\n'))];
  return Chunk.build(a, b).flatMap(({ fromA, endA, toA, fromB, endB, toB }) => [
    ...linesOf(a, fromA, toA, endA).map((line): ChangedLine => ({ kind: 'removed', line })),
    ...linesOf(b, fromB, toB, endB).map((line): ChangedLine => ({ kind: 'added', line })),
  ]);
}

const linesOf = (text: Text, from: number, to: number, end: number): string[] =>
  from === to ? [] : text.sliceString(from, end).split('\n');
