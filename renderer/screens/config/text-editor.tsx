/** The editor of the config file: follows the store, marks what is wrong, shows what was changed. */
import { useEffect, useRef } from 'react';
import { forceLinting, nextDiagnostic, setDiagnostics } from '@codemirror/lint';
import { unifiedMergeView } from '@codemirror/merge';
import { openSearchPanel } from '@codemirror/search';
import { Compartment, EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import type { RefObject } from 'react';
import { trailAt } from './assist/explain.ts';
import { editorExtensions, replaceText, toLines } from './editor/create.ts';
import { offsetOf, toDiagnostics } from './editor/diagnostics.ts';
import { shadowOf } from './editor/shadow.ts';
import { applyText, clearJump, configText, shownText, typeText } from '../../store/config-text.ts';
import type { ConfigText } from '../../store/config-text.ts';
import type { ConfigSchemas } from '../../../shared/protocol.ts';

export interface Cursor {
  line: number;
  column: number;
  /** The way to it in the file. */
  trail: string[];
}

interface TextEditorProps {
  format: 'yaml' | 'json';
  schemas: ConfigSchemas | undefined;
  onCursor: (cursor: Cursor) => void;
}

/** Where the person was, kept while another screen is shown. */
let last = { anchor: 0, top: 0 };

export function TextEditor({ format, schemas, onCursor }: TextEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const known = useRef(schemas);
  useEffect(() => {
    known.current = schemas;
  }, [schemas]);
  useEffect(() => {
    if (!host.current) return;
    return openEditor(host.current, format, known, onCursor);
  }, [format, onCursor]);
  return <div ref={host} className="code-host" />;
}

function openEditor(
  host: HTMLElement,
  format: 'yaml' | 'json',
  schemas: RefObject<ConfigSchemas | undefined>,
  onCursor: (cursor: Cursor) => void,
): () => void {
  const changes = new Compartment();
  const tellCursor = cursorTeller(onCursor);
  const view = new EditorView({
    ...shadowOf(host),
    state: EditorState.create({
      doc: toLines(shownText(configText.getState())),
      extensions: [
        editorExtensions({
          format,
          label: 'Config file',
          schemas: () => schemas.current,
          onType: (text) => typeText(withLineEnds(text)),
          onMove: tellCursor,
        }),
        changes.of([]),
      ],
    }),
  });
  restore(view);
  const follow = (state: ConfigText, before?: ConfigText): void => {
    replaceText(view, shownText(state));
    if (state.showChanges !== before?.showChanges || state.current !== before.current) {
      view.dispatch({ effects: changes.reconfigure(state.showChanges ? shownChanges(state) : []) });
    }
    if (state.checked !== before?.checked) {
      view.dispatch(setDiagnostics(view.state, toDiagnostics(view.state.doc, state.checked)));
    }
    if (state.jump) jumpTo(view, state.jump);
  };
  follow(configText.getState());
  tellCursor(view);
  const unsubscribe = configText.subscribe(follow);
  const keys = screenKeys(view);
  window.addEventListener('keydown', keys);
  return () => {
    last = { anchor: view.state.selection.main.anchor, top: view.scrollDOM.scrollTop };
    window.removeEventListener('keydown', keys);
    unsubscribe();
    view.destroy();
  };
}

/** A file with line ends of Windows keeps them. */
function withLineEnds(text: string): string {
  const { current } = configText.getState();
  return (current?.onDisk ?? current?.text ?? '').includes('\r\n') ? text.replaceAll('\n', '\r\n') : text;
}

function restore(view: EditorView): void {
  view.dispatch({ selection: { anchor: Math.min(last.anchor, view.state.doc.length) } });
  requestAnimationFrame(() => view.scrollDOM.scrollTo({ top: last.top }));
}

const shownChanges = ({ current }: ConfigText) =>
  unifiedMergeView({
    original: toLines(current?.text ?? ''),
    mergeControls: (type, action) => chunkButton(type, action),
    gutter: true,
  });

/** One button a change: back to what is in force. What is kept needs no click. */
function chunkButton(type: 'accept' | 'reject', action: (event: MouseEvent) => void): HTMLElement {
  if (type === 'accept') return document.createElement('span');
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = 'Put back';
  button.title = 'Take this change back to what is in force';
  button.addEventListener('mousedown', action);
  button.addEventListener('click', (event) => {
    if (event.detail === 0) action(event); // by key: a click without a mouse
  });
  return button;
}

function jumpTo(view: EditorView, jump: { line: number; column: number }): void {
  clearJump();
  const anchor = offsetOf(view.state.doc, jump);
  view.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: 'center' }) });
  view.focus();
}

/** Parsing for the way to the cursor waits for a frame, and happens once in it. */
function cursorTeller(onCursor: (cursor: Cursor) => void): (view: EditorView) => void {
  let waiting = false;
  return (view) => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      const { doc, selection } = view.state;
      const { head } = selection.main;
      const line = doc.lineAt(head);
      onCursor({ line: line.number, column: head - line.from + 1, trail: trailAt(doc.toString(), head) });
    });
  };
}

/** Save, find and next problem work wherever the focus is on the screen. */
function screenKeys(view: EditorView): (event: KeyboardEvent) => void {
  return (event) => {
    if (event.defaultPrevented || document.querySelector('dialog[open]')) return;
    const key = event.ctrlKey || event.metaKey ? event.key.toLowerCase() : event.key;
    if (key === 's' && (event.ctrlKey || event.metaKey)) void applyText();
    else if (key === 'f' && (event.ctrlKey || event.metaKey)) openSearchPanel(view);
    else if (key === 'F8') nextProblem(view);
    else return;
    event.preventDefault();
  };
}

export function nextProblem(view: EditorView): void {
  forceLinting(view);
  view.focus();
  nextDiagnostic(view);
}
