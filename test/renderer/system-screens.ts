/** What the tests of names, trust and the doctor share: one window on one screen, its calls, and axe. */
import type { Page } from 'playwright';
import { expect } from 'vitest';
import { axeFaults } from '../kit/axe.ts';
import { busySnapshot } from './canned.ts';
import { systemAnswers } from './canned-system.ts';
import type { Harness } from './harness.ts';

export interface ScreenOptions {
  answers?: Record<string, unknown>;
  theme?: 'light' | 'dark';
  width?: number;
  height?: number;
  zoom?: number;
}

export async function onScreen(
  harness: Harness,
  label: 'Names' | 'Trust' | 'Doctor',
  { answers, ...options }: ScreenOptions,
  visit: (page: Page) => Promise<void>,
): Promise<void> {
  const canned = { snapshot: busySnapshot(), answers: systemAnswers(answers), document: { zones: ['test'] } };
  const { page, violations } = await harness.open(canned, options);
  await page.getByRole('button', { name: label, exact: true }).click();
  await page.getByRole('heading', { name: label, exact: true }).waitFor();
  await visit(page);
  expect(violations).toEqual([]);
  await page.context().close();
}

export async function expectAccessible(page: Page): Promise<void> {
  const faults = await axeFaults(page);
  expect(faults, faults.join('\n')).toEqual([]);
}

/** Nothing of the page is wider than the window. */
export async function expectFits(page: Page): Promise<void> {
  const over = await page.evaluate(() => {
    const body = document.querySelector('.page-body')!;
    return [body.scrollWidth - body.clientWidth, document.documentElement.scrollWidth - window.innerWidth];
  });
  expect(Math.max(...over)).toBeLessThanOrEqual(0);
}

/** Sizes and themes that every screen has to bear. */
export const LOOKS = [
  { theme: 'light', width: 900, height: 600 },
  { theme: 'dark', width: 1440, height: 900 },
  { theme: 'light', width: 3840, height: 2160 },
  { theme: 'dark', width: 1440, height: 900, zoom: 2 },
] as const;
