/** The settings that are the app's own, not the config's: notifications, autostart. */
import os from 'node:os';
import { problem, ProblemError } from '../../shared/problem.ts';
import type { AppSettings } from '../../shared/window-api.ts';
import { getAutostart, setAutostart } from './autostart.ts';
import type { MemoryFile } from './memory.ts';

export interface SettingsDoor {
  get: () => AppSettings;
  /** Errors: AUTOSTART_FAILED. */
  set: (change: { notifications?: boolean | undefined; autostart?: boolean | undefined }) => Promise<AppSettings>;
}

export function appSettings(memory: MemoryFile): SettingsDoor {
  const get = (): AppSettings => ({
    notifications: memory.get().notifications,
    autostart: getAutostart(),
    lan: lanAddresses(),
  });
  return {
    get,
    async set({ notifications, autostart }) {
      if (notifications !== undefined) memory.set({ notifications });
      if (autostart !== undefined)
        await setAutostart(autostart).catch((error: unknown) => {
          const message = `Autostart cannot be changed: ${error instanceof Error ? error.message : String(error)}`;
          throw new ProblemError([problem('AUTOSTART_FAILED', message, { fix: 'Make its folder writable.' })]);
        });
      return get();
    },
  };
}

const lanAddresses = (): string[] =>
  Object.values(os.networkInterfaces())
    .flat()
    .flatMap((found) => (found !== undefined && !found.internal && found.family === 'IPv4' ? [found.address] : []));
