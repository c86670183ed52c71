/** The Traffic screen in a real browser: filter, pause, keys, hostile text, what it sends, and axe in both themes. */
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExchangeRecord } from '../../shared/capture.ts';
import { axeFaults } from '../kit/axe.ts';
import type { Exchange } from '../../shared/state.ts';
import { addExchanges, addSample, EXCHANGES_KEPT, merge, trafficStore } from '../../renderer/store/traffic.ts';
import type { TrafficState } from '../../renderer/store/traffic.ts';
import { phasesOf } from '../../renderer/screens/traffic/waterfall.tsx';
import { hexOf } from '../../renderer/screens/traffic/body-view.tsx';
import { readHeaders } from '../../renderer/screens/traffic/resend-form.tsx';
import { busySnapshot } from './canned.ts';
import { callsOf, type Far } from './far.ts';
import { startHarness } from './harness.ts';
import type { Harness } from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());

const HOSTILE = '<img src=x onerror="document.title=1">';

const exchange = (id: number, rest: Partial<Exchange> = {}): Exchange => ({
  id,
  startedAt: 1_790_000_000_000 + id * 37,
  durationMs: 12 + (id % 9) * 31,
  firstByteMs: 8,
  connectMs: 2,
  site: 'shop.localhost',
  route: '/',
  method: id % 3 === 0 ? 'POST' : 'GET',
  host: 'shop.localhost',
  path: `/api/items/${id}?page=${id % 7}`,
  status: id % 11 === 0 ? 503 : id % 7 === 0 ? 404 : 200,
  backend: `web-${(id % 2) + 1}`,
  attempts: [{ backend: `web-${(id % 2) + 1}` }],
  client: '127.0.0.1',
  protocol: '1.1',
  bytesIn: 0,
  bytesOut: id * 113,
  ...rest,
});
const range = (from: number, to: number): Exchange[] =>
  Array.from({ length: to - from + 1 }, (_, index) => exchange(from + index));

const DETAIL: ExchangeRecord = {
  ...exchange(40, { path: `/${HOSTILE}`, host: HOSTILE }),
  requestHeaders: [
    ['Host', HOSTILE],
    [HOSTILE, HOSTILE],
    ['Authorization', 'Bearer [redacted]'],
  ],
  responseHeaders: [['Content-Type', 'text/html']],
  captured: {
    requestBody: { base64: '', size: 0, isTruncated: false },
    responseBody: { base64: btoa(`{"a":"${HOSTILE.replaceAll('"', "'")}"}`), size: 20, isTruncated: false },
  },
};

async function openTraffic(
  options: Parameters<Harness['open']>[1] = {},
): Promise<{ page: Page; violations: string[] }> {
  const listed = [...range(1, 39), exchange(40, { path: `/${HOSTILE}`, host: HOSTILE })].reverse();
  const answers = {
    'exchanges.list': { ok: true, value: listed },
    'exchanges.get': { ok: true, value: DETAIL },
    'exchanges.replay': { ok: true, value: exchange(41, { replayOf: 40 }) },
    'capture.get': { ok: true, value: { enabled: false, bodyBytes: 65_536, heldBytes: 0 } },
    'exchanges.explain': {
      ok: true,
      value: {
        exchange: exchange(40, { status: 503, error: 'POOL_EMPTY', attempts: [] }),
        now: {
          url: 'http://x/',
          host: 'x',
          site: 'shop',
          hostMatch: 'exact',
          route: '/',
          middlewares: [],
          candidates: [
            {
              name: 'web-2',
              url: 'http://localhost:1',
              health: 'down',
              active: 0,
              weight: 1,
              available: false,
              reason: 'down',
            },
          ],
        },
      },
    },
  };
  const opened = await harness.open({ snapshot: busySnapshot(), answers }, options);
  await opened.page.getByRole('button', { name: /routing$/ }).waitFor();
  await opened.page.getByRole('button', { name: 'Traffic' }).click();
  await opened.page.getByRole('listbox', { name: 'Requests' }).waitFor();
  return opened;
}

