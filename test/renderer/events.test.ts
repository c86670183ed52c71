/** The Events screen in a real browser: levels, following, hostile text, what is written and where an event leads. */
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cannedEvents, EVENTS, HOSTILE } from './canned-events.ts';
import { callsOf, type Far } from './far.ts';
import { startHarness } from './harness.ts';
import { expectAccessible, LOOKS } from './system-screens.ts';
import type { Harness } from './harness.ts';
import type { LogEntry } from '../../shared/state.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());

/** Of the last push to the page. */
let seq = 0;

async function withEvents(
  options: Parameters<Harness['open']>[1],
  visit: (page: Page) => Promise<void>,
  canned = cannedEvents(),
): Promise<void> {
  seq = 0; // a gap would make the window read everything anew
  const { page, violations } = await harness.open(canned, options);
  await page.getByRole('button', { name: 'Events', exact: true }).click();
  await page.getByRole('region', { name: 'Events' }).waitFor();
  await visit(page);
  expect(violations).toEqual([]);
  await page.context().close();
}

const write = (page: Page, entries: LogEntry[]): Promise<void> =>
  page.evaluate(([number, data]) => (globalThis as Far).far.push({ seq: number, name: 'log.written', data }), [
    ++seq,
    entries,
  ] as const);
const more = (count: number, level: LogEntry['level'] = 'info'): LogEntry[] => {
  const last = EVENTS.at(-1)!;
  return Array.from({ length: count }, (_, index) => ({
    id: last.id + 1 + index,
    at: last.at + index,
    level,
    event: 'engine.said',
    message: `later ${index + 1}`,
  }));
};
const rows = (page: Page) => page.getByRole('listbox', { name: 'Event list' }).getByRole('option');
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
const events = (level: LogEntry['level']): number => EVENTS.filter((entry) => entry.level === level).length;

