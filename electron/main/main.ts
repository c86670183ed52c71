/** The app: wires home, engine, window, tray and menus together, and decides nothing itself. */
import path from 'node:path';
import { app, dialog, powerMonitor } from 'electron';
import { dispatch } from '../control/dispatch.ts';
import { homeFolder } from '../control/home.ts';
import { makeHomeSync } from '../engine/make-folder.ts';
import { formatProblem } from '../../shared/problem.ts';
import type { Problem } from '../../shared/problem.ts';
import { isAppCommand } from '../../shared/names.ts';
import { createActions } from './actions.ts';
import { setupBugReports } from './bug.ts';
import { appSettings } from './app-settings.ts';
import { createAppHandlers, dispatchApp, openUrl } from './commands.ts';
import { setupGuard } from './guard.ts';
import { openHost } from './host.ts';
import type { Host } from './host.ts';
import { setupIpc } from './ipc.ts';
import { setupLife } from './life.ts';
import { keychainWrapper } from './key-wrapper.ts';
import { openMemory } from './memory.ts';
import { setupMenu } from './menu.ts';
import { appVersion, RENDERER_FOLDER } from './paths.ts';
import { registerScheme, setupProtocol } from './protocol.ts';
import { publishTo } from './publish.ts';
import { setupNotifications } from './notify.ts';
import { onStateChange } from './refresh.ts';
import { watchDoctor } from './doctor-watch.ts';
import { setupTray } from './tray.ts';
import { trayView } from './tray-view.ts';
import { createUnsaved } from './unsaved.ts';
import { createUpdates } from './updates.ts';
import { setupWindow } from './window.ts';

const isHidden = process.argv.includes('--hidden');
const home = homeFolder();

// All that Chromium keeps stays in the home folder too; the single-instance lock is therefore one a home.
const made = makeHomeSync(home);
if (made.ok) app.setPath('userData', path.join(home, 'app'));
registerScheme();

if (!made.ok) refuseStart(made.problems);
else if (!app.requestSingleInstanceLock()) app.exit(0);
else {
  const report = setupBugReports(home);
  void app
    .whenReady()
    .then(() => open(report))
    .catch(report);
}

async function open(report: (error: unknown) => void): Promise<void> {
  const host = await openHost(home, appVersion(), keychainWrapper());
  if (!host.ok) return refuseStart(host.problems);
  run(host.value, report);
}

function run(host: Host, report: (error: unknown) => void): void {
  const { engine, handlers, publisher } = host;
  const memory = openMemory(home);
  setupProtocol(RENDERER_FOLDER);
  setupGuard((url) => void openUrl(engine, url).catch(report));
  const window = setupWindow(memory, (made) => publishTo(made, publisher));
  const unsaved = createUnsaved(window.open);
  const appHandlers = createAppHandlers({
    engine,
    version: appVersion(),
    window: window.current,
    theme: () => memory.get().theme,
    setTheme: window.setTheme,
    setUnsaved: unsaved.set,
    settings: appSettings(memory),
    updates: createUpdates(),
  });
  const answer = (name: string, request: unknown): Promise<unknown> =>
    isAppCommand(name)
      ? dispatchApp(appHandlers, name, request)
      : dispatch(handlers, name, request, (_name, error) => report(error));
  setupIpc({ window: window.current, answer, onBug: report });

  const actions = createActions({ engine, openWindow: window.open, ask: window.ask, answer, onBug: report });
  const menu = setupMenu(actions);
  const tray = setupTray(actions, report);
  const doctor = watchDoctor(engine.system.doctor, engine.on, report);
  const draw = (): void => {
    const view = trayView(engine.snapshot(), doctor.count());
    menu.show(view);
    tray?.show(view);
  };
  const endRefresh = onStateChange(engine, draw);
  const endNotifications = setupNotifications({
    engine,
    isOn: () => memory.get().notifications,
    showSite: (site) => window.ask({ site }),
  });
  const close = async (): Promise<void> => {
    endRefresh();
    endNotifications();
    doctor.close();
    await host.close();
    tray?.close();
  };
  setupLife({ openWindow: window.open, mayQuit: unsaved.mayQuit, close, onBug: report });
  // Certificates and orders may be overdue after a sleep.
  powerMonitor.on('resume', () => void engine.refresh().catch(report));
  if (!isHidden) window.open();
  void engine.start().catch(report);
}

/** Another owner of the home folder, or a folder that cannot be used: said once, then the app ends with 1. */
function refuseStart(problems: Problem[]): void {
  const text = problems.map(formatProblem).join('\n');
  process.stderr.write(`${text}\n`);
  if (!isHidden) dialog.showErrorBox('Mogoly cannot start', text);
  app.exit(1);
}