let seq = 0;
const push = (page: Page, data: Exchange[]): Promise<void> =>
  page.evaluate(
    ([number, exchanges]) =>
      (globalThis as Far).far.push({ seq: number, name: 'exchanges.recorded', data: exchanges } as never),
    [++seq, data] as const,
  );

it('a silence between two samples is drawn as one', () => {
  const sample = (at: number, requestsPerSecond: number) => {
    return { at, requestsPerSecond, errorsPerSecond: 0, p50Ms: 1, p99Ms: 2, active: 0 };
  };
  const samples = [sample(1_000, 9), sample(2_000, 0), sample(60_000, 5)].reduce(addSample, [] as readonly never[]);
  expect(samples.map(({ at, requestsPerSecond }) => [at, requestsPerSecond])).toEqual([
    [1_000, 9],
    [2_000, 0],
    [59_000, 0],
    [60_000, 5],
  ]);
});

describe('the list of exchanges', () => {
  it('is bounded, keeps its order, and puts a change in its place', () => {
    expect(merge(range(1, EXCHANGES_KEPT), range(EXCHANGES_KEPT + 1, EXCHANGES_KEPT + 50))).toHaveLength(
      EXCHANGES_KEPT,
    );
    expect(merge(range(1, 3), [exchange(2, { status: 599 }), exchange(4)]).map(({ status }) => status)).toEqual([
      200, 599, 200, 200,
    ]);
    const known = range(1, 3);
    expect(merge(known, known.slice(2))[0]).toBe(known[0]);
  });

  const stateOf = (rest: Partial<TrafficState>): TrafficState => ({ ...trafficStore.getState(), ...rest });

  it('waits while paused, counts what came, and changes what is shown', () => {
    const paused = stateOf({ exchanges: range(1, 2), isPaused: true });
    const first = addExchanges(paused, [exchange(2, { status: 599 }), ...range(3, 5)]);
    expect(first).toMatchObject({ missed: 3, waiting: range(3, 5), exchanges: [{ id: 1 }, { id: 2, status: 599 }] });
    const second = addExchanges({ ...paused, ...first }, [exchange(4, { status: 598 }), exchange(6)]);
    expect(second).toMatchObject({ missed: 4, waiting: [{ id: 3 }, { id: 4, status: 598 }, { id: 5 }, { id: 6 }] });
  });

  it('says how many were left out between those it was told', () => {
    const told = addExchanges(stateOf({ exchanges: range(1, 2) }), [...range(10, 12), exchange(15)]);
    expect(told.skipped).toBe(7 + 2);
    expect(addExchanges(stateOf({ ...told }), range(16, 20)).skipped).toBe(9);
    expect(addExchanges(stateOf({}), range(2_000, 2_001)).skipped).toBe(0);
  });

  it('while one is read, none before it goes: the list grows, and then waits', () => {
    let state = stateOf({ exchanges: range(1, EXCHANGES_KEPT), selected: 7 });
    for (let id = EXCHANGES_KEPT + 1; !state.isPaused; id += 1_000)
      state = { ...state, ...addExchanges(state, range(id, id + 999)) };
    expect(state.exchanges.map(({ id }) => id)).toEqual(range(1, 2 * EXCHANGES_KEPT).map(({ id }) => id));
    expect(state).toMatchObject({ missed: 1_000, skipped: 0 });
  });

  it('the phases of an exchange add up to its duration', () => {
    const phases = phasesOf(exchange(1, { durationMs: 20, firstByteMs: 15, queuedMs: 3, connectMs: 4 }));
    expect(phases.map(({ ms }) => ms)).toEqual([3, 4, 8, 5]);
  });

  it('bytes are read as hex, and edited headers line by line', () => {
    expect(hexOf(Uint8Array.from([0, 65, 255]))).toMatch(/^000000 {2}00 41 ff +\.A\.$/);
    expect(readHeaders('A: b:c\n\nbad\nX-Y:  z ')).toEqual([
      ['A', 'b:c'],
      ['X-Y', 'z'],
    ]);
  });
});