describe('the event list', () => {
  it('is narrowed by level, each with its count, and by text', async () => {
    await withEvents({}, async (page) => {
      const level = page.getByRole('combobox', { name: 'Level' });
      const [warnings, errors] = [events('warn'), events('error')];
      await expect
        .poll(() => level.locator('option').allTextContents())
        .toEqual([
          `All (${EVENTS.length})`,
          `Info and up (${EVENTS.length - events('debug')})`,
          `Warnings and errors (${warnings + errors})`,
          `Errors (${errors})`,
        ]);
      await level.selectOption('error');
      await expect.poll(() => rows(page).count()).toBe(errors);
      await page.getByText(`${errors} of ${EVENTS.length} events`, { exact: true }).waitFor();
      await write(page, more(1, 'error'));
      await expect.poll(() => rows(page).count()).toBe(errors + 1);
      await level.selectOption('debug');
      await page.getByRole('searchbox', { name: 'Search events' }).fill('nothing says this');
      await page.getByText('No event matches.').waitFor();
      expect(await button(page, 'Export').isDisabled()).toBe(true);
      await button(page, 'Show all').click();
      await rows(page).first().waitFor();
    });
  });

  it('follows its end; paused it stands still and tells how many are new', async () => {
    await withEvents({ width: 900, height: 600 }, async (page) => {
      await write(page, more(60));
      await rows(page).filter({ hasText: 'later 60' }).waitFor();
      await button(page, 'Pause').click();
      const top = await page.locator('.events .rows').evaluate((node) => node.scrollTop);
      await write(page, more(67).slice(60));
      await button(page, 'Follow 7 new').waitFor();
      expect(await page.locator('.events .rows').evaluate((node) => node.scrollTop)).toBe(top);
      await button(page, 'Follow 7 new').click();
      await rows(page).filter({ hasText: 'later 67' }).waitFor();
      await button(page, /^Pause$/).waitFor();
      await page.getByRole('listbox', { name: 'Event list' }).hover();
      await page.mouse.wheel(0, -400);
      await button(page, /^Follow$/).waitFor(); // scrolled away by hand is paused too
    });
  });

  it('is walked by keys, and shows each in full', async () => {
    await withEvents({}, async (page) => {
      await page.getByRole('listbox', { name: 'Event list' }).focus();
      await page.keyboard.press('Home');
      const detail = page.getByRole('region', { name: 'Event', exact: true });
      await detail.getByRole('heading', { name: EVENTS[0]!.message }).waitFor();
      await page.keyboard.press('ArrowDown');
      await detail.getByRole('heading', { name: EVENTS[1]!.message }).waitFor();
      await button(page, 'Copy the event').click();
      await page.getByText('The event is on the clipboard.').waitFor();
      const [copied] = (await callsOf(page, 'app.copyText')) as { text: string }[];
      expect(copied!.text).toContain(`${EVENTS[1]!.level} ${EVENTS[1]!.event} ${EVENTS[1]!.message}`);
      await button(page, 'Close the event').click();
      await detail.waitFor({ state: 'detached' });
    });
  });

  it('leads to the site an event tells of, and to the line of the config that was refused', async () => {
    await withEvents({}, async (page) => {
      await rows(page).filter({ hasText: 'web-2 of shop.localhost is down' }).last().click();
      await button(page, 'Show the site').click();
      await page.getByRole('heading', { level: 1, name: 'shop.localhost' }).waitFor();
      await button(page, 'Events').click();
      await rows(page).filter({ hasText: 'Refused a config' }).last().click();
      await button(page, 'Open line 9 of the config').click();
      await page.getByText('Line 9, column 15').waitFor();
    });
  });

  it('leads to the screen of what an event is about where it names no site', async () => {
    await withEvents({}, async (page) => {
      await rows(page).filter({ hasText: 'Port 80 is held by' }).last().click();
      await button(page, 'Show the ports').click();
      await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
    });
  });

  it('writes what is shown to a file, as text or as JSON lines', async () => {
    const canned = cannedEvents({ 'app.saveText': { ok: true, value: { file: '/home/dev/events.log' } } });
    const save = async (page: Page, item: string): Promise<void> => {
      await button(page, 'Export').click();
      await page.getByRole('menuitem', { name: item }).click();
    };
    await withEvents(
      {},
      async (page) => {
        await page.getByRole('combobox', { name: 'Level' }).selectOption('error');
        await save(page, 'As text');
        await page.getByText(/events? written to \/home\/dev\/events\.log\./).waitFor();
        await save(page, 'As JSON lines');
        await expect.poll(async () => (await callsOf(page, 'app.saveText')).length).toBe(2);
        const [text, json] = (await callsOf(page, 'app.saveText')) as { suggestedName: string; text: string }[];
        expect([text!.suggestedName, json!.suggestedName]).toEqual(['mogoly-events.log', 'mogoly-events.jsonl']);
        expect(text!.text.split('\n')).toHaveLength(events('error') + 1);
        const lines = json!.text.trimEnd().split('\n');
        expect(lines.map((line) => (JSON.parse(line) as LogEntry).level)).toEqual(lines.map(() => 'error'));
      },
      canned,
    );
  });

  it('shows hostile text as text', async () => {
    await withEvents({}, async (page) => {
      await rows(page).filter({ hasText: HOSTILE }).first().click();
      await page.getByRole('heading', { level: 2, name: HOSTILE }).waitFor();
      await page.getByText(HOSTILE, { exact: true }).last().waitFor();
      expect(await page.locator('.events img, .events a, .events script').count()).toBe(0);
      expect(await page.title()).toBe('Mogoly');
    });
  });

  it.each(LOOKS)('is clean for axe and fits: %o', async (look) => {
    await withEvents(look, async (page) => {
      await expectFitting(page);
      await rows(page).filter({ hasText: 'Refused a config' }).last().click();
      await button(page, 'Open line 9 of the config').waitFor();
      await expectFitting(page);
      await expectAccessible(page);
    });
  });

  it('says what belongs here before anything happened', async () => {
    await withEvents({}, (page) => page.getByText('Nothing has happened yet.', { exact: false }).waitFor(), {
      ...cannedEvents(),
      log: [],
    });
  });
});

/** No control sticks out, and the head does not push the list away. */
async function expectFitting(page: Page): Promise<void> {
  const found = await page.evaluate(() => {
    const out = [...document.querySelectorAll('.events button, .events input, .events select')].filter((node) => {
      const box = node.getBoundingClientRect();
      return box.width > 0 && (box.right > window.innerWidth + 1 || box.left < 0 || box.bottom > window.innerHeight);
    });
    return {
      out: out.map((node) => node.textContent),
      wide: document.documentElement.scrollWidth - window.innerWidth,
      list: document.querySelector('.events .rows')!.clientHeight / window.innerHeight,
    };
  });
  expect(found).toMatchObject({ out: [], wide: 0 });
  expect(found.list).toBeGreaterThan(0.25);
}
