/** The commands only the app can answer: browser, clipboard, files, theme, quit. */
import { access } from 'node:fs/promises';
import path from 'node:path';
import { app, clipboard, shell } from 'electron';
import type { BrowserWindow } from 'electron';
import type { Engine } from '../engine/engine.ts';
import { failure, problem, ProblemError, success } from '../../shared/problem.ts';
import type { Result } from '../../shared/problem.ts';
import { appRequestSchemas } from '../../shared/window-api.ts';
import type { AppAnswer, AppCommandName, AppHandlers, AppParsedRequest, Theme } from '../../shared/window-api.ts';
import { ownUrl } from './own-url.ts';
import type { SettingsDoor } from './app-settings.ts';
import { saveText } from './save-text.ts';
import type { UpdatesDoor } from './updates.ts';

export interface AppCommandOptions {
  engine: Engine;
  version: string;
  /** What dialogs belong to. */
  window: () => BrowserWindow | undefined;
  theme: () => Theme;
  setTheme: (theme: Theme) => void;
  setUnsaved: (unsaved: boolean) => void;
  settings: SettingsDoor;
  updates: UpdatesDoor;
}

export function createAppHandlers({
  engine,
  version,
  window,
  theme,
  setTheme,
  setUnsaved,
  settings,
  updates,
}: AppCommandOptions): AppHandlers {
  return {
    'app.info': () => ({ platform: process.platform, version, isPackaged: app.isPackaged }),
    async 'app.openUrl'({ url }) {
      const opened = await openUrl(engine, url);
      if (!opened.ok) throw new ProblemError(opened.problems);
      return null;
    },
    'app.copyText'({ text }) {
      clipboard.writeText(text);
      return null;
    },
    'app.saveText': async (request) => ({ file: await saveText(window(), request) }),
    async 'app.revealFile'({ file }) {
      await reveal(file === 'home' ? engine.home : file === 'config' ? engine.configFile : await logFile(engine));
      return null;
    },
    'app.getSettings': settings.get,
    'app.setSettings': settings.set,
    'app.getUpdate': updates.get,
    'app.update': ({ step }) => updates.step(step),
    'app.quit'() {
      setImmediate(() => app.quit());
      return null;
    },
    'window.getTheme': () => ({ theme: theme() }),
    'window.setTheme'({ theme: next }) {
      setTheme(next);
      return { theme: next };
    },
    'window.setUnsaved'({ unsaved }) {
      setUnsaved(unsaved);
      return null;
    },
  };
}

/** Parses the request by the command's schema and answers it; expected failures are answers too. */
export async function dispatchApp<K extends AppCommandName>(
  handlers: AppHandlers,
  name: K,
  request: unknown,
): Promise<AppAnswer<K>> {
  const parsed = appRequestSchemas[name].safeParse(request);
  if (!parsed.success) {
    return failure(
      ...parsed.error.issues.map((issue) =>
        problem('COMMAND_INVALID', `${name}: ${issue.message}`, {
          path: issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key)),
        }),
      ),
    );
  }
  try {
    return { ok: true, value: await handlers[name](parsed.data as AppParsedRequest<K>) };
  } catch (error) {
    if (error instanceof ProblemError) return failure(...error.problems);
    throw error;
  }
}

/** Hands an address of an own site to the browser; others are refused (`URL_NOT_OWN`). */
export async function openUrl(engine: Engine, address: string): Promise<Result<string>> {
  const url = ownUrl(address, { listeners: engine.snapshot().listeners, explain: engine.explain });
  if (url === undefined) {
    return failure(
      problem('URL_NOT_OWN', 'Only addresses of own sites are opened.', { fix: 'Copy it into a browser.' }),
    );
  }
  await shell.openExternal(url);
  return success(url);
}

async function reveal(file: string): Promise<void> {
  try {
    await access(file);
  } catch {
    throw new ProblemError([
      problem('FILE_MISSING', `${file} is not there yet.`, { fix: 'It is made when it is first needed.' }),
    ]);
  }
  shell.showItemInFolder(file);
}

/** `log_output` of the config, relative to the home folder. */
async function logFile(engine: Engine): Promise<string> {
  const { value } = await engine.document();
  const written = typeof value === 'object' && value !== null && 'log_output' in value ? value.log_output : undefined;
  return path.resolve(engine.home, typeof written === 'string' ? written : 'logs/mogoly.log');
}
