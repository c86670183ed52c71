/** The sheets of the screens are loaded as each is first opened, and stay: no two may mean different things by one class. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const FOLDER = new URL('../../renderer/style/', import.meta.url);
/** Sheets that are always there together, so that the later one may add to the earlier. */
const TOGETHER = [
  ['map.css', 'map-head.css', 'map-side.css'],
  ['traffic.css', 'exchange.css'],
  ['lists.css', 'events.css'],
  // The form of a site widens the column that every form has.
  ['forms.css', 'entry-form.css'],
  ['page.css', 'system.css'],
];

/** Classes that a sheet styles wherever they stand, as `.facts`, not `.exchange .facts`. */
function classesOf(file: string): string[] {
  const css = readFileSync(new URL(file, FOLDER), 'utf8').replace(/\/\*[^]*?\*\//g, '');
  const selectors = [...css.matchAll(/([^{};]+)\{/g)].flatMap(([, text = '']) => text.split(','));
  return selectors.map((text) => text.trim()).filter((text) => /^\.[\w-]+$/.test(text));
}

it('no class is given a look by two screens', () => {
  const sheets = new Map<string, Set<string>>();
  for (const file of readdirSync(FOLDER))
    for (const name of classesOf(file)) sheets.set(name, (sheets.get(name) ?? new Set()).add(file));
  const shared = [...sheets].filter(
    ([, files]) => files.size > 1 && !TOGETHER.some((group) => [...files].every((file) => group.includes(file))),
  );
  expect(sheets.size).toBeGreaterThan(100);
  expect(shared.map(([name, files]) => `${name}: ${[...files].join(', ')}`)).toEqual([]);
});
