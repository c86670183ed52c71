/** How code looks: our tokens, in both themes, put into style sheets of the shadow root. */
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { isMac } from '../../../platform.ts';
import type { Extension } from '@codemirror/state';

const highlight = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--code-key)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--code-string)' },
  { tag: [tags.number, tags.bool, tags.null, tags.labelName, tags.typeName], color: 'var(--code-mark)' },
  {
    tag: [tags.lineComment, tags.separator, tags.punctuation, tags.brace, tags.squareBracket, tags.meta],
    color: 'var(--text-muted)',
  },
  { tag: tags.lineComment, color: 'var(--text-muted)', fontStyle: 'italic' },
]);

const button = {
  appearance: 'none',
  height: '24px',
  padding: '0 8px',
  border: '1px solid var(--line)',
  borderRadius: 'var(--radius-small)',
  background: 'var(--surface-1)',
  color: 'var(--text)',
  font: '500 var(--size-12) / 20px var(--font-sans)',
};
/** The thin bars of the window; a sheet of the page does not reach into the shadow root. */
const bars = EditorView.theme({
  '.cm-scroller::-webkit-scrollbar': { width: '12px', height: '12px' },
  '.cm-scroller::-webkit-scrollbar-thumb': {
    minHeight: '32px',
    border: '3px solid transparent',
    borderRadius: '6px',
    background: 'var(--scroll-thumb) content-box',
  },
  '.cm-scroller::-webkit-scrollbar-corner': { background: 'transparent' },
});

const focusRing = { outline: '2px solid var(--focus)', outlineOffset: '-1px' };

const text = EditorView.theme({
  '&': { height: '100%', color: 'var(--text)', background: 'var(--surface-1)', fontSize: 'var(--size-13)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--font-mono)', lineHeight: '20px', fontVariantLigatures: 'none' },
  '.cm-content': { padding: '8px 0 40px', caretColor: 'var(--text)' },
  '.cm-line': { padding: '0 16px 0 8px' },
  '.cm-cursor': { borderLeftColor: 'var(--text)', borderLeftWidth: '2px' },
  '.cm-gutters': {
    background: 'var(--surface-1)',
    color: 'var(--text-muted)',
    border: 'none',
    fontSize: 'var(--size-12)',
  },
  '.cm-lineNumbers .cm-gutterElement': { minWidth: '36px', padding: '0 4px 0 12px' },
  '.cm-activeLine': { background: 'transparent' },
  '&.cm-focused .cm-activeLine': { background: 'color-mix(in srgb, var(--surface-2) 72%, transparent)' },
  '.cm-activeLineGutter': { background: 'transparent', color: 'var(--text)' },
  '.cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': {
    background: 'var(--surface-3)',
  },
  '&.cm-focused .cm-matchingBracket': { background: 'var(--surface-3)', outline: '1px solid var(--line-strong)' },
  '.cm-foldPlaceholder': {
    border: 'none',
    background: 'var(--surface-2)',
    color: 'var(--text-muted)',
    padding: '0 6px',
  },
  '.cm-foldGutter .cm-gutterElement': { width: '16px', textAlign: 'center', cursor: 'default' },
  '.cm-searchMatch': { background: 'var(--tint-degraded)', outline: '1px solid var(--state-degraded)' },
  '.cm-searchMatch-selected': { background: 'var(--surface-3)', outline: '2px solid var(--accent)' },
  '.cm-selectionMatch': { background: 'var(--surface-2)' },
});

