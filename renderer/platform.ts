/** What the window needs to know of the system it is on. */

/** Chromium's own answer; it decides how keys are written. */
export const isMac = (): boolean => /Macintosh|Mac OS X/.test(navigator.userAgent);

/** macOS draws its own bars over the page; elsewhere they take room, and ours are thin. */
export function markScrollBars(): void {
  document.documentElement.dataset['bars'] = isMac() ? 'system' : 'thin';
}
