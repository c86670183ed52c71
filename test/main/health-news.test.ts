import { describe, expect, it } from 'vitest';
import { createNewsDesk, newsText, SETTLE_MS } from '../../electron/main/health-news.ts';
import type { HealthStatus } from '../../shared/state.ts';

const site = (name: string, health: HealthStatus, disabled = false) => ({ name, health, disabled });

describe('news of sites', () => {
  it('is told once, when it has settled', () => {
    const desk = createNewsDesk();
    desk.observe([site('a', 'healthy')], 0);
    expect(desk.wait(0)).toBeUndefined();
    desk.observe([site('a', 'down')], 1_000);
    expect(desk.take(1_000)).toBeUndefined();
    expect(desk.wait(1_000)).toBe(SETTLE_MS);
    expect(desk.take(1_000 + SETTLE_MS)).toEqual({ down: ['a'], back: [] });
    desk.observe([site('a', 'down')], 9_000);
    expect(desk.take(20_000)).toBeUndefined();
    desk.observe([site('a', 'healthy')], 30_000);
    expect(desk.take(30_000 + SETTLE_MS)).toEqual({ down: [], back: ['a'] });
  });

  it('a restart within the time is no news', () => {
    const desk = createNewsDesk();
    desk.observe([site('a', 'down')], 0);
    desk.observe([site('a', 'healthy')], SETTLE_MS - 1);
    expect(desk.wait(SETTLE_MS)).toBeUndefined();
    expect(desk.take(99_000)).toBeUndefined();
  });

  it('many at once are one notice', () => {
    const desk = createNewsDesk();
    desk.observe(
      Array.from({ length: 200 }, (_, at) => site(`s${at}`, 'down')),
      0,
    );
    const news = desk.take(SETTLE_MS);
    expect(news?.down).toHaveLength(200);
    expect(newsText(news!)).toEqual({ title: '200 sites are down', body: 's0, s1, s2 and 197 more.' });
    expect(desk.take(SETTLE_MS * 2)).toBeUndefined();
  });

  it('one that flaps is told at most a few times a minute, and again when it is calm', () => {
    const desk = createNewsDesk();
    let told = 0;
    let now = 0;
    for (let turn = 0; turn < 60; turn += 1, now += 4_000) {
      desk.observe([site('a', turn % 2 === 0 ? 'down' : 'healthy')], now);
      if (desk.take(now + SETTLE_MS) !== undefined) told += 1;
    }
    expect(told).toBeLessThanOrEqual(3);
    desk.observe([site('a', 'healthy')], now);
    expect(desk.take(now + 60_000)).toEqual({ down: [], back: ['a'] });
  });

  it('a disabled or removed site is no news', () => {
    const desk = createNewsDesk();
    desk.observe([site('a', 'down', true), site('b', 'down')], 0);
    desk.observe([site('a', 'down', true)], 1);
    expect(desk.take(99_000)).toBeUndefined();
  });

  it('says it in words', () => {
    expect(newsText({ down: ['shop.test'], back: [] })).toEqual({
      title: 'shop.test is down',
      body: 'No backend answers.',
    });
    expect(newsText({ down: [], back: ['shop.test'] }).title).toBe('shop.test is back');
    expect(newsText({ down: ['a'], back: ['b'] }).body).toBe('No backend answers. Back: b.');
  });
});
