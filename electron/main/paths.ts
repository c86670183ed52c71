/** Where the built app keeps its own files. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { app } from 'electron';

/** Folder of the built main process; the bundle is CommonJS. */
const built = __dirname;

export const PRELOAD_FILE = path.join(built, 'preload.cjs');
export const RENDERER_FOLDER = path.join(built, 'renderer');
export const ICON_FOLDER = path.join(built, 'icons');

/** Of Mogoly, also where a runtime starts the app without telling Electron its version. */
export function appVersion(): string {
  try {
    const manifest: unknown = JSON.parse(readFileSync(path.join(built, '..', 'package.json'), 'utf8'));
    if (typeof manifest === 'object' && manifest !== null && 'version' in manifest) return String(manifest.version);
  } catch {
    // No manifest beside the bundle: Electron's own answer is the next best.
  }
  return app.getVersion();
}
