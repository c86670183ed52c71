/** Where the keyboard is: F6 goes round the parts of the window, a new screen begins at its heading. */

/** In the order of the eye. */
const REGIONS = ['.rail', '.top-bar', '.stage', '.tour', '.toasts', '.status-bar'] as const;
export const FOCUSABLE =
  'a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), [tabindex="0"]';

/** Where each part was left. */
const left = new WeakMap<Element, HTMLElement>();

export function focusRegion(step: 1 | -1): void {
  const regions = REGIONS.flatMap((selector) => document.querySelector(selector) ?? []).filter(
    (region) => region.querySelector(FOCUSABLE) !== null,
  );
  const active = document.activeElement;
  const at = regions.findIndex((region) => region.contains(active));
  if (at >= 0 && active instanceof HTMLElement) left.set(regions[at]!, active);
  const from = at < 0 && step < 0 ? 0 : at;
  const next = regions[(from + step + regions.length) % regions.length];
  if (next !== undefined) entryOf(next)?.focus();
}

function entryOf(region: Element): HTMLElement | null {
  const before = left.get(region);
  if (before?.isConnected === true && region.contains(before)) return before;
  return region.querySelector<HTMLElement>('[aria-current="page"]') ?? region.querySelector<HTMLElement>(FOCUSABLE);
}

/** The heading of the screen, for the reader and the next Tab; the stage itself where there is none yet. */
export function focusHeading(): void {
  // A screen that opened with a form has put the keyboard into its first field.
  if (document.activeElement?.matches('.stage form :is(input, select, textarea)') === true) return;
  const heading = document.querySelector<HTMLElement>('.stage h1[tabindex]');
  (heading ?? document.querySelector<HTMLElement>('.stage'))?.focus({ preventScroll: true });
}

/** What had the keyboard went away with what was shown before: the heading has it then. */
export function recoverFocus(): void {
  if (document.activeElement === document.body) focusHeading();
}
