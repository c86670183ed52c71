/** Keeps the edit of a form over a closed window and a restart. */
import { resumeDraft } from './draft.ts';
import { draftStore, isDirty } from './draft-state.ts';
import type { Draft } from './draft-state.ts';

const KEY = 'site-draft';
/** Storage holds five million characters; nobody types an entry as long as this. */
const KEEP_LIMIT = 200_000;
/** A pause in typing. */
const WRITE_AFTER_MS = 300;

/** At the start of the window: takes up what was kept, and follows it from then on. */
export function keepSiteDraft(): void {
  const kept = read();
  if (kept) void resumeDraft(kept);
  let timer: ReturnType<typeof setTimeout> | undefined;
  draftStore.subscribe(({ draft }, before) => {
    if (draft?.value === before.draft?.value && draft?.choice === before.draft?.choice) return;
    clearTimeout(timer);
    timer = setTimeout(write, WRITE_AFTER_MS);
  });
  window.addEventListener('pagehide', write);
}

function read(): Draft | undefined {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? 'null') as Partial<Draft> | null;
    if (typeof kept?.target?.form !== 'string' || typeof kept.target.site !== 'string') return undefined;
    if (typeof kept.value !== 'object' || typeof kept.initial !== 'object') return undefined;
    return kept as Draft;
  } catch {
    return undefined; // A damaged store: nothing was kept.
  }
}

function write(): void {
  const { draft } = draftStore.getState();
  // While the entry is read, what was kept is what there is.
  if (draft?.phase === 'loading') return;
  const text = draft && isDirty(draft) ? JSON.stringify(draft) : '';
  if (text === '' || text.length > KEEP_LIMIT) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, text);
}
