/** The form of a service in a real browser: types, defaults, what is wrong at its field, creating and changing. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeService, report } from './canned-services.ts';
import { ok } from './canned-system.ts';
import { callsOf, answerWith } from './far.ts';
import { startHarness } from './harness.ts';
import { choose, configAnswer, detail, onServices, pushServices, REVISION } from './services-window.ts';
import type { Page } from 'playwright';
import type { Harness } from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
}, 240_000);
afterAll(() => harness.close());

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const field = (page: Page, name: string) => page.getByRole('textbox', { name, exact: true });
const created = (name: string) => ({ 'services.create': ok(makeService(name, { status: 'pulling' })) });

/** What stands below a field. */
const noteOf = (page: Page, name: string): Promise<string | null> =>
  field(page, name).evaluate((node) => {
    const id = node.getAttribute('aria-describedby');
    return id === null ? null : (document.getElementById(id)?.textContent ?? null);
  });

describe('a new service', () => {
  it('by the keyboard alone: a type by the arrows, defaults as placeholders, an empty name is the usual one', async () => {
    await onServices(harness, { answers: created('redis') }, async (page) => {
      await button(page, 'Add service').press('Enter');
      await expect
        .poll(() => page.getByRole('radio', { name: 'PostgreSQL' }).evaluate((node) => node === document.activeElement))
        .toBe(true);
      expect(await field(page, 'Name').getAttribute('placeholder')).toBe('postgres');
      expect(await field(page, 'Version').getAttribute('placeholder')).toBe('17');
      for (let steps = 0; steps < 4; steps += 1) await page.keyboard.press('ArrowRight');
      expect(await page.getByRole('radio', { name: 'Redis' }).isChecked()).toBe(true);
      expect(await field(page, 'Name').getAttribute('placeholder')).toBe('redis');
      await page.keyboard.press('Enter');
      await page.getByRole('complementary', { name: 'New service' }).waitFor({ state: 'detached' });
      expect(await callsOf(page, 'services.create')).toEqual([{ service: { type: 'redis', name: 'redis' } }]);
    });
  });

  it('is sent as it was filled in: credentials, ports, volumes, variables, a domain and who may use it', async () => {
    await onServices(harness, { answers: created('shop-db') }, async (page) => {
      await button(page, 'Add service').click();
      await field(page, 'Name').fill(' shop-db ');
      await field(page, 'Version').fill('16');
      await button(page, 'Credentials').click();
      await field(page, 'Username').fill('admin');
      const password = page.getByLabel('Password', { exact: true });
      expect([await password.getAttribute('type'), await password.getAttribute('placeholder')]).toEqual([
        'password',
        'generated',
      ]);
      await password.fill('hush');
      await button(page, 'Show what is typed').click();
      expect(await password.getAttribute('type')).toBe('text');
      expect(await field(page, 'Database name').getAttribute('placeholder')).toBe('shop_db');
      await button(page, 'Ports and volumes').click();
      await field(page, 'Ports').fill('15432:5432');
      await button(page, 'Add to volumes').click();
      await field(page, 'Name').last().fill('kept');
      await field(page, 'Container path').fill('/var/lib/postgresql/data');
      await button(page, 'Image and environment').click();
      await button(page, 'Add to variables').click();
      await field(page, 'Variables, name 1').fill('TZ');
      await field(page, 'Variables, value 1').fill('UTC');
      await button(page, 'Name and access').click();
      await field(page, 'Domain').fill('shop-db.test');
      await field(page, 'Who else may connect').fill('192.168.1.0/24');
      await button(page, 'Create').click();
      await page.getByRole('complementary', { name: 'New service' }).waitFor({ state: 'detached' });
      expect(await callsOf(page, 'services.create')).toEqual([
        {
          service: {
            type: 'postgresql',
            name: 'shop-db',
            version: '16',
            username: 'admin',
            password: 'hush',
            exposed_ports: ['15432:5432'],
            volumes: [{ name: 'kept', container_path: '/var/lib/postgresql/data' }],
            variables: { TZ: 'UTC' },
            domain: { domain: 'shop-db.test', allowed_cidrs: ['192.168.1.0/24'] },
          },
        },
      ]);
    });
  });

  it('what is wrong stands at its field, and the first of it gets the keyboard', async () => {
    await onServices(harness, {}, async (page) => {
      await button(page, 'Add service').click();
      await field(page, 'Name').fill('app-db');
      await button(page, 'Ports and volumes').click();
      await field(page, 'Ports').fill('80:many');
      await button(page, 'Name and access').click();
      await field(page, 'Who else may connect').fill('everybody');
      await button(page, 'Create').click();
      expect(await noteOf(page, 'Name')).toBe('There is a service "app-db" already.');
      expect(await noteOf(page, 'Ports')).toBe('Use 5432, or 15432:5432 to choose the port of this machine.');
      expect(await noteOf(page, 'Domain')).toBe('Give the name that the rest is for.');
      expect(await noteOf(page, 'Who else may connect')).toContain('as in 192.168.1.0/24');
      expect(await field(page, 'Name').evaluate((node) => node === document.activeElement)).toBe(true);
      await field(page, 'Name').fill('a b');
      await field(page, 'Version').focus();
      expect(await noteOf(page, 'Name')).toMatch(/^Use letters, digits/);
      expect(await callsOf(page, 'services.create')).toEqual([]);
      await page.keyboard.press('Escape');
      await page.getByRole('complementary', { name: 'New service' }).waitFor({ state: 'detached' });
      expect(await button(page, 'Add service').evaluate((node) => node === document.activeElement)).toBe(true);
    });
  });

  it('what the engine refuses stands at its field, or above the form', async () => {
    const taken = { code: 'SERVICE_EXISTS', severity: 'error', message: 'It is taken.', path: ['service', 'name'] };
    const gone = { code: 'DOCKER_GONE', severity: 'error', message: 'Docker went away.', fix: 'Start Docker.' };
    await onServices(
      harness,
      { answers: { 'services.create': { ok: false, problems: [taken, gone] } } },
      async (page) => {
        await button(page, 'Add service').click();
        await field(page, 'Name').fill('fresh');
        await button(page, 'Create').click();
        await page.getByRole('alert').getByText('Docker went away.').waitFor();
        expect(await noteOf(page, 'Name')).toBe('It is taken.');
        await answerWith(page, created('fresh'));
        await button(page, 'Create').click();
        await page.getByRole('complementary', { name: 'New service' }).waitFor({ state: 'detached' });
      },
    );
  });

  it('a custom one needs an image, which gives it its name; other kinds of credentials are not asked', async () => {
    await onServices(harness, { answers: created('rabbitmq') }, async (page) => {
      await button(page, 'Add service').click();
      await button(page, 'Credentials').click();
      await field(page, 'Username').fill('kept back');
      await page.getByRole('radio', { name: 'Custom image' }).check();
      expect(await button(page, 'Credentials').count()).toBe(0);
      await button(page, 'Create').click();
      expect(await noteOf(page, 'Image')).toBe('Name an image, as in rabbitmq:4.');
      await field(page, 'Image').fill('registry.test:5000/team/rabbitmq:4');
      expect(await field(page, 'Name').getAttribute('placeholder')).toBe('rabbitmq');
      await button(page, 'Create').click();
      await expect
        .poll(() => callsOf(page, 'services.create'))
        .toEqual([{ service: { type: 'custom', name: 'rabbitmq', image: 'registry.test:5000/team/rabbitmq:4' } }]);
    });
  });

  it('one that failed is tried again as it was asked for, or changed first', async () => {
    const problem = { code: 'SERVICE_PULL_REFUSED', severity: 'error' as const, message: 'No such image.' };
    const { container: _, port: _port, ...unmade } = makeService('bus', { type: 'custom', image: 'bus:1' });
    const failed = { ...unmade, status: 'failed' as const, inConfig: false, problem };
    await onServices(harness, { answers: { 'services.create': ok(failed) } }, async (page) => {
      await button(page, 'Add service').click();
      await page.getByRole('radio', { name: 'Custom image' }).check();
      await field(page, 'Name').fill('bus');
      await field(page, 'Image').fill('bus:1');
      await button(page, 'Ports and volumes').click();
      await field(page, 'Ports').fill('4222');
      await button(page, 'Create').click();
      await pushServices(page, 1, { services: [failed] });
      await detail(page).getByText('No such image.').waitFor();
      await button(page, 'Try again').click();
      await expect.poll(() => callsOf(page, 'services.start')).toEqual([{ name: 'bus' }]);
      const [first] = await callsOf(page, 'services.create');
      expect(first).toEqual({ service: { type: 'custom', name: 'bus', image: 'bus:1', exposed_ports: [4222] } });
      await button(page, 'Change its settings').click();
      expect([await field(page, 'Image').inputValue(), await field(page, 'Ports').inputValue()]).toEqual([
        'bus:1',
        '4222',
      ]);
    });
  });

  it('is tried again by a window that knows nothing of how it was asked for', async () => {
    const problem = { code: 'SERVICE_PULL_REFUSED', severity: 'error' as const, message: 'No such image.' };
    const { container: _, port: _port, ...unmade } = makeService('bus', { type: 'custom', image: 'bus:1' });
    const failed = { ...unmade, status: 'failed' as const, inConfig: false, problem };
    const answers = { 'services.list': ok(report({ services: [failed] })) };
    await onServices(harness, { answers, also: [failed] }, async (page) => {
      await choose(page, 'bus');
      await detail(page).getByText('No such image.').waitFor();
      await button(page, 'Try again').click();
      await expect.poll(() => callsOf(page, 'services.start')).toEqual([{ name: 'bus' }]);
      expect(await page.getByRole('complementary', { name: 'New service' }).count()).toBe(0);
    });
  });
});

