/** Starts Mogoly at login, in the tray: by the system's own list, on Linux by a file of the desktop standard. */
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { app } from 'electron';
import { makeFolder } from '../engine/make-folder.ts';
import { autostartFile } from '../control/paths.ts';

export interface Autostart {
  isOn: boolean;
  /** Where it is written down. */
  place: string;
}

/** As the uninstaller of Windows knows it. */
const RUN_NAME = 'Mogoly';
const HIDDEN = ['--hidden'];

export function getAutostart(): Autostart {
  if (process.platform === 'linux') return { isOn: existsSync(autostartFile()), place: autostartFile() };
  const place = process.platform === 'darwin' ? 'Login Items' : 'the Run key of this user';
  return { isOn: app.getLoginItemSettings({ args: HIDDEN }).openAtLogin, place };
}

export async function setAutostart(isOn: boolean): Promise<void> {
  if (process.platform !== 'linux')
    return app.setLoginItemSettings({ openAtLogin: isOn, args: HIDDEN, name: RUN_NAME });
  const file = autostartFile();
  if (!isOn) return rm(file, { force: true });
  await makeFolder(path.dirname(file));
  await writeFile(
    file,
    desktopEntry(process.env['APPIMAGE'] ?? process.execPath, app.isPackaged ? [] : [app.getAppPath()]),
  );
}

/** Desktop Entry specification, section "The Exec key": arguments in quotes, four characters escaped, % doubled. */
export function desktopEntry(program: string, args: readonly string[]): string {
  const quoted = [program, ...args].map((part) => `"${part.replace(/["`$\\]/g, '\\$&').replaceAll('%', '%%')}"`);
  return `[Desktop Entry]\nType=Application\nName=Mogoly\nExec=${quoted.join(' ')} --hidden\nX-GNOME-Autostart-enabled=true\n`;
}