describe('the Traffic screen', () => {
  it('filters, says what is wrong with a filter, and shows all again', async () => {
    const { page, violations } = await openTraffic();
    const box = page.getByRole('searchbox', { name: 'Filter requests' });
    await page.keyboard.press('/');
    await page.keyboard.type('status:5xx');
    await page.getByText('3 of 40').waitFor();
    await box.fill('hots:shop');
    await page.getByRole('alert').getByText('Did you mean host?').waitFor();
    await box.press('Escape');
    await page.getByRole('option').first().waitFor();
    expect(violations).toEqual([]);
    await page.context().close();
  });

  it('pauses with the space bar, counts what comes meanwhile, and resumes', async () => {
    const { page } = await openTraffic();
    await page.getByRole('listbox', { name: 'Requests' }).focus();
    await page.keyboard.press('Space');
    await push(page, range(41, 43));
    await page.getByRole('button', { name: 'Resume 3 new' }).click();
    await page.getByRole('option').filter({ hasText: '/api/items/43' }).waitFor();
    await page.context().close();
  });

  it('goes on when its list grows smaller, and pauses when a person scrolls up', async () => {
    const { page } = await openTraffic();
    const list = page.getByRole('listbox', { name: 'Requests' });
    await list.evaluate((box) => {
      box.style.maxHeight = `${box.clientHeight - 60}px`;
      box.dispatchEvent(new Event('scroll', { bubbles: true }));
    });
    await page.getByRole('button', { name: 'Pause', exact: true }).waitFor();
    await list.evaluate((box) => box.scrollTo(0, 0));
    await page.getByRole('button', { name: 'Resume' }).waitFor();
    await page.context().close();
  });

  it('hostile text stays text in the list and the detail, and keys move, open and close', async () => {
    const { page, violations } = await openTraffic();
    await page.getByRole('listbox', { name: 'Requests' }).focus();
    await page.keyboard.press('End');
    await page.getByRole('region', { name: 'Exchange' }).waitFor();
    for (const tab of ['Request', 'Response', 'Overview']) await page.getByRole('tab', { name: tab }).click();
    await page.getByRole('tab', { name: 'Response' }).click();
    await page.getByLabel('Body of the response').getByText('<img src=x').waitFor();
    expect(await page.locator('.traffic img').count()).toBe(0);
    expect(await page.title()).not.toBe('1');
    await page.keyboard.press('Escape');
    await page.getByRole('region', { name: 'Exchange' }).waitFor({ state: 'detached' });
    expect(violations).toEqual([]);
    await page.context().close();
  });

  it('replays, edits and resends, and copies as curl', async () => {
    const { page } = await openTraffic();
    await page.getByRole('option').last().click();
    await page.getByRole('button', { name: 'Copy as curl' }).click();
    await page.getByText('Copied as curl.').waitFor();
    expect(JSON.stringify(await callsOf(page, 'app.copyText'))).toContain('curl --path-as-is');
    await page.getByRole('button', { name: 'Edit and resend' }).click();
    await page.getByLabel('Path', { exact: true }).fill('/other');
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByText('Sent again as #41').waitFor();
    expect(await callsOf(page, 'exchanges.replay')).toMatchObject([{ id: 40, edits: { path: '/other' } }]);
    await page.context().close();
  });

  it.each(['light', 'dark'] as const)('explains, and is clean under axe: %s', async (theme) => {
    const { page } = await openTraffic({ theme, width: 1440, height: 900 });
    await page.getByRole('option').last().click();
    for (const tab of ['Overview', 'Request', 'Response', 'Explain']) {
      await page.getByRole('tab', { name: tab }).click();
      if (tab === 'Explain') await page.getByText('by Mogoly: POOL_EMPTY').waitFor();
      expect(await axeFaults(page)).toEqual([]);
    }
    const folder = process.env['TRAFFIC_SHOTS'];
    if (folder !== undefined) await page.screenshot({ path: `${folder}/traffic-${theme}.png` });
    await page.context().close();
  });

  it('fits 900 by 600 with an exchange open', async () => {
    const { page } = await openTraffic({ width: 900, height: 600 });
    await page.getByRole('option').last().click();
    await page.getByRole('tab', { name: 'Overview' }).click();
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    const folder = process.env['TRAFFIC_SHOTS'];
    if (folder !== undefined) await page.screenshot({ path: `${folder}/traffic-small.png` });
    await page.context().close();
  });
});
