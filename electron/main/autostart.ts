/** Starts Mogoly at login, in the tray: by the system's own list, on Linux by a file of the desktop standard. */
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { app } from 'electron';

export interface Autostart {
  isOn: boolean;
  /** Where it is written down. */
  place: string;
}

/** XDG Autostart specification. */
function desktopFile(env: NodeJS.ProcessEnv = process.env): string {
  const config = env['XDG_CONFIG_HOME'] || path.join(env['HOME'] ?? os.homedir(), '.config');
  return path.join(config, 'autostart', 'mogoly.desktop');
}

export function getAutostart(): Autostart {
  if (process.platform === 'linux') return { isOn: existsSync(desktopFile()), place: desktopFile() };
  const place = process.platform === 'darwin' ? 'Login Items' : 'the Run key of this user';
  return { isOn: app.getLoginItemSettings().openAtLogin, place };
}

export async function setAutostart(isOn: boolean): Promise<void> {
  if (process.platform !== 'linux') return app.setLoginItemSettings({ openAtLogin: isOn, args: ['--hidden'] });
  const file = desktopFile();
  if (!isOn) return rm(file, { force: true });
  await mkdir(path.dirname(file), { recursive: true });
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
