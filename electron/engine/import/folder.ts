/** Folders of files: ours takes off the path what the route's pattern matched. */
import { posix } from 'node:path';
import type { RouteKeys } from './draft.ts';

/** `isStripped`: the source looks for `/assets/a.js` as `a.js` too; else below `assets` in the folder. */
export function folderOf(root: string, pattern: string, isStripped: boolean): RouteKeys {
  const prefix = pattern.endsWith('/*') ? pattern.slice(0, -2) : '';
  return { static: isStripped || prefix === '' ? root : posix.join(root, prefix) };
}
