/** Carries the engine's pushes to the window while it is open, in batches. */
import type { BrowserWindow } from 'electron';
import type { Push } from '../../shared/protocol.ts';
import { PUSH_CHANNEL } from '../../shared/names.ts';

/** Pushes gather this long, a frame of the screen, and cross together. */
const BATCH_MS = 16;
/** Pushes kept while the page loads; past it they are dropped, and the gap makes the page ask for a new snapshot. */
const QUEUE_LIMIT = 500;

export interface PushSource {
  subscribe: (listener: (push: Push) => void) => () => void;
}

/** Ends by itself when the window is closed. */
export function publishTo(window: BrowserWindow, source: PushSource): void {
  const { webContents } = window;
  let queue: Push[] = [];
  let isReady = false;
  let timer: NodeJS.Timeout | undefined;

  const flush = (): void => {
    timer = undefined;
    if (!isReady || queue.length === 0) return;
    const batch = queue;
    queue = [];
    // As text: objects would be copied property by property from the preload's world into the page's.
    webContents.send(PUSH_CHANNEL, JSON.stringify(batch));
  };
  const unsubscribe = source.subscribe((push) => {
    if (queue.length >= QUEUE_LIMIT) queue = [];
    queue.push(push);
    timer ??= setTimeout(flush, BATCH_MS);
  });

  webContents.on('did-start-loading', () => void (isReady = false));
  webContents.on('did-stop-loading', () => {
    isReady = true;
    flush();
  });
  window.once('closed', () => {
    isReady = false;
    clearTimeout(timer);
    unsubscribe();
  });
}
