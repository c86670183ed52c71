/** Writes a text where the person says, by the system's own dialog. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { app, dialog } from 'electron';
import type { BrowserWindow } from 'electron';
import { problem, ProblemError } from '../../shared/problem.ts';

/** The folder chosen last in this run; the next dialog opens there. */
let lastFolder: string | undefined;

/** The path written; null when the dialog was left. Throws a ProblemError FILE_UNWRITABLE. */
export async function saveText(
  window: BrowserWindow | undefined,
  { suggestedName, text }: { suggestedName: string; text: string },
): Promise<string | null> {
  const options = { defaultPath: path.join(lastFolder ?? app.getPath('documents'), suggestedName) };
  const { canceled, filePath } = await (window
    ? dialog.showSaveDialog(window, options)
    : dialog.showSaveDialog(options));
  if (canceled || filePath === undefined || filePath === '') return null;
  try {
    // What is exported may hold hosts, headers and bodies: for its owner only.
    await writeFile(filePath, text, { mode: 0o600 });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ProblemError([
      problem('FILE_UNWRITABLE', `${filePath} cannot be written: ${reason}.`, { fix: 'Choose another folder.' }),
    ]);
  }
  lastFolder = path.dirname(filePath);
  return filePath;
}
