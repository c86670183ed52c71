/** The canned engine behind the window, reached from a test: what it was asked, what it answers from here on, what it pushes. */
import type { Page } from 'playwright';
import type { Push } from '../../shared/protocol.ts';
import type { CannedWindow } from './harness.ts';

export type Far = typeof globalThis & { far: CannedWindow };

/** The requests of one command so far, oldest first. */
export const callsOf = (page: Page, name: string): Promise<unknown[]> =>
  page.evaluate(
    (wanted) => (globalThis as Far).far.calls.filter((call) => call.name === wanted).map((call) => call.request),
    name,
  );

/** From here on these commands answer so. */
export const answerWith = (page: Page, answers: Record<string, unknown>): Promise<void> =>
  page.evaluate((given) => {
    const { canned } = (globalThis as Far).far;
    canned.answers = { ...canned.answers, ...given };
  }, answers);

export const push = (page: Page, sent: Push): Promise<void> =>
  page.evaluate((data) => (globalThis as Far).far.push(data), sent);
