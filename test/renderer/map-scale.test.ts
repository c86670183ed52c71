/** A map of very many sites: what of it is drawn, how the keyboard goes through it, and where it ends. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildTree } from '../../renderer/screens/map/graph.ts';
import { layOut } from '../../renderer/screens/map/layout.ts';
import { inSight, spanOf } from '../../renderer/screens/map/sight.ts';
import { makeBackend, makeSite, makeSnapshot } from './canned.ts';
import { startHarness, type Harness } from './harness.ts';
import { focused, node, withMap } from './map-window.ts';

describe('what is in sight', () => {
  const long = buildTree(
    Array.from({ length: 40 }, (_, index) =>
      makeSite(
        `s${index}.test`,
        Array.from({ length: 10 }, (_item, at) => makeBackend(`s${index}`, `b-${at}`)),
      ),
    ),
  );
  const places = layOut(long);
  const seen = (span: { top: number; bottom: number }, kept: string[] = []) => inSight(long, places, span, kept);

  it('is what stands in the span, what passes it, and all that these hang on', () => {
    const { y } = places.get('backend s20 / b-4')!;
    const middle = seen({ top: y, bottom: y + 10 });
    expect([...middle].filter((id) => id.startsWith('backend'))).toContain('backend s20 / b-4');
    for (const { id, parent } of long.items)
      if (middle.has(id) && parent !== undefined) expect(middle.has(parent)).toBe(true);
    // The ways to the sites below go by; those to the sites above do not.
    expect(middle.has('site s39.test')).toBe(true);
    expect(middle.has('site s3.test')).toBe(false);
    expect(middle.size).toBeLessThan(60);
  });

  it('is what is kept, wherever it stands', () => {
    const top = seen({ top: 0, bottom: 400 }, ['backend s39 / b-9']);
    expect(top.has('backend s39 / b-9')).toBe(true);
    expect(top.has('route s39.test /')).toBe(true);
    expect(top.has('backend s39 / b-8')).toBe(false);
  });

  it('reaches a step beyond the frame, and changes only from step to step', () => {
    const span = spanOf([0, 0, 1], 600);
    expect(span.top).toBeLessThan(0);
    expect(span.bottom).toBeGreaterThan(600);
    expect(spanOf([0, -90, 1], 600)).toEqual(span);
    expect(spanOf([0, -2_000, 1], 600).top).toBeGreaterThan(span.top);
    expect(spanOf([0, 0, 0.5], 600).bottom).toBeGreaterThan(1_200);
  });
});

describe('a map of very many sites', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness();
  });
  afterAll(() => harness.close());

  it('of a long map draws what is in sight, and the keyboard goes through all of it and keeps its place', async () => {
    const sites = Array.from({ length: 50 }, (_, index) =>
      makeSite(
        `site-${index}.test`,
        Array.from({ length: 10 }, (_item, at) => makeBackend(`site-${index}.test`, `b-${at}`)),
      ),
    );
    await withMap(harness, { snapshot: makeSnapshot({ sites }) }, {}, async (page) => {
      await node(page, 'site site-0.test').waitFor();
      const drawn = page.locator('.map-backend');
      expect(await drawn.count()).toBeGreaterThan(0);
      expect(await drawn.count()).toBeLessThan(100);
      await node(page, 'site site-0.test').focus();
      for (let index = 1; index < sites.length; index += 1) {
        await page.keyboard.press('ArrowDown');
        await expect.poll(() => focused(page)).toBe(`site site-${index}.test`);
      }
      await node(page, 'backend site-49.test / b-9').waitFor();
      expect(await node(page, 'backend site-0.test / b-0').count()).toBe(0);
      await page.keyboard.press('ArrowLeft');
      await expect.poll(() => focused(page)).toBe('clients');
      await node(page, 'backend site-0.test / b-0').waitFor();
      await node(page, 'backend site-0.test / b-0').focus();
      await page.locator('.map-graph').hover();
      for (let turn = 0; turn < 60; turn += 1) await page.mouse.wheel(0, 1_000);
      await node(page, 'backend site-49.test / b-9').waitFor();
      expect(await drawn.count()).toBeLessThan(100);
      expect(await focused(page)).toBe('backend site-0.test / b-0');
    });
  });

  it('of 10,000 sites shows 50, says so, and finds any other', async () => {
    const sites = Array.from({ length: 10_000 }, (_, index) =>
      makeSite(`site-${index}.test`, [makeBackend(`site-${index}.test`, 'a')], {
        health: index === 7_000 ? 'down' : 'healthy',
      }),
    );
    await withMap(harness, { snapshot: makeSnapshot({ sites }) }, {}, async (page) => {
      await page.getByText('Showing 50 of 10,000 sites').waitFor();
      expect(await page.locator('.map-node.map-site').count()).toBe(50);
      await node(page, 'site site-7000.test').waitFor();
      await page.getByRole('button', { name: 'Show 50 more' }).click();
      await page.getByText('Showing 100 of 10,000 sites').waitFor();
      await page.getByRole('searchbox', { name: 'Search the map' }).fill('site-8888.');
      await page.getByText('Showing 1 of 10,000 sites').waitFor();
      await node(page, 'site site-8888.test').waitFor();
      await page.keyboard.press('Enter');
      expect(await focused(page)).toBe('site site-8888.test');
      await page.getByRole('searchbox', { name: 'Search the map' }).fill('nobody');
      await page.getByRole('heading', { name: 'No site matches' }).waitFor();
      await page.getByRole('button', { name: 'Show all sites' }).click();
      await page
        .getByRole('button', { name: /^Broken/ })
        .first()
        .click();
      await page.getByText('Showing 1 of 10,000 sites').waitFor();
      await node(page, 'site site-7000.test').waitFor();
    });
  });
});
