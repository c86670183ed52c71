/** The Services screen without Docker, with one that dies, and before the first service. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DOCKER, makeService, NO_DOCKER, report, SERVICES } from './canned-services.ts';
import { ok } from './canned-system.ts';
import { callsOf, answerWith } from './far.ts';
import { startHarness } from './harness.ts';
import { detail, onServices, pushServices } from './services-window.ts';
import type { Page } from 'playwright';
import type { Harness } from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
}, 240_000);
afterAll(() => harness.close());

const rows = (page: Page) => page.getByRole('listbox', { name: 'Service list' }).getByRole('option');
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true });

describe('without Docker', () => {
  const none = { 'services.list': ok(report({ services: [], labelled: [], docker: NO_DOCKER })) };

  it('says what to do and where it was looked for, and goes on by itself when it answers', async () => {
    await onServices(harness, { answers: none }, async (page) => {
      await page.getByRole('heading', { name: 'Services need Docker or Podman' }).waitFor();
      await page.getByText('sudo apt install docker.io').waitFor();
      await page.getByText('Everything else goes on', { exact: false }).waitFor();
      await page.getByText('Where it was looked for (3)').click();
      await page.getByText('unix:///run/podman/podman.sock').waitFor();
      await button(page, 'Look again').click();
      await expect.poll(() => callsOf(page, 'services.list')).toHaveLength(2);
      await pushServices(page, 1, { docker: DOCKER });
      await page.getByRole('heading', { name: 'No service yet' }).waitFor();
    });
  });

  it('names the remedy for a socket that this user may not use', async () => {
    const problem = { ...NO_DOCKER.problem!, code: 'DOCKER_FORBIDDEN', message: 'This user may not use it.' };
    const docker = { ...NO_DOCKER, problem };
    const answers = { 'services.list': ok(report({ services: [], labelled: [], docker })) };
    await onServices(harness, { answers }, async (page) => {
      await page.getByText('sudo usermod -aG docker "$USER"').waitFor();
      expect(await page.getByText('sudo apt install docker.io').count()).toBe(0);
    });
  });

  it('dying in the middle leaves the services in sight, and they come back', async () => {
    await onServices(harness, {}, async (page) => {
      const gone = { code: 'DOCKER_GONE', severity: 'error' as const, message: 'Docker went away in the middle.' };
      const services = SERVICES.map((service) => ({ ...service, status: 'unreachable' as const, problem: gone }));
      await pushServices(page, 1, { docker: { available: false, problem: gone }, services });
      await page.getByRole('alert', { name: 'Docker' }).getByRole('heading', { name: gone.message }).waitFor();
      expect(await rows(page).first().innerText()).toContain('Out of reach');
      expect(await button(page, 'Stop').isDisabled()).toBe(true);
      await pushServices(page, 2, { docker: DOCKER });
      await page.getByRole('alert', { name: 'Docker' }).waitFor({ state: 'detached' });
      await rows(page).first().getByText('Ready').waitFor();
    });
  });

  it('an engine that does not answer is asked again', async () => {
    const problem = { code: 'ENGINE_SILENT', severity: 'error', message: 'The engine did not answer.' };
    await onServices(harness, { answers: { 'services.list': { ok: false, problems: [problem] } } }, async (page) => {
      await page.getByText('The engine did not answer.').waitFor();
      await answerWith(page, { 'services.list': ok(report()) });
      await button(page, 'Try again').click();
      await expect.poll(() => rows(page).count()).toBe(SERVICES.length);
    });
  });

  it('with Docker and no service, one click starts a usual one', async () => {
    const made = makeService('redis', { type: 'redis', image: 'redis:8' });
    const answers = {
      'services.list': ok(report({ services: [], labelled: [] })),
      'services.create': ok(makeService('redis', { type: 'redis', image: 'redis:8', status: 'pulling' })),
    };
    await onServices(harness, { answers, also: [made] }, async (page) => {
      await page.getByRole('button', { name: /^Start Redis/ }).click();
      await expect
        .poll(() => callsOf(page, 'services.create'))
        .toEqual([{ service: { type: 'redis', name: 'redis' } }]);
      await pushServices(page, 1, { services: [made] });
      await detail(page).getByRole('heading', { name: 'redis', level: 1 }).waitFor();
    });
  });
});
