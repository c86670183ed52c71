/** Tells once when any of a few files has changed and all is quiet again. */
import { unwatchFile, watch, watchFile } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { basename, dirname } from 'node:path';

/** Tools write certificate and key one after the other. */
const DEBOUNCE_MS = 300;
/** Where the system has no watches to give, and for folders that are replaced whole, as certbot and mounts do. */
const POLL_MS = 2_000;

/** Returns the call that ends it. The folders are watched, since a file may be replaced by a rename. */
export function watchFiles(files: readonly string[], onChange: () => void, debounceMs = DEBOUNCE_MS): () => void {
  let timer: NodeJS.Timeout | undefined;
  const stir = (): void => {
    clearTimeout(timer);
    timer = setTimeout(onChange, debounceMs);
  };
  const watchers = [...new Set(files.map((file) => dirname(file)))].flatMap((folder) => {
    const names = new Set(files.filter((file) => dirname(file) === folder).map((file) => basename(file)));
    return watchFolder(folder, names, stir);
  });
  for (const file of files) watchFile(file, { interval: POLL_MS, persistent: false }, stir);
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
    for (const file of files) unwatchFile(file, stir);
  };
}

function watchFolder(folder: string, names: Set<string>, stir: () => void): FSWatcher[] {
  try {
    const watcher = watch(folder, { persistent: false }, (_event, name) => {
      if (name === null || names.has(name)) stir();
    });
    watcher.on('error', () => watcher.close());
    return [watcher];
  } catch {
    // No such folder now, or no watches left: the poll stands in.
    return [];
  }
}
