/** The keyboard never falls out of the window: when what had it goes away, what stood nearest gets it. */
import { FOCUSABLE, focusHeading } from './focus.ts';

/** Returns the call that ends it. */
export function keepFocus(root: Element): () => void {
  /** What had the keyboard last, then what it stood in, from the inside out. */
  let above: Element[] = [];
  const note = ({ target }: FocusEvent): void => {
    above = target instanceof Element ? ancestors(target, root) : [];
  };
  // A click beside everything is meant.
  const forget = (): void => void (above = []);
  const look = (): void => {
    if (document.activeElement !== document.body || above[0]?.isConnected !== false) return;
    focusIn(above.find((element) => element.isConnected && element.querySelector(FOCUSABLE) !== null));
  };
  const observer = new MutationObserver(look);
  observer.observe(root, { childList: true, subtree: true });
  root.addEventListener('focusin', note as EventListener);
  root.addEventListener('pointerdown', forget);
  return () => {
    observer.disconnect();
    root.removeEventListener('focusin', note as EventListener);
    root.removeEventListener('pointerdown', forget);
  };
}

function ancestors(from: Element, root: Element): Element[] {
  const all: Element[] = [];
  for (let at: Element | null = from; at !== null && at !== root; at = at.parentElement) all.push(at);
  return all;
}

function focusIn(place: Element | undefined): void {
  if (place === undefined || place.querySelector('.stage') !== null) return focusHeading();
  const heading = place.querySelector<HTMLElement>('h1[tabindex]');
  // A field would take the keys of the window, undo among them, for its own.
  const all = [...place.querySelectorAll<HTMLElement>(FOCUSABLE)];
  const calm = all.find((element) => !element.matches('input, textarea'));
  (heading ?? calm ?? all[0])?.focus({ preventScroll: true });
}