const floating = EditorView.theme({
  '.cm-tooltip': {
    border: 'none',
    borderRadius: 'var(--radius)',
    background: 'var(--surface-float)',
    color: 'var(--text)',
    boxShadow: 'var(--shadow)',
    font: '400 var(--size-13) / 20px var(--font-sans)',
    zIndex: '3',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': {
    maxHeight: '228px',
    padding: '4px',
    fontFamily: 'var(--font-mono)',
    fontSize: 'var(--size-12)',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': {
    display: 'flex',
    gap: '16px',
    padding: '2px 8px',
    borderRadius: 'var(--radius-small)',
    lineHeight: '20px',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    background: 'var(--surface-3)',
    color: 'var(--text)',
  },
  '.cm-completionLabel': { flex: '1' },
  '.cm-completionMatchedText': { textDecoration: 'none', color: 'var(--accent)', fontWeight: '600' },
  '.cm-completionDetail': {
    margin: '0',
    color: 'var(--text-muted)',
    fontStyle: 'normal',
    fontFamily: 'var(--font-sans)',
  },
  '.cm-tooltip.cm-completionInfo': { maxWidth: '320px', margin: '0 4px', padding: '8px 12px' },
  '.code-docs': { maxWidth: '400px', padding: '8px 12px' },
  '.code-docs-head': { display: 'flex', gap: '12px', alignItems: 'baseline' },
  '.code-docs-head b': { fontFamily: 'var(--font-mono)', fontSize: 'var(--size-12)', fontWeight: '600' },
  '.code-docs-head span, .code-problem-code': { color: 'var(--text-muted)', fontSize: 'var(--size-12)' },
  '.cm-panels': {
    background: 'var(--surface-0)',
    color: 'var(--text)',
    font: '400 var(--size-12) / 20px var(--font-sans)',
  },
  '.cm-panels-top': { borderBottom: '1px solid var(--line)' },
  '.cm-panel.cm-search': {
    display: 'flex',
    flexWrap: 'wrap',
    gap: '4px 8px',
    alignItems: 'center',
    padding: '8px 40px 8px 12px',
  },
  '.cm-panel.cm-search br': { flexBasis: '100%', content: '""' },
  '.cm-panel.cm-search label': { display: 'inline-flex', gap: '4px', alignItems: 'center', fontSize: 'var(--size-12)' },
  '.cm-panel.cm-search input[type=checkbox]': { margin: '0', accentColor: 'var(--accent)' },
  '.cm-panel.cm-search [name=close]': {
    top: '8px',
    right: '12px',
    width: '24px',
    height: '24px',
    fontSize: 'var(--size-15)',
  },
  '.cm-textfield': {
    height: '24px',
    margin: '0',
    padding: '0 8px',
    border: '1px solid var(--line-strong)',
    borderRadius: 'var(--radius-small)',
    background: 'var(--surface-1)',
    color: 'var(--text)',
    font: '400 var(--size-12) / 20px var(--font-mono)',
  },
  '.cm-button': { ...button, margin: '0', backgroundImage: 'none' },
  '.cm-textfield:focus-visible, .cm-button:focus-visible, button:focus-visible': focusRing,
});

const problems = EditorView.theme({
  '.cm-lintRange': {
    backgroundImage: 'none',
    textDecorationSkipInk: 'none',
    textUnderlineOffset: '3px',
    paddingBottom: '0',
  },
  '.cm-lintRange-error': { textDecoration: 'underline wavy var(--state-down) 1px' },
  '.cm-lintRange-warning': { textDecoration: 'underline wavy var(--state-degraded) 1px' },
  '.cm-lintRange-active': { background: 'var(--surface-3)' },
  '.cm-gutter-lint': { width: '16px' },
  '.cm-gutter-lint .cm-gutterElement': { padding: '5px 3px' },
  '.cm-lint-marker': { width: '10px', height: '10px' },
  '.cm-lint-marker-error': { content: 'none', background: 'var(--state-down)', borderRadius: '2px' },
  '.cm-lint-marker-warning': {
    content: 'none',
    background: 'var(--state-degraded)',
    clipPath: 'polygon(50% 4%, 100% 96%, 0 96%)',
  },
  '.cm-diagnostic': {
    maxWidth: '440px',
    padding: '8px 12px',
    marginLeft: '0',
    border: 'none',
    borderLeft: '3px solid',
  },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--state-down)' },
  '.cm-diagnostic-warning': { borderLeftColor: 'var(--state-degraded)' },
});

const changes = EditorView.theme({
  '&.cm-merge-b .cm-changedLine, .cm-insertedLine': { background: 'var(--tint-added)' },
  '&.cm-merge-b .cm-changedText, .cm-insertedLine .cm-changedText': { background: 'var(--tint-added-strong)' },
  '&.cm-merge-a .cm-changedLine, .cm-deletedChunk': { background: 'var(--tint-removed)' },
  '&.cm-merge-a .cm-changedText, .cm-deletedChunk .cm-deletedText': { background: 'var(--tint-removed-strong)' },
  '.cm-deletedChunk': { paddingLeft: '8px' },
  '.cm-deletedChunk del, .cm-deletedLine del': { textDecoration: 'none' },
  '.cm-changeGutter': { width: '3px', paddingLeft: '0' },
  '&.cm-merge-b .cm-changedLineGutter, .cm-insertedLine .cm-changedLineGutter': { background: 'var(--state-healthy)' },
  '&.cm-merge-a .cm-changedLineGutter, .cm-deletedLineGutter': { background: 'var(--state-down)' },
  '.cm-chunkButtons': { insetInlineEnd: '8px' },
  '.cm-chunkButtons button': { ...button, height: '20px', padding: '0 8px', margin: '0', lineHeight: '16px' },
  // The sign the library brings is in few fonts.
  '.cm-collapsedLines:before, .cm-collapsedLines:after': { content: '"…"' },
  '.cm-collapsedLines': {
    padding: '2px 12px',
    background: 'var(--surface-2)',
    backgroundImage: 'none',
    color: 'var(--text-muted)',
    font: '400 var(--size-12) / 20px var(--font-sans)',
  },
});

export const look: Extension = [syntaxHighlighting(highlight), text, floating, problems, changes, isMac() ? [] : bars];
