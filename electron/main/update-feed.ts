/** Where the app looks for updates, if anywhere: what was built in, else MOGOLY_UPDATE_URL. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { makeFolderSync } from '../engine/make-folder.ts';
import { parseUrl } from './asset.ts';

/** Folder of the downloads, in the app's own folder of the home. */
const DOWNLOADS = 'updates';

export interface UpdateFeed {
  /** For electron-updater: feed, and on Windows who must have signed. */
  file: string;
  /** Where it makes its folder of downloads, so that nothing is written outside the home. */
  cache: string;
}

interface FeedPlaces {
  resources: string;
  userData: string;
  env: Record<string, string | undefined>;
}

/**
 * Undefined where there is none. What was built in wins: it names the publisher too. Over plain http only from this
 * machine, for the list that is fetched says what a download has to be.
 */
export function findFeed({ resources, userData, env }: FeedPlaces): UpdateFeed | undefined {
  const cache = path.join(userData, 'feed');
  const builtIn = path.join(resources, 'app-update.yml');
  if (existsSync(builtIn)) return isSafe(urlIn(builtIn)) ? { file: builtIn, cache } : undefined;
  const url = env['MOGOLY_UPDATE_URL'];
  if (!isSafe(url)) return undefined;
  const file = path.join(cache, 'feed.json');
  makeFolderSync(cache);
  writeFileSync(file, JSON.stringify({ provider: 'generic', url, updaterCacheDirName: DOWNLOADS }), { mode: 0o600 });
  return { file, cache };
}

function urlIn(file: string): string | undefined {
  const { url } = parse(readFileSync(file, 'utf8')) as { url?: unknown };
  return typeof url === 'string' ? url : undefined;
}

function isSafe(address: string | undefined): boolean {
  const url = parseUrl(address ?? '');
  if (url === undefined) return false;
  const { protocol, hostname } = url;
  return protocol === 'https:' || (protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(hostname));
}
