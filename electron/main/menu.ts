/** The application menu, as each platform lays it out. */
import { app, Menu } from 'electron';
import type { MenuItemConstructorOptions } from 'electron';
import { ACTION_LIST, acceleratorOf, type ActionId, type ActionSpec, type MenuName } from '../../shared/actions.ts';
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
    { label: '&Go', submenu: actionItems('go', actions) },
    { label: '&Routing', submenu: actionItems('routing', actions) },
    viewMenu(hasDevTools),
    windowMenu(actions),
    { role: 'help', submenu: actionItems('help', actions) },
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
    ...actionItems('file', actions),
    { type: 'separator' },
    { label: 'Close Window', accelerator: 'CmdOrCtrl+W', role: 'close' },
    ...(isMac ? [] : [{ type: 'separator' } as const, { label: '&Quit', accelerator: 'Ctrl+Q', click: actions.quit }]),
  ],
});

/** The entries of the list of actions that stand in this menu, in its order. */
const actionItems = (menu: MenuName, actions: Actions): MenuItemConstructorOptions[] =>
  ACTION_LIST.filter((action) => action.menu === menu).map((action) => actionItem(action, actions));

function actionItem(action: ActionSpec & { id: ActionId }, actions: Actions): MenuItemConstructorOptions {
  const { id, title, keys, isMain } = action;
  return {
    id,
    label: title,
    // The page hears its own keys; here they are only shown, so that one press does one thing.
    ...(keys === undefined ? {} : { accelerator: acceleratorOf(keys), registerAccelerator: isMain === true }),
    click:
      id === 'routing.start'
        ? actions.startRouting
        : id === 'routing.stop'
          ? actions.stopRouting
          : () => actions.ask({ action: id }),
  };
}

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
