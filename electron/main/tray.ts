/** The icon in the tray: state at a glance, start and stop, each site, open, quit. */
import { Menu, nativeImage, Tray } from 'electron';
import type { MenuItemConstructorOptions, NativeImage } from 'electron';
import path from 'node:path';
import type { Actions } from './actions.ts';
import { calm } from './calm.ts';
import { ICON_FOLDER } from './paths.ts';
import type { TrayIcon, TrayView } from './tray-view.ts';

export interface TrayDoor {
  /** Draws icon, tooltip and menu anew, if anything in them changed. */
  show: (view: TrayView) => void;
  close: () => void;
}

/** Undefined where the desktop has no tray; the window and the menu do the same work. */
export function setupTray(actions: Actions, onFailure: (error: unknown) => void): TrayDoor | undefined {
  try {
    const tray = new Tray(icon('stopped'));
    tray.on('click', actions.openWindow);
    tray.on('double-click', actions.openWindow);
    return doorOf(tray, actions);
  } catch (error) {
    onFailure(error);
    return undefined;
  }
}

/**
 * On Linux a menu that is replaced while it stands open closes, and Electron does not tell there that one is open: what
 * only marks a site waits for the one before it to have been readable.
 */
const MENU_GAP_MS = 3_000;

function doorOf(tray: Tray, actions: Actions): TrayDoor {
  const shown: { icon?: TrayIcon; line?: string; menu?: string; can?: string } = {};
  const menu = calm((view: TrayView) => {
    // What changed and changed back meanwhile is no change.
    const next = JSON.stringify({ ...view, icon: '' });
    if (next === shown.menu || tray.isDestroyed()) return;
    shown.menu = next;
    tray.setContextMenu(Menu.buildFromTemplate(trayTemplate(view, actions)));
  }, MENU_GAP_MS);
  return {
    show(view) {
      if (tray.isDestroyed()) return;
      if (view.icon !== shown.icon) tray.setImage(icon(view.icon));
      if (view.line !== shown.line) tray.setToolTip(`Mogoly: ${view.line}`);
      const can = JSON.stringify([view.canStart, view.canStop]);
      menu.call(view, can !== shown.can);
      Object.assign(shown, { icon: view.icon, line: view.line, can });
    },
    close() {
      menu.close();
      tray.destroy();
    },
  };
}

function icon(name: TrayIcon): NativeImage {
  if (process.platform !== 'darwin') return nativeImage.createFromPath(path.join(ICON_FOLDER, `tray-${name}.png`));
  const template = nativeImage.createFromPath(path.join(ICON_FOLDER, `tray-${name}Template.png`));
  template.setTemplateImage(true);
  return template;
}

function trayTemplate(view: TrayView, actions: Actions): MenuItemConstructorOptions[] {
  const more: MenuItemConstructorOptions[] =
    view.more > 0 ? [{ label: `${view.more} more in the window`, click: actions.openWindow }] : [];
  return [
    { label: view.line, enabled: false },
    { type: 'separator' },
    view.canStop
      ? { label: 'Stop routing', click: actions.stopRouting }
      : { label: 'Start routing', enabled: view.canStart, click: actions.startRouting },
    { type: 'separator' },
    ...view.sites.map(({ label, url }): MenuItemConstructorOptions => ({
      label,
      submenu: [
        { label: 'Open in browser', click: () => actions.openSite(url) },
        { label: 'Copy address', click: () => actions.copyAddress(url) },
      ],
    })),
    ...more,
    ...(view.sites.length > 0 ? [{ type: 'separator' } as const] : []),
    { label: 'Open Mogoly', click: actions.openWindow },
    ...(view.findings > 0
      ? [{ label: `Doctor: ${view.findings} to mend`, click: () => actions.ask({ action: 'go.doctor' }) }]
      : []),
    { label: 'Quit', click: actions.quit },
  ];
}
