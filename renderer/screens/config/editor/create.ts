/** Makes the editor: language, keys, marks, and what holds for both the editor and the views of revisions. */
import { closeBrackets, closeBracketsKeymap, completionKeymap, acceptCompletion } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import { yaml } from '@codemirror/lang-yaml';
import { bracketMatching, foldGutter, foldKeymap, indentUnit } from '@codemirror/language';
import { lintGutter, lintKeymap } from '@codemirror/lint';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { Annotation, EditorState, Transaction } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import type { Extension } from '@codemirror/state';
import { assist } from './assist.ts';
import { look } from './look.ts';
import type { Format } from '../assist/place.ts';
import type { SchemasNow } from './assist.ts';

/** Marks a change that came from the store: it does not go back there. */
export const fromStore = Annotation.define<boolean>();

export const languageOf = (format: Format): Extension => (format === 'json' ? json() : yaml());

/** Line ends as the editor counts them. */
export const toLines = (text: string): string => text.replace(/\r\n?/g, '\n');

/** The search panel's words as ours are written. */
const PHRASES = {
  next: 'Next',
  previous: 'Previous',
  all: 'All',
  replace: 'Replace',
  'replace all': 'Replace all',
  'match case': 'Match case',
  regexp: 'Pattern',
  'by word': 'Whole words',
  close: 'Close',
};

export interface EditorOptions {
  format: Format;
  label: string;
  schemas: SchemasNow;
  onType: (text: string) => void;
  onMove: (view: EditorView) => void;
}

export function editorExtensions({ format, label, schemas, onType, onMove }: EditorOptions): Extension {
  return [
    lineNumbers(),
    lintGutter(),
    foldGutter({ openText: '⌄', closedText: '›' }),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    drawSelection(),
    history(),
    EditorState.allowMultipleSelections.of(true),
    indentUnit.of('  '),
    EditorState.tabSize.of(2),
    bracketMatching(),
    closeBrackets(),
    highlightSelectionMatches(),
    search({ top: true }),
    EditorState.phrases.of(PHRASES),
    languageOf(format),
    assist(format, schemas),
    keymap.of([
      { key: 'Tab', run: acceptCompletion },
      ...closeBracketsKeymap,
      ...completionKeymap,
      ...searchKeymap,
      ...lintKeymap,
      ...foldKeymap,
      ...historyKeymap,
      ...defaultKeymap,
      indentWithTab, // Esc then Tab leaves the editor
    ]),
    EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false', tabindex: '0' }),
    EditorView.updateListener.of((update) => {
      const typed = update.transactions.some((one) => one.docChanged && one.annotation(fromStore) !== true);
      if (typed) onType(update.state.doc.toString());
      if (update.docChanged || update.selectionSet) onMove(update.view);
    }),
    look,
  ];
}

/** For texts that are only read. */
export const readOnlyExtensions = (format: Format, label: string): Extension => [
  lineNumbers(),
  EditorView.lineWrapping,
  languageOf(format),
  EditorState.readOnly.of(true),
  keymap.of(defaultKeymap),
  EditorView.contentAttributes.of({ 'aria-label': label, 'aria-readonly': 'true', tabindex: '0' }),
  look,
];

/** Puts another text in, as one change of what differs, so that the cursor and the view stay where they were. */
export function replaceText(view: EditorView, text: string): void {
  const now = view.state.doc.toString();
  const next = toLines(text);
  if (now === next) return;
  let start = 0;
  while (start < now.length && start < next.length && now[start] === next[start]) start += 1;
  let end = 0;
  const room = Math.min(now.length, next.length) - start;
  while (end < room && now[now.length - 1 - end] === next[next.length - 1 - end]) end += 1;
  view.dispatch({
    changes: { from: start, to: now.length - end, insert: next.slice(start, next.length - end) },
    annotations: [fromStore.of(true), Transaction.addToHistory.of(false)],
  });
}
