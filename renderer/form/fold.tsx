/** A group of fields under a heading that opens and closes it; which are open is kept with the view. */
import { ChevronRight } from 'lucide-react';
import { useId, type ReactNode } from 'react';
import { useStore } from 'zustand';
import { editorStore, toggleGroup } from '../store/editor-view.ts';

export interface FoldProps {
  /** Of all groups of all forms, one of its own. */
  name: string;
  title: string;
  /** Beside the title: what is inside, for one that is closed. */
  note: string | false;
  /** Something inside is wrong. */
  mustOpen: boolean;
  children: ReactNode;
}

export function Fold({ name, title, note, mustOpen, children }: FoldProps) {
  const id = useId();
  const chosen = useStore(editorStore, (state) => state.open.includes(name));
  const open = chosen || mustOpen;
  return (
    <section className="group">
      <h2>
        <button
          type="button"
          className="group-toggle"
          aria-expanded={open}
          aria-controls={id}
          onClick={() => toggleGroup(name)}
        >
          <ChevronRight size={14} aria-hidden />
          {title}
          {note !== false && <span className="muted">{note}</span>}
        </button>
      </h2>
      {open && (
        <div id={id} className="fields">
          {children}
        </div>
      )}
    </section>
  );
}
