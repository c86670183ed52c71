/** The map in the harness: opened on a canned engine, with canned dev servers beside it. */
import { expect } from 'vitest';
import type { Page } from 'playwright';
import type { DevServer } from '../../shared/discovery.ts';
import type { Canned, Harness } from './harness.ts';

const SERVERS: DevServer[] = [
  {
    port: 5176,
    address: '::1',
    process: 'node',
    folder: '/home/dev/shop',
    framework: 'Vite',
    url: 'http://localhost:5176',
  },
  { port: 4000, address: '127.0.0.1', process: 'ruby', url: 'http://localhost:4000', mappedBy: 'api.localhost' },
];
export const answers = (servers: DevServer[] = SERVERS): Record<string, unknown> => ({
  'discovery.list': { ok: true, value: { servers } },
});
export const rehearsal = (endsAt: number) => ({
  id: 7,
  site: 'shop.localhost',
  backend: 'shop / web-1',
  name: 'web-1',
  kind: 'kill' as const,
  startedAt: 0,
  endsAt,
});

/** Visits the map, and wants no error and no breach of the CSP at the end. */
export async function withMap(
  harness: Harness,
  canned: Canned,
  options: Parameters<Harness['open']>[1],
  visit: (page: Page) => Promise<void>,
): Promise<void> {
  const { page, violations } = await harness.open({ answers: answers(), ...canned }, options);
  await page.getByRole('button', { name: 'Map', exact: true }).click();
  await page.getByRole('region', { name: 'Map' }).waitFor();
  await visit(page);
  expect(violations).toEqual([]);
  await page.context().close();
}

export const node = (page: Page, id: string) => page.locator(`[data-node="${id}"]`);
export const focused = (page: Page): Promise<string | undefined> =>
  page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset['node']);
