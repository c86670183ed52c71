/** Which groups of the forms are open, and whether the change is shown; kept for the next run. */
import { persist } from 'zustand/middleware';
import { createStore } from 'zustand/vanilla';

interface EditorView {
  /** `site HTTPS`: the kind of entry and the title of the group. */
  open: readonly string[];
  previewing: boolean;
}

export const editorStore = createStore<EditorView>()(
  persist((): EditorView => ({ open: [], previewing: false }), { name: 'editor' }),
);

export function toggleGroup(name: string): void {
  const { open } = editorStore.getState();
  editorStore.setState({ open: open.includes(name) ? open.filter((each) => each !== name) : [...open, name] });
}

export function togglePreview(): void {
  editorStore.setState({ previewing: !editorStore.getState().previewing });
}
