/** The icon in the tray: state at a glance, start and stop, each site, open, quit. */
import { Menu, nativeImage, Tray } from 'electron';
import type { MenuItemConstructorOptions, NativeImage } from 'electron';
import path from 'node:path';
import type { Actions } from './actions.ts';
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

function doorOf(tray: Tray, actions: Actions): TrayDoor {
  let shown = '';
  return {
    show(view) {
      const next = JSON.stringify(view);
      if (next === shown || tray.isDestroyed()) return;
      shown = next;
      tray.setImage(icon(view.icon));
      tray.setToolTip(`Mogoly: ${view.line}`);
      tray.setContextMenu(Menu.buildFromTemplate(trayTemplate(view, actions)));
    },
    close: () => tray.destroy(),
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
