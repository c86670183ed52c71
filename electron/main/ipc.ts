/** The one door for the window's commands: who asks is checked here, what is asked by the contract's schemas. */
import { ipcMain } from 'electron';
import type { BrowserWindow, IpcMainInvokeEvent } from 'electron';
import { failure, problem } from '../../shared/problem.ts';
import { CALL_CHANNEL } from '../../shared/names.ts';
import { isAppUrl } from './asset.ts';

export interface IpcOptions {
  window: () => BrowserWindow | undefined;
  /** Parses the request and answers; a rejection is a bug. */
  answer: (name: string, request: unknown) => Promise<unknown>;
  onBug: (error: unknown) => void;
}

export function setupIpc({ window, answer, onBug }: IpcOptions): void {
  ipcMain.handle(CALL_CHANNEL, async (event, name: unknown, request: unknown) => {
    if (!isFromWindow(event, window()))
      return failure(
        problem('SENDER_REFUSED', 'Only the Mogoly window may ask.', { fix: 'Use the window, or the CLI.' }),
      );
    if (typeof name !== 'string') return failure(problem('COMMAND_UNKNOWN', 'A command is named by text.'));
    try {
      return await answer(name, request);
    } catch (error) {
      onBug(error);
      return failure(problem('APP_FAILED', `"${name}" failed inside Mogoly.`, { fix: 'See the log, and report it.' }));
    }
  });
}

/** The main frame of our window, showing our page. */
function isFromWindow(event: IpcMainInvokeEvent, window: BrowserWindow | undefined): boolean {
  const frame = event.senderFrame;
  if (frame === null || window === undefined || window.isDestroyed()) return false;
  const main = window.webContents.mainFrame;
  return event.sender === window.webContents && frame.frameTreeNodeId === main.frameTreeNodeId && isAppUrl(frame.url);
}
