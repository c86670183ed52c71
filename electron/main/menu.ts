/** The application menu, as each platform lays it out. */
import { app, Menu } from 'electron';
import type { MenuItemConstructorOptions } from 'electron';
import type { Actions } from './actions.ts';
import type { TrayView } from './tray-view.ts';

export interface MenuDoor {
  /** Enables Start or Stop, whichever applies. */
  show: (view: TrayView) => void;
}

export function setupMenu(actions: Actions): MenuDoor {
  const menu = Menu.buildFromTemplate(menuTemplate(process.platform, actions, !app.isPackaged));
  Menu.setApplicationMenu(menu);
  return {
    show(view) {
      const start = menu.getMenuItemById('routing.start');
      const stop = menu.getMenuItemById('routing.stop');
      if (start !== null) start.enabled = view.canStart;
      if (stop !== null) stop.enabled = view.canStop;
    },
  };
}

/** `hasDevTools`: inspecting the page is for those who build it. */
export function menuTemplate(platform: string, actions: Actions, hasDevTools: boolean): MenuItemConstructorOptions[] {
  const isMac = platform === 'darwin';
  return [
    ...(isMac ? [appMenu(actions)] : []),
    fileMenu(isMac, actions),
    { role: 'editMenu' },
    routingMenu(actions),
    viewMenu(hasDevTools),
    windowMenu(actions),
  ];
}

const appMenu = (actions: Actions): MenuItemConstructorOptions => ({
  role: 'appMenu',
  submenu: [
    { role: 'about' },
    { type: 'separator' },
    { role: 'services' },
    { type: 'separator' },
    { role: 'hide' },
    { role: 'hideOthers' },
    { role: 'unhide' },
    { type: 'separator' },
    { label: 'Quit Mogoly', accelerator: 'Cmd+Q', click: actions.quit },
  ],
});

const fileMenu = (isMac: boolean, actions: Actions): MenuItemConstructorOptions => ({
  label: '&File',
  submenu: [
    { label: 'Close Window', accelerator: 'CmdOrCtrl+W', role: 'close' },
    ...(isMac ? [] : [{ type: 'separator' } as const, { label: '&Quit', accelerator: 'Ctrl+Q', click: actions.quit }]),
  ],
});

const routingMenu = (actions: Actions): MenuItemConstructorOptions => ({
  label: '&Routing',
  submenu: [
    { id: 'routing.start', label: 'Start routing', accelerator: 'CmdOrCtrl+Shift+S', click: actions.startRouting },
    { id: 'routing.stop', label: 'Stop routing', accelerator: 'CmdOrCtrl+Shift+X', click: actions.stopRouting },
  ],
});

const viewMenu = (hasDevTools: boolean): MenuItemConstructorOptions => ({
  label: '&View',
  submenu: [
    { role: 'resetZoom' },
    { role: 'zoomIn' },
    { role: 'zoomOut' },
    { type: 'separator' },
    { role: 'togglefullscreen' },
    ...(hasDevTools
      ? [{ type: 'separator' } as const, { role: 'reload' } as const, { role: 'toggleDevTools' } as const]
      : []),
  ],
});

const windowMenu = (actions: Actions): MenuItemConstructorOptions => ({
  role: 'windowMenu',
  submenu: [
    { role: 'minimize' },
    { role: 'zoom' },
    { type: 'separator' },
    { label: 'Open Mogoly', click: actions.openWindow },
  ],
});
