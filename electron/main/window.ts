/** The one window: made when it is asked for, gone when it is closed; routing does not depend on it. */
import { BrowserWindow, nativeTheme, screen } from 'electron';
import path from 'node:path';
import type { Ask } from '../../shared/actions.ts';
import { ASK_CHANNEL } from '../../shared/names.ts';
import type { Theme } from '../../shared/window-api.ts';
import { APP_URL } from './asset.ts';
import type { MemoryFile } from './memory.ts';
import { ICON_FOLDER, PRELOAD_FILE } from './paths.ts';
import { MIN_SIZE, placeWindow } from './place.ts';

/** A drag fires hundreds of moves; one write after it is enough. */
const REMEMBER_MS = 500;
/** As the page's own background, so that it does not flash while it loads. */
const BACKGROUND = { light: '#f4f4f6', dark: '#111215' } as const;

export interface WindowDoor {
  current: () => BrowserWindow | undefined;
  /** Brings the window to the front; makes it when there is none. */
  open: () => void;
  /** Opens it and has it show something. */
  ask: (ask: Ask) => void;
  setTheme: (theme: Theme) => void;
}

/** @param onCreate called with each new window before its page loads. */
export function setupWindow(memory: MemoryFile, onCreate: (window: BrowserWindow) => void): WindowDoor {
  let current: BrowserWindow | undefined;
  nativeTheme.themeSource = memory.get().theme;
  nativeTheme.on('updated', () => current?.setBackgroundColor(background()));
  const open = (): BrowserWindow => {
    if (current !== undefined) {
      bringToFront(current);
      return current;
    }
    const window = createWindow(memory);
    current = window;
    window.once('closed', () => void (current = undefined));
    remember(window, memory);
    onCreate(window);
    void window.loadURL(APP_URL);
    return window;
  };
  return {
    current: () => current,
    open: () => void open(),
    ask(ask) {
      const { webContents } = open();
      const send = (): void => webContents.send(ASK_CHANNEL, ask);
      if (webContents.isLoading()) webContents.once('did-stop-loading', send);
      else send();
    },
    setTheme(theme) {
      nativeTheme.themeSource = theme;
      memory.set({ theme });
    },
  };
}

function createWindow(memory: MemoryFile): BrowserWindow {
  const { bounds, maximized } = memory.get();
  const areas = [screen.getPrimaryDisplay(), ...screen.getAllDisplays()].map((display) => display.workArea);
  const window = new BrowserWindow({
    ...placeWindow(bounds, areas),
    minWidth: MIN_SIZE.width,
    minHeight: MIN_SIZE.height,
    title: 'Mogoly',
    show: false,
    backgroundColor: background(),
    ...(process.platform === 'linux' ? { icon: path.join(ICON_FOLDER, 'icon.png') } : {}),
    webPreferences: {
      preload: PRELOAD_FILE,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      spellcheck: false,
    },
  });
  window.once('ready-to-show', () => {
    if (maximized) window.maximize();
    window.show();
  });
  return window;
}

function remember(window: BrowserWindow, memory: MemoryFile): void {
  let timer: NodeJS.Timeout | undefined;
  const write = (): void => {
    clearTimeout(timer);
    if (!window.isDestroyed()) memory.set({ bounds: window.getNormalBounds(), maximized: window.isMaximized() });
  };
  const later = (): void => {
    clearTimeout(timer);
    timer = setTimeout(write, REMEMBER_MS);
  };
  window.on('resize', later);
  window.on('move', later);
  window.on('close', write);
  window.once('closed', () => clearTimeout(timer));
}

function bringToFront(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}

const background = (): string => (nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light);
