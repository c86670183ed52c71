/** The Services screen in the harness: opened on canned services, with pushes of what became of them. */
import type { Page } from 'playwright';
import { expect } from 'vitest';
import { busySnapshot } from './canned.ts';
import { namedAnswers, serviceAnswers, SERVICES } from './canned-services.ts';
import { ok, systemAnswers } from './canned-system.ts';
import { cannedConfig } from './config/canned-config.ts';
import type { ServicesChanged, ServiceState } from '../../shared/service.ts';
import { type Far } from './far.ts';
import type { Harness } from './harness.ts';

/** In force when the config is asked for. */
export const REVISION = 7;
export const configAnswer = (services: unknown[] = []): unknown =>
  ok({ file: '', format: 'yaml', text: '', problems: [], revision: REVISION, value: { server: [], services } });

export interface ServicesOptions {
  answers?: Record<string, unknown>;
  /** Beside the usual ones, to be asked about. */
  also?: ServiceState[];
  theme?: 'light' | 'dark';
  width?: number;
  height?: number;
  zoom?: number;
}

/** Visits the screen, and wants no error and no breach of the CSP at the end. */
export async function onServices(
  harness: Harness,
  { answers, also = [], ...options }: ServicesOptions,
  visit: (page: Page) => Promise<void>,
): Promise<void> {
  const canned = {
    snapshot: busySnapshot(),
    answers: systemAnswers({ ...cannedConfig().answers, 'config.get': configAnswer(), ...serviceAnswers(answers) }),
    named: namedAnswers([...SERVICES, ...also]),
  };
  const { page, violations } = await harness.open(canned, options);
  page.setDefaultTimeout(15_000);
  await page.getByRole('button', { name: 'Services', exact: true }).click();
  await page.locator('.stage h1').first().waitFor();
  await visit(page);
  expect(violations).toEqual([]);
  await page.context().close();
}

/** As the engine pushes it: all of them, each time. `seq` counts from 1. */
export const pushServices = (page: Page, seq: number, data: Partial<ServicesChanged>): Promise<void> =>
  page.evaluate(
    ([number, changed]) => {
      const { far } = globalThis as Far;
      const { docker, services, labelled } = (far.canned.answers!['services.list'] as { value: ServicesChanged }).value;
      far.push({ seq: number, name: 'services.changed', data: { docker, services, labelled, ...changed } });
    },
    [seq, data] as const,
  );

/** From here on a command about one service answers so. */
export const answerAbout = (page: Page, command: string, name: string, answer: unknown): Promise<void> =>
  page.evaluate(
    ([about, service, given]) => {
      const named = (globalThis as Far).far.canned.named!;
      named[about] = { ...named[about], [service]: given };
    },
    [command, name, answer] as const,
  );

export const choose = (page: Page, name: string): Promise<void> =>
  page.getByRole('listbox', { name: 'Service list' }).getByRole('option').filter({ hasText: name }).first().click();

export const detail = (page: Page) => page.getByRole('region', { name: 'Service', exact: true });

/** No control sticks out of the window, and nothing is wider than it. */
export async function expectInside(page: Page): Promise<void> {
  const found = await page.evaluate(() => {
    const controls = [...document.querySelectorAll('.stage button, .stage input, .stage select, .rail button')];
    const out = controls.filter((node) => {
      const { width, left, right } = node.getBoundingClientRect();
      return width > 0 && (right > window.innerWidth + 1 || left < 0);
    });
    const rail = document.querySelector('.rail')!;
    return {
      out: out.map((node) => node.textContent),
      wide: document.documentElement.scrollWidth - window.innerWidth,
      rail: Math.max(0, rail.scrollHeight - rail.clientHeight),
    };
  });
  expect(found).toEqual({ out: [], wide: 0, rail: 0 });
}
