/** The guided start in the built window: offered once, each step taken or left, and the address that really works last. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from 'playwright';
import { busySnapshot, makeBackend, makeSite, makeSnapshot } from './canned.ts';
import { EVIL, ok, systemAnswers } from './canned-system.ts';
import { callsOf, answerWith } from './far.ts';
import { startHarness } from './harness.ts';
import { expectAccessible, LOOKS } from './system-screens.ts';
import type { Harness } from './harness.ts';
import type { DevServer } from '../../shared/discovery.ts';
import type { SiteState, Snapshot } from '../../shared/state.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());

const SERVERS: DevServer[] = [
  { port: 5173, address: '127.0.0.1', folder: '/home/dev/my-shop', framework: 'Vite', url: 'http://localhost:5173' },
  { port: 3000, address: '0.0.0.0', process: 'node', url: 'http://localhost:3000', mappedBy: 'api.localhost' },
];
const site = (name: string, rest: Partial<SiteState> = {}): SiteState =>
  makeSite(name, [makeBackend(name, 'web')], rest);
const home = (...sites: SiteState[]): Snapshot =>
  makeSnapshot({
    sites: [site('demo.localhost'), ...sites],
    listeners: [{ kind: 'https', address: '::1', port: 8443 }],
  });

interface Given {
  snapshot?: Snapshot;
  answers?: Record<string, unknown>;
}

async function onTour(
  { snapshot = home(), answers }: Given,
  look: Parameters<Harness['open']>[1],
  visit: (page: Page, tour: ReturnType<Page['getByRole']>) => Promise<void>,
): Promise<void> {
  const all = systemAnswers({ 'discovery.list': ok({ servers: SERVERS }), ...answers });
  const { page, violations } = await harness.open({ snapshot, answers: all }, look);
  await page.getByRole('button', { name: /routing$/ }).waitFor();
  await visit(page, page.getByRole('complementary', { name: 'Guided start' }));
  expect(violations).toEqual([]);
  await page.context().close();
}

describe('the guided start', () => {
  it('gives the keyboard to the heading of each step that begins', async () => {
    await onTour({}, {}, async (page, tour) => {
      const heading = (): Promise<string | null> =>
        page.evaluate(() => (document.activeElement?.tagName === 'H2' ? document.activeElement.textContent : null));
      await tour.getByRole('button', { name: 'Begin' }).focus();
      await page.keyboard.press('Enter');
      await expect.poll(heading).toBe('Map a dev server');
      await tour.getByRole('button', { name: 'Skip' }).focus();
      await page.keyboard.press('Enter');
      await expect.poll(heading).not.toBe('Map a dev server');
      await expect.poll(heading).not.toBe(null);
    });
  });

  it('is offered where there is the sample alone, closed for good, and started again from Settings', async () => {
    await onTour({}, {}, async (page, tour) => {
      await tour.getByRole('button', { name: 'Not now' }).click();
      await tour.waitFor({ state: 'detached' });
      await page.reload();
      await page.getByRole('button', { name: 'Settings', exact: true }).click();
      await page.getByRole('button', { name: 'Guided start' }).waitFor();
      expect(await tour.count()).toBe(0);
      await page.getByRole('button', { name: 'Guided start' }).click();
      await tour.getByRole('heading', { name: 'It routes already' }).waitFor();
    });
    await onTour({ snapshot: busySnapshot() }, {}, async (page, tour) => {
      await page.getByRole('searchbox').first().waitFor();
      expect(await tour.count()).toBe(0);
    });
  });

  it('maps a dev server in one click; one that has a name is not offered; a refusal stands below it', async () => {
    await onTour({}, {}, async (page, tour) => {
      await tour.getByRole('button', { name: 'Begin' }).click();
      await tour.getByText('my-shop · Vite').waitFor();
      expect(await tour.getByRole('button', { name: /^Map port/ }).count()).toBe(1);
      const problem = { code: 'SITE_EXISTS', severity: 'error', message: 'That name is taken.', fix: 'Take another.' };
      await answerWith(page, { 'sites.add': { ok: false, problems: [problem] } });
      await tour.getByRole('button', { name: 'Map port 5173' }).click();
      await tour.getByRole('alert').getByText('That name is taken. Take another.').waitFor();
      await answerWith(page, { 'sites.add': ok({ revision: 4, warnings: [] }) });
      await tour.getByLabel('Host for port 5173').fill('shop.localhost');
      await page.keyboard.press('Enter');
      await tour.getByRole('heading', { name: 'Let this system find your names' }).waitFor();
      expect((await callsOf(page, 'sites.add')).at(-1)).toMatchObject({
        site: { name: 'shop.localhost', url: 'http://localhost:5173' },
      });
      await page.reload(); // it goes on where it was
      await tour.getByRole('heading', { name: 'Let this system find your names' }).waitFor();
    });
  });

  it('shows what a change to the system would do; skipping changes nothing, and ends at http', async () => {
    const served = site('demo.localhost', { secureUrl: 'https://demo.localhost:8443/' });
    await onTour({ snapshot: { ...home(), sites: [served] } }, {}, async (page, tour) => {
      await tour.getByRole('button', { name: 'Begin' }).click();
      await tour.getByRole('button', { name: 'Skip' }).click();
      await tour.getByText('/etc/systemd/resolved.conf.d/mogoly.conf').waitFor();
      await tour.getByRole('button', { name: 'Skip' }).click();
      await tour.getByText('Trust the local CA in the Debian system store').waitFor();
      await tour.getByRole('button', { name: 'Skip' }).click();
      await tour.getByText('http://demo.localhost:8080', { exact: true }).waitFor();
      await tour.getByText('with a warning until Trust is done').waitFor();
      expect([await callsOf(page, 'names.apply'), await callsOf(page, 'trust.apply')]).toEqual([[], []]);
      await tour.getByRole('button', { name: 'Open it' }).click();
      expect(await callsOf(page, 'app.openUrl')).toEqual([{ url: 'http://demo.localhost:8080' }]);
      await tour.waitFor({ state: 'detached' });
    });
  });

  it.each([
    ['a site over https is opened so', 'https://demo.localhost:8443/'],
    ['one with tls: off is not offered as https', undefined],
  ])('with trust: %s', async (_what, secureUrl) => {
    const served = site('demo.localhost', secureUrl === undefined ? {} : { secureUrl });
    await onTour({ snapshot: { ...home(), sites: [served] } }, {}, async (page, tour) => {
      await tour.getByRole('button', { name: 'Begin' }).click();
      await tour.getByRole('button', { name: 'Skip' }).click();
      await tour.getByRole('button', { name: 'Skip' }).click();
      await tour.getByRole('button', { name: 'Trust this CA' }).click();
      await tour.getByText(secureUrl ?? 'http://demo.localhost:8080', { exact: true }).waitFor();
      expect(await callsOf(page, 'trust.apply')).toEqual([{ action: 'install' }]);
      expect(await tour.getByText('https').count()).toBe(secureUrl === undefined ? 0 : 1);
    });
  });

  it('a change that is refused stays, with what to do; hostile text stays text', async () => {
    const problem = { code: 'NAMES_DENIED', severity: 'error', message: EVIL, fix: 'Ask the administrator.' };
    const servers = [{ ...SERVERS[0]!, framework: EVIL, folder: `/home/${EVIL}` }];
    const answers = { 'names.apply': { ok: false, problems: [problem] }, 'discovery.list': ok({ servers }) };
    await onTour({ answers }, {}, async (page, tour) => {
      await tour.getByRole('button', { name: 'Begin' }).click();
      await tour.getByText('<img src=x').first().waitFor();
      await tour.getByRole('button', { name: 'Skip' }).click();
      await tour.getByRole('button', { name: 'Make this system ask Mogoly' }).click();
      await tour.getByText('Ask the administrator.').waitFor();
      expect(await page.locator('img[src=x]').count()).toBe(0);
      expect(await page.title()).not.toMatch(/^[12]$/);
    });
  });

  it.each(LOOKS)('each step is clean for axe and leaves the screen its room: %o', async (look) => {
    await onTour({}, look, async (page, tour) => {
      for (const next of ['Begin', 'Skip', 'Skip', 'Skip', undefined]) {
        await tour.getByRole('button', { name: next ?? 'Finish' }).waitFor();
        await expectAccessible(page);
        const [over, stage] = await page.evaluate(
          () =>
            [
              document.documentElement.scrollWidth - window.innerWidth,
              document.querySelector('.stage')!.getBoundingClientRect().toJSON() as DOMRect,
            ] as const,
        );
        expect(over).toBeLessThanOrEqual(0);
        expect(stage.width).toBeGreaterThanOrEqual(640);
        expect(stage.height).toBeGreaterThanOrEqual(190);
        if (next !== undefined) await tour.getByRole('button', { name: next }).click();
      }
    });
  });
});
