/** Keeps the typed config over a closed window and a restart, and tells the app that there is something to lose. */
import type { Bridge } from '../bridge.ts';
import { configText } from './config-text.ts';

const KEY = 'config-draft';
/** Storage holds five million characters; a longer draft lives as long as the window. */
const KEEP_LIMIT = 2_000_000;
/** A pause in typing. */
const WRITE_AFTER_MS = 300;

/** At the start of the window: takes up what was kept, and follows it from then on. */
export function keepDraft(bridge: Pick<Bridge, 'callApp'>): void {
  const kept = read();
  if (kept) configText.setState(kept);
  let unsaved = false;
  const tell = (): void => {
    const now = configText.getState().draft !== undefined;
    if (now === unsaved) return;
    unsaved = now;
    void bridge.callApp('window.setUnsaved', { unsaved });
  };
  let timer: ReturnType<typeof setTimeout> | undefined;
  configText.subscribe((state, before) => {
    tell();
    if (state.draft === before.draft && state.base === before.base) return;
    clearTimeout(timer);
    timer = setTimeout(write, WRITE_AFTER_MS);
  });
  window.addEventListener('pagehide', write);
  tell();
}

function read(): { draft: string; base: number } | undefined {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? 'null');
    if (typeof kept !== 'object' || kept === null || !('draft' in kept) || !('base' in kept)) return undefined;
    const { draft, base } = kept;
    return typeof draft === 'string' && typeof base === 'number' ? { draft, base } : undefined;
  } catch {
    return undefined; // A damaged store: nothing was kept.
  }
}

function write(): void {
  const { draft, base } = configText.getState();
  if (draft === undefined || draft.length > KEEP_LIMIT) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, JSON.stringify({ draft, base }));
}
