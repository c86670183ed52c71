/** When the app ends and when it does not: closing the window keeps routing, quitting lets go of everything. */
import { app, BrowserWindow } from 'electron';

/** The engine gives requests under way five seconds; a second more, and the process ends anyway. */
const CLOSE_DEADLINE_MS = 6_000;

export interface LifeOptions {
  openWindow: () => void;
  /** Asks where something would be left undone; not asked again once it said yes. */
  mayQuit: () => Promise<boolean>;
  /** Lets go of engine, sockets and tray. */
  close: () => Promise<void>;
  onBug: (error: unknown) => void;
}

export function setupLife({ openWindow, mayQuit, close, onBug }: LifeOptions): void {
  let state: 'open' | 'asking' | 'closing' | 'closed' = 'open';
  app.on('window-all-closed', () => {
    // Routing goes on in the tray; without this listener Electron would quit.
  });
  app.on('activate', openWindow);
  app.on('second-instance', openWindow);
  app.on('before-quit', (event) => {
    if (state === 'closed') return;
    event.preventDefault();
    if (state !== 'open') return;
    state = 'asking';
    void mayQuit()
      .catch((error: unknown) => {
        onBug(error);
        return true;
      })
      .then((may) => {
        state = may ? 'closing' : 'open';
        if (may) closeAll();
      });
  });
  const closeAll = (): void => {
    for (const window of BrowserWindow.getAllWindows()) window.close();
    void withDeadline(close(), CLOSE_DEADLINE_MS)
      .catch(onBug)
      .finally(() => {
        state = 'closed';
        app.quit();
      });
  };
}

/** Resolves when the work is done or the time is up, whichever comes first. */
async function withDeadline(work: Promise<void>, deadlineMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, deadlineMs);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}
