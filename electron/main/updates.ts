/** Updates of the installed app: looked for, downloaded and installed only when the person says so. */
import { existsSync } from 'node:fs';
import { app } from 'electron';
import type { AppUpdater, CancellationToken } from 'electron-updater';
import { problem } from '../../shared/problem.ts';
import type { Problem } from '../../shared/problem.ts';
import type { UpdateState, UpdateStep } from '../../shared/update.ts';
import { findFeed } from './update-feed.ts';
import type { UpdateFeed } from './update-feed.ts';

export interface UpdatesDoor {
  get: () => UpdateState;
  /** Answers at once; what comes of it is in the state. A step that does not fit the phase does nothing. */
  step: (step: UpdateStep) => UpdateState;
}

/** Where dpkg notes what it has installed of us. */
const DPKG_LIST = '/var/lib/dpkg/info/mogoly.list';

type Kind = 'deb' | 'appimage' | 'windows' | 'mac';

/** What replaces this copy of the app; undefined where nothing can, as of an unpacked archive. */
function kindOfCopy(): Kind | undefined {
  if (!app.isPackaged) return undefined;
  if (process.platform === 'win32') return 'windows';
  if (process.platform === 'darwin') return 'mac';
  if (process.env['APPIMAGE'] !== undefined) return 'appimage';
  return process.execPath.startsWith('/opt/Mogoly/') && existsSync(DPKG_LIST) ? 'deb' : undefined;
}

export function createUpdates(env: NodeJS.ProcessEnv = process.env): UpdatesDoor {
  const kind = kindOfCopy();
  const feed = kind && findFeed({ resources: process.resourcesPath, userData: app.getPath('userData'), env });
  return kind && feed ? openUpdates(kind, feed) : { get: () => ({ phase: 'off' }), step: () => ({ phase: 'off' }) };
}

function openUpdates(kind: Kind, feed: UpdateFeed): UpdatesDoor {
  let state: UpdateState = { phase: 'idle' };
  let loaded: Promise<AppUpdater> | undefined;
  let token: CancellationToken | undefined;
  /** Loaded by the first who asks: most starts do not. */
  const updater = (): Promise<AppUpdater> => (loaded ??= loadUpdater(kind, feed));
  const attempt = (busy: UpdateState, back: UpdateState, work: () => Promise<UpdateState>): void => {
    state = busy;
    void work()
      .catch((error: unknown): UpdateState => ({ ...back, problem: problemOf(error) }))
      .then((next) => void (state = next));
  };
  const check = async (): Promise<UpdateState> => {
    const found = await (await updater()).checkForUpdates();
    return found?.isUpdateAvailable === true
      ? { phase: 'available', version: found.updateInfo.version }
      : { phase: 'current' };
  };
  const download = async (version: string | undefined): Promise<UpdateState> => {
    const [it, { CancellationToken }] = await Promise.all([updater(), import('electron-updater')]);
    token = new CancellationToken();
    const back: UpdateState = { phase: 'available', version };
    const onProgress = ({ percent }: { percent: number }): void => void (state = { ...state, percent });
    it.on('download-progress', onProgress);
    try {
      await it.downloadUpdate(token);
      return { phase: 'ready', version };
    } catch (error) {
      if (token.cancelled) return back;
      throw error;
    } finally {
      it.off('download-progress', onProgress);
      token = undefined;
    }
  };
  const install = async (): Promise<UpdateState> => {
    const it = await updater();
    const failed = new Promise<never>((_resolve, reject) => it.once('error', reject));
    it.quitAndInstall(true, true);
    return failed;
  };
  const steps: Record<UpdateStep, () => void> = {
    check: () => attempt({ phase: 'checking' }, { phase: 'idle' }, check),
    download: () => {
      const { version } = state;
      attempt({ phase: 'downloading', version, percent: 0 }, { phase: 'available', version }, () => download(version));
    },
    cancel: () => token?.cancel(),
    install: () => attempt(state, state, install),
  };
  return {
    get: () => state,
    step(step) {
      if (FITS[step].includes(state.phase)) steps[step]();
      return state;
    },
  };
}

const FITS: Record<UpdateStep, UpdateState['phase'][]> = {
  check: ['idle', 'current', 'available'],
  download: ['available'],
  cancel: ['downloading'],
  install: ['ready'],
};

/** Every download is checked by its SHA-512; on macOS and Windows also by its signature. */
async function loadUpdater(kind: Kind, { file, cache }: UpdateFeed): Promise<AppUpdater> {
  const { AppImageUpdater, DebUpdater, MacUpdater, NsisUpdater } = await import('electron-updater');
  const Updater = { deb: DebUpdater, appimage: AppImageUpdater, mac: MacUpdater, windows: NsisUpdater }[kind];
  const updater: AppUpdater = new Updater();
  updater.updateConfigPath = file;
  Object.defineProperty((updater as unknown as { app: object }).app, 'baseCachePath', { value: cache });
  updater.autoDownload = false;
  updater.autoInstallOnAppQuit = false;
  updater.logger = null;
  // Each failure reaches who awaits it; without a listener it would be thrown as well.
  updater.on('error', () => undefined);
  return updater;
}

function problemOf(error: unknown): Problem {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (code === 'ERR_CHECKSUM_MISMATCH' || code === 'ERR_UPDATER_INVALID_SIGNATURE')
    return problem('UPDATE_TAMPERED', 'What was downloaded is not what the feed promised. It was thrown away.', {
      fix: 'Try again later; if it repeats, tell whoever runs that server.',
    });
  return problem('UPDATE_FAILED', `The update failed: ${String(message).split('\n')[0]}`, {
    fix: 'Look whether the network and the server of the updates are there, then try again.',
  });
}
