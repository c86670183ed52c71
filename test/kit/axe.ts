/** What axe finds in a page at rest: a colour in the middle of a transition is nobody's choice. */
import AxeBuilder from '@axe-core/playwright';
import type { Page } from 'playwright';

/** Enough of an element to find it by. */
const HTML_SHOWN = 200;

/** One line for each element at fault, its rule first. A screen has come once its heading has. Motion is off meanwhile: what changes during the look changes at once. */
export async function axeFaults(page: Page): Promise<string[]> {
  await page.locator('h1').first().waitFor({ state: 'attached' });
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.evaluate(atRest);
  // The page has no frames; without them axe needs no page of its own, which would take the focus (and Electron opens none).
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  await page.emulateMedia({ reducedMotion: null });
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, HTML_SHOWN)}`));
}

/** Runs in the page. What goes round for ever, such as a blinking caret, is no change that ends. */
async function atRest(): Promise<void> {
  const ending = (): Animation[] =>
    document.getAnimations().filter(({ effect }) => Number.isFinite(effect?.getComputedTiming().endTime));
  for (let moving = ending(); moving.length > 0; moving = ending())
    await Promise.allSettled(moving.map(({ finished }) => finished));
}
