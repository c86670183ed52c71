/** Two texts compared: beside each other, or one below the other line by line. Only read. */
import { useEffect, useRef } from 'react';
import { MergeView, unifiedMergeView } from '@codemirror/merge';
import { EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { readOnlyExtensions, toLines } from './editor/create.ts';
import { shadowOf } from './editor/shadow.ts';

/** Unchanged lines kept around a change. */
const MARGIN = 3;
/** Fewer unchanged lines are shown rather than folded. */
const FOLD_FROM = 6;
/** A comparison that takes longer becomes a coarser one. */
const TIMEOUT_MS = 300;

export interface Side {
  text: string;
  /** Read to those who do not see the two columns. */
  label: string;
}

interface DiffViewProps {
  before: Side;
  after: Side;
  format: 'yaml' | 'json';
  layout: 'split' | 'unified';
}

export function DiffView({ before, after, format, layout }: DiffViewProps) {
  const { text: textBefore, label: labelBefore } = before;
  const { text: textAfter, label: labelAfter } = after;
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!host.current) return;
    const { root, parent } = shadowOf(host.current);
    const shared = {
      collapseUnchanged: { margin: MARGIN, minSize: FOLD_FROM },
      diffConfig: { scanLimit: 1_000, timeout: TIMEOUT_MS },
    };
    if (layout === 'split') {
      const sides = { a: sideOf(textBefore, labelBefore, format), b: sideOf(textAfter, labelAfter, format) };
      const view = new MergeView({ ...sides, ...shared, parent, root, gutter: true });
      view.dom.style.height = '100%';
      view.dom.style.overflow = 'auto';
      return () => view.destroy();
    }
    const view = new EditorView({
      parent,
      root,
      state: EditorState.create({
        doc: toLines(textAfter),
        extensions: [
          readOnlyExtensions(format, labelAfter),
          unifiedMergeView({ original: toLines(textBefore), mergeControls: false, gutter: true, ...shared }),
        ],
      }),
    });
    return () => view.destroy();
  }, [textBefore, labelBefore, textAfter, labelAfter, format, layout]);
  return <div ref={host} className="code-host" />;
}

const sideOf = (text: string, label: string, format: 'yaml' | 'json') => ({
  doc: toLines(text),
  extensions: [readOnlyExtensions(format, label)],
});
