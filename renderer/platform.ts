/** What the window needs to know of the system it is on. */

/** Chromium's own answer; it decides how keys are written. */
export const isMac = (): boolean => /Macintosh|Mac OS X/.test(navigator.userAgent);
