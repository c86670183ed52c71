/** Asks before the app ends while the window holds text that was not applied. */
import { dialog } from 'electron';

export interface Unsaved {
  set: (unsaved: boolean) => void;
  /** At once where nothing is unsaved. */
  mayQuit: () => Promise<boolean>;
}

/** @param showWindow called when the person wants to stay. */
export function createUnsaved(showWindow: () => void): Unsaved {
  let unsaved = false;
  return {
    set: (now) => void (unsaved = now),
    async mayQuit() {
      if (!unsaved) return true;
      const { response } = await dialog.showMessageBox({
        type: 'question',
        message: 'The config has changes that are not applied.',
        detail: 'They are kept, and wait on the Config screen for the next start. Until then routing stays as it is.',
        buttons: ['Quit', 'Stay'],
        defaultId: 1,
        cancelId: 1,
      });
      if (response === 1) showWindow();
      return response === 0;
    },
  };
}
