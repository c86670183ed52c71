/** Tells when the config file changes on disk, however it was saved. */
import { realpathSync, statSync, unwatchFile, watch, watchFile } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';

export interface WatchOptions {
  /** Quiet time before a burst of writes counts as one change. */
  debounceMs?: number;
}

export interface FileWatch {
  close: () => void;
}

const DEBOUNCE_MS = 300;
/** Where the system has no more watches to give, and while the folder is away. */
const POLL_MS = 1_000;

/**
 * Calls once a burst, also when the file is deleted and when it is there again; a save that leaves the file with the
 * same time, size and inode is none. The folder is watched, since editors save by renaming; of a symbolic link, both.
 */
export function watchConfigFile(
  path: string,
  onChange: () => void,
  { debounceMs = DEBOUNCE_MS }: WatchOptions = {},
): FileWatch {
  const file = resolve(path);
  const watchers = new Map<string, FSWatcher>();
  let timer: NodeJS.Timeout | undefined;
  let last = stampOf(file);
  const settle = (): void => {
    timer = undefined;
    watchAll();
    const stamp = stampOf(file);
    if (stamp === last) return;
    last = stamp;
    onChange();
  };
  const stir = (): void => {
    clearTimeout(timer);
    timer = setTimeout(settle, debounceMs);
  };
  const watchAll = (): void => {
    const targets = targetsOf(file);
    const names = new Set(targets.map((target) => basename(target)));
    const folders = new Set(targets.map((target) => dirname(target)));
    for (const folder of [...watchers.keys()]) if (!folders.has(folder)) drop(folder);
    for (const folder of folders) if (!watchers.has(folder)) open(folder, names);
  };
  const drop = (folder: string): void => {
    watchers.get(folder)?.close();
    watchers.delete(folder);
  };
  const open = (folder: string, names: Set<string>): void => {
    try {
      const watcher = watch(folder, (_event, changed) => {
        // An event of the folder itself: it was moved or deleted, and the watch with it.
        if (changed === basename(folder)) drop(folder);
        if (changed === null || names.has(changed) || changed === basename(folder)) stir();
      });
      watcher.on('error', () => {
        drop(folder);
        stir();
      });
      watchers.set(folder, watcher);
    } catch {
      // No folder, or no watches left: the poll below stands in.
    }
  };
  // Sees what the events do not tell: a folder put in the place of the old one, network file systems.
  const poll = (): void => {
    if (stampOf(file) !== last && timer === undefined) stir();
  };
  watchFile(file, { interval: POLL_MS, persistent: false }, poll);
  watchAll();
  return {
    close() {
      clearTimeout(timer);
      unwatchFile(file, poll);
      for (const watcher of watchers.values()) watcher.close();
      watchers.clear();
    },
  };
}

/** The path itself and, of a symbolic link, the file it leads to. */
function targetsOf(file: string): string[] {
  try {
    const target = realpathSync(file);
    return target === file ? [file] : [file, target];
  } catch {
    return [file]; // not there now
  }
}

function stampOf(file: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(file);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return 'missing';
  }
}
