/** A real tray on the test's own X display (trayer), clicked with a real pointer (xdotool). */
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { promisify } from 'node:util';
import { until } from './wait.ts';

const execute = promisify(execFile);

/** A menu of GTK that stands takes the keyboard a moment later. */
const MENU_MS = 400;
/** Where a pointer is over nothing that has a tooltip. */
const AWAY = ['mousemove', '1430', '890'];
/** An X server that lost its last client starts anew, and turns away who comes meanwhile. */
const STARTS = 5;
/** Wider than an empty tray. */
const ICON_WIDTH = 24;

export interface TestTray {
  /** Waits until an icon stands in the tray. */
  waitForIcon: () => Promise<void>;
  /** Opens the menu with the right button and chooses the enabled item at this place, counted from 1. */
  choose: (item: number) => Promise<void>;
  click: () => Promise<void>;
  close: () => Promise<void>;
}

/** Throws where trayer or xdotool are not installed: the test then fails by name. */
export async function startTray(): Promise<TestTray> {
  const child = await startTrayer(STARTS);
  return {
    waitForIcon: async () =>
      void (await until(async () => (await trayWidth()) >= ICON_WIDTH, { message: 'an icon in the tray' })),
    async choose(item) {
      await pointer(...AWAY);
      await pause(MENU_MS);
      const before = await visibleWindows();
      const isOpen = async (): Promise<boolean> => (await visibleWindows()) > before;
      do {
        await pointer('mousemove', '16', '16', 'click', '3', ...AWAY);
        await until(isOpen, { message: 'the menu of the tray' });
        await pause(MENU_MS);
        for (let step = 0; step < item; step += 1) await pointer('key', 'Down');
        await pause(MENU_MS);
      } while (!(await isOpen())); // news came in between: the desktop shows a new menu by closing the old one
      await pointer('key', 'Return');
    },
    click: async () => void (await pointer('mousemove', '16', '16', 'click', '1')),
    async close() {
      if (child.exitCode !== null) return;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill();
      await ended;
    },
  };
}

async function startTrayer(starts: number): Promise<ChildProcess> {
  const child = spawn('trayer', ['--edge', 'top', '--align', 'left', '--widthtype', 'request', '--height', '32'], {
    stdio: 'ignore',
  });
  const ended = new Promise<Error>((resolve) => {
    child.once('error', (error) => resolve(new Error(`the tests of the tray need trayer: ${error.message}`)));
    child.once('exit', (code) => resolve(new Error(`trayer ended with ${code}`)));
  });
  const failed = await Promise.race([until(trayWidth, { message: 'the tray', intervalMs: 100 }), ended]);
  if (!(failed instanceof Error)) return child;
  if (starts <= 1 || child.pid === undefined) throw failed;
  await pause(MENU_MS);
  return startTrayer(starts - 1);
}

/** In pixels; throws while there is no tray. */
async function trayWidth(): Promise<number> {
  const found = await pointer('search', '--onlyvisible', '--class', 'trayer');
  const geometry = await pointer('getwindowgeometry', found.trim().split('\n').at(-1) ?? '');
  return Number(/Geometry: (\d+)x/.exec(geometry)?.[1]);
}

/** Of everything on the display, menus too. */
async function visibleWindows(): Promise<number> {
  const found = await pointer('search', '--onlyvisible', '--maxdepth', '1', '--name', '');
  return found.trim().split('\n').length;
}

const pointer = async (...args: string[]): Promise<string> => (await execute('xdotool', args)).stdout;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
