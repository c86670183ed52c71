/** Keys that work anywhere in the window. */
import { closeDraft, draftStore, openDraft } from './store/draft.ts';
import { undoLast } from './store/changes.ts';
import { SCREEN_NAMES, setView } from './store/view.ts';

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.matches('input, textarea, select') || target.isContentEditable);

/** Ctrl or Cmd with N, Z, 1 to 9 (the screens in order); `/` for the search; Esc closes what is open. */
export function handleShortcut(event: KeyboardEvent): void {
  if (event.defaultPrevented || document.querySelector('dialog[open]')) return;
  if (event.ctrlKey || event.metaKey) return handleChord(event);
  if (event.key === 'Escape' && draftStore.getState().draft) {
    closeDraft();
    event.preventDefault();
  }
  if (event.key === '/' && !isTyping(event.target)) {
    document.querySelector<HTMLInputElement>('input[type="search"]')?.focus();
    event.preventDefault();
  }
}

function handleChord(event: KeyboardEvent): void {
  const screen = /^[1-9]$/.test(event.key) ? SCREEN_NAMES[Number(event.key) - 1] : undefined;
  if (screen) setView({ screen });
  else if (event.key.toLowerCase() === 'n' && !event.shiftKey) void openDraft({ form: 'site.add', site: '' });
  else if (event.key.toLowerCase() === 'z' && !event.shiftKey && !isTyping(event.target)) {
    if (!undoLast()) return;
  } else return;
  event.preventDefault();
}
