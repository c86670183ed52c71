/** What a person can do anywhere in the window: one list for the command palette, the shortcut sheet and the menus. */

export type ActionGroup = 'Go to' | 'Sites' | 'Services' | 'Routing' | 'Edit' | 'Window' | 'Files' | 'Help';
export type MenuName = 'file' | 'edit' | 'go' | 'routing' | 'view' | 'help';

export interface ActionSpec {
  id: string;
  title: string;
  group: ActionGroup;
  /** `Mod` is Ctrl, on a Mac Cmd: `Mod+Shift+S`, `?`, `F6`. */
  keys?: string;
  /** The application menu it stands in. */
  menu?: MenuName;
  /** The main process does it when the menu is chosen or the keys are pressed, also while there is no window. */
  isMain?: boolean;
  /** Other words that a person may search by. */
  words?: string;
}

export const ACTIONS = [
  { id: 'site.add', title: 'Add site', group: 'Sites', keys: 'Mod+N', menu: 'file', words: 'new create map host' },
  {
    id: 'service.add',
    title: 'Add service',
    group: 'Services',
    menu: 'file',
    words: 'new create database postgres redis mysql docker',
  },
  { id: 'health.check', title: 'Check health of all sites', group: 'Sites', menu: 'routing', words: 'probe' },
  { id: 'go.map', title: 'Map', group: 'Go to', keys: 'Mod+1', menu: 'go', words: 'graph' },
  { id: 'go.sites', title: 'Sites', group: 'Go to', keys: 'Mod+2', menu: 'go', words: 'hosts pools backends' },
  { id: 'go.traffic', title: 'Traffic', group: 'Go to', keys: 'Mod+3', menu: 'go', words: 'requests exchanges' },
  { id: 'go.events', title: 'Events', group: 'Go to', keys: 'Mod+4', menu: 'go', words: 'log' },
  { id: 'go.names', title: 'Names', group: 'Go to', keys: 'Mod+5', menu: 'go', words: 'dns zones resolver' },
  { id: 'go.certificates', title: 'Trust', group: 'Go to', keys: 'Mod+6', menu: 'go', words: 'certificates ca tls' },
  {
    id: 'go.services',
    title: 'Services',
    group: 'Go to',
    keys: 'Mod+7',
    menu: 'go',
    words: 'database docker container',
  },
  { id: 'go.config', title: 'Config', group: 'Go to', keys: 'Mod+8', menu: 'go', words: 'yaml history' },
  { id: 'go.doctor', title: 'Doctor', group: 'Go to', keys: 'Mod+9', menu: 'go', words: 'run check machine problems' },
  { id: 'go.settings', title: 'Settings', group: 'Go to', keys: 'Mod+,', menu: 'go', words: 'preferences ports' },
  { id: 'palette.open', title: 'Command palette', group: 'Window', keys: 'Mod+K', menu: 'go' },
  { id: 'site.find', title: 'Search this screen', group: 'Window', keys: '/' },
  {
    id: 'routing.start',
    title: 'Start routing',
    group: 'Routing',
    keys: 'Mod+Shift+S',
    menu: 'routing',
    isMain: true,
    words: 'on',
  },
  {
    id: 'routing.stop',
    title: 'Stop routing',
    group: 'Routing',
    keys: 'Mod+Shift+X',
    menu: 'routing',
    isMain: true,
    words: 'off',
  },
  { id: 'edit.undo', title: 'Undo the last change', group: 'Edit', keys: 'Mod+Z' },
  { id: 'edit.redo', title: 'Redo what was undone', group: 'Edit', keys: 'Mod+Shift+Z' },
  { id: 'explain.open', title: 'Explain a URL', group: 'Routing', menu: 'routing', words: 'why where route' },
  { id: 'theme.system', title: 'Theme: as the system', group: 'Window', words: 'colour appearance' },
  { id: 'theme.light', title: 'Theme: light', group: 'Window', words: 'colour appearance' },
  { id: 'theme.dark', title: 'Theme: dark', group: 'Window', words: 'colour appearance' },
  { id: 'focus.next', title: 'Next part of the window', group: 'Window', keys: 'F6' },
  { id: 'focus.previous', title: 'Part before', group: 'Window', keys: 'Shift+F6' },
  { id: 'file.config', title: 'Show the config file', group: 'Files', menu: 'file', words: 'reveal folder yaml' },
  { id: 'file.log', title: 'Show the log file', group: 'Files', menu: 'file', words: 'reveal folder' },
  { id: 'file.home', title: 'Show the home folder', group: 'Files', menu: 'file', words: 'reveal' },
  { id: 'tour.start', title: 'Guided start', group: 'Help', menu: 'help', words: 'tour first run onboarding' },
  { id: 'help.keys', title: 'Keyboard shortcuts', group: 'Help', keys: '?', menu: 'help' },
] as const satisfies readonly ActionSpec[];

export type ActionId = (typeof ACTIONS)[number]['id'];

export const ACTION_LIST: readonly (ActionSpec & { id: ActionId })[] = ACTIONS;

export const isAction = (id: unknown): id is ActionId => ACTIONS.some((action) => action.id === id);

/** What the app around the window asks it to show: an action of the list, or a site. */
export type Ask = { action: ActionId } | { site: string };

export function isAsk(value: unknown): value is Ask {
  if (typeof value !== 'object' || value === null) return false;
  return ('action' in value && isAction(value.action)) || ('site' in value && typeof value.site === 'string');
}

/** As Electron writes it: `CmdOrCtrl+Shift+S`. */
export const acceleratorOf = (keys: string): string => keys.replace('Mod', 'CmdOrCtrl');

/** As a person reads it: `Ctrl+K`, on a Mac `⌘K`. */
export function shownKeys(keys: string, isMac: boolean): string {
  if (!isMac) return keys.replace('Mod', 'Ctrl');
  return keys.replace('Mod', '⌘').replace('Shift', '⇧').replaceAll('+', '');
}

export interface KeyPress {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  altKey: boolean;
}

/** Whether a key press is these keys. Both Ctrl and Cmd count as Mod, on every system. */
export function isPressed(keys: string, press: KeyPress): boolean {
  const parts = keys.split('+');
  const key = parts.at(-1)!;
  const isMod = press.ctrlKey || press.metaKey;
  if (press.altKey || parts.includes('Mod') !== isMod) return false;
  // `?` and `/` stand on other keys on other keyboards: what they print counts, however it is typed.
  if (/^[a-z]$|^F\d/i.test(key) && parts.includes('Shift') !== press.shiftKey) return false;
  return press.key.toLowerCase() === key.toLowerCase();
}