describe('a service of the config', () => {
  it('is changed in the config key by key, and Undo takes it back', async () => {
    const entry = { type: 'postgres', name: 'app-db', version: '16', username: 'admin', domain: 'app-db.local' };
    const answers = {
      'config.get': configAnswer([{ type: 'redis', name: 'cache' }, entry]),
      'config.edit': ok({ revision: REVISION + 1, warnings: [] }),
    };
    await onServices(harness, { answers }, async (page) => {
      await button(page, 'More for app-db').click();
      await page.getByRole('menuitem', { name: 'Change its settings' }).click();
      await page.getByRole('complementary', { name: 'Change app-db' }).waitFor();
      expect(await page.getByRole('radio').count()).toBe(0);
      await field(page, 'Version').fill('17');
      await page.getByRole('button', { name: /^Credentials/ }).click();
      await field(page, 'Username').fill('');
      await page.getByRole('button', { name: /^Name and access/ }).click();
      await field(page, 'Port of the domain').fill('5433');
      await button(page, 'Apply').click();
      await page.getByText('app-db is changed in the config.').waitFor();
      const edits = [
        { op: 'set', path: ['services', 1, 'version'], value: '17' },
        { op: 'remove', path: ['services', 1, 'username'] },
        { op: 'set', path: ['services', 1, 'domain'], value: { domain: 'app-db.local', entrypoint: '5433' } },
      ];
      expect(await callsOf(page, 'config.edit')).toEqual([{ edits, baseRevision: REVISION }]);
      await button(page, 'Undo').click();
      await expect.poll(() => callsOf(page, 'config.rollback')).toEqual([{ id: REVISION, baseRevision: REVISION + 1 }]);
    });
  });
});
