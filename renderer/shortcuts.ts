/** Keys that work anywhere in the window: those of the actions, and Esc for the open form. */
import { handleKeys } from './actions/run.ts';
import { closeDraft, draftStore } from './store/draft.ts';

export function handleShortcut(event: KeyboardEvent): void {
  if (event.key === 'Escape' && !event.defaultPrevented && !document.querySelector('dialog[open]')) {
    if (draftStore.getState().draft === undefined) return;
    closeDraft();
    event.preventDefault();
    return;
  }
  handleKeys(event);
}
