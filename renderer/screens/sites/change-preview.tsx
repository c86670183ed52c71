/** What Apply will change in the file, by lines, before it is done. */
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { ChevronRight } from 'lucide-react';
import { bridge } from '../../bridge.ts';
import { DiffLines } from '../../parts/diff-lines.tsx';
import { editorStore, togglePreview } from '../../store/editor-view.ts';
import { editsOf } from '../../store/draft-edits.ts';
import type { ConfigPreview, Edit } from '../../../shared/protocol.ts';
import type { Problem } from '../../../shared/problem.ts';
import type { Draft } from '../../store/draft.ts';

/** After the last key: a preview reads the whole file. */
const SETTLE_MS = 250;

type Previewed = { ok: true; value: ConfigPreview } | { ok: false; problems: readonly Problem[] } | undefined;

export function ChangePreview({ draft }: { draft: Draft }) {
  const open = useStore(editorStore, (state) => state.previewing);
  const edits = editsOf(draft);
  return (
    <section className="group">
      <h2>
        <button type="button" className="group-toggle" aria-expanded={open} onClick={togglePreview}>
          <ChevronRight size={14} aria-hidden />
          What changes in the file
        </button>
      </h2>
      {open &&
        (edits.length === 0 ? (
          <p className="field-hint">Nothing yet.</p>
        ) : (
          <Change edits={edits} baseRevision={draft.baseRevision} />
        ))}
    </section>
  );
}

function Change({ edits, baseRevision }: { edits: Edit[]; baseRevision: number | undefined }) {
  const preview = usePreview(edits, baseRevision);
  if (!preview) return <p className="field-hint">Reading…</p>;
  if (!preview.ok) return <Said problems={preview.problems} />;
  return (
    <>
      <DiffLines before={preview.value.before} after={preview.value.after} />
      <Said problems={preview.value.problems} />
    </>
  );
}

function Said({ problems }: { problems: readonly Problem[] }) {
  if (problems.length === 0) return null;
  return (
    <ul className="preview-problems">
      {problems.map((item, index) => (
        <li key={index} className={item.severity === 'error' ? 'field-error' : 'field-hint'}>
          {item.message} {item.fix}
        </li>
      ))}
    </ul>
  );
}

function usePreview(edits: Edit[], baseRevision: number | undefined): Previewed {
  const [preview, setPreview] = useState<Previewed>();
  const key = JSON.stringify(edits);
  useEffect(() => {
    let isLate = false;
    const timer = setTimeout(() => {
      const request = { edits: JSON.parse(key) as Edit[], ...(baseRevision === undefined ? {} : { baseRevision }) };
      void bridge.call('config.preview', request).then((answer) => {
        if (!isLate) setPreview(answer);
      });
    }, SETTLE_MS);
    return () => {
      isLate = true;
      clearTimeout(timer);
    };
  }, [key, baseRevision]);
  return preview;
}
