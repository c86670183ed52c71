/** Keeps the window on its own page: no navigation, no second window, no permission, no network but its own files. */
import { app, session } from 'electron';
import type { WebContents } from 'electron';
import { APP_URL, isAppUrl, parseUrl } from './asset.ts';

/** Places the page never loads from, whatever it is made to ask for. */
const FORBIDDEN = ['http://*/*', 'https://*/*', 'ws://*/*', 'wss://*/*', 'ftp://*/*', 'file://*/*'];

/** @param openUrl hands an address to the browser if it belongs to an own site, and drops it otherwise. */
export function setupGuard(openUrl: (address: string) => void): void {
  app.on('web-contents-created', (_event, contents) => guardContents(contents, openUrl));
  const own = session.defaultSession;
  own.setPermissionRequestHandler((_contents, _permission, decide) => decide(false));
  own.setPermissionCheckHandler(() => false);
  own.setDevicePermissionHandler(() => false);
  own.webRequest.onBeforeRequest({ urls: FORBIDDEN }, (_details, decide) => decide({ cancel: true }));
  own.on('will-download', (event, item) => {
    if (!isOwnDownload(item.getURL())) event.preventDefault();
  });
}

function guardContents(contents: WebContents, openUrl: (address: string) => void): void {
  contents.on('will-navigate', (event) => {
    if (!isOwnPage(event.url)) event.preventDefault();
  });
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    openUrl(url);
    return { action: 'deny' };
  });
}

/** A reload; the part after # may differ. */
const isOwnPage = (address: string): boolean => address.split('#')[0] === APP_URL;

/** Text the page made itself, as an export; the system asks where to save it. */
function isOwnDownload(address: string): boolean {
  const url = parseUrl(address);
  return url?.protocol === 'blob:' && isAppUrl(url.pathname);
}
