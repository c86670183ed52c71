/** The sites screen in a real browser: moving by mouse and keys, forms of every kind, axe and sizes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeFaults } from '../kit/axe.ts';
import { busySnapshot } from './canned.ts';
import type { Far } from './far.ts';
import { startHarness } from './harness.ts';
import type { Page } from 'playwright';
import type { CannedWindow, Harness } from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());

const DOCUMENT = {
  server: [
    {
      name: 'shop.localhost',
      hosts: ['shop.localhost', '*.shop.localhost'],
      old_key: 1,
      balance: [
        { name: 'web-1', url: 'http://localhost:5173', weight: 2 },
        { name: 'web-2', url: 'http://localhost:5174' },
      ],
      middlewares: [
        { name: 'ratelimit', config: { request_per_minute: 100 } },
        { name: './mine.mjs', config: { a: 1 } },
      ],
      routes: [
        { path: '/old/*', redirect: '/new/{rest}' },
        { path: '/api/*', url: 'http://localhost:3000' },
        { path: '/assets/*', static: './dist' },
      ],
    },
  ],
};
const MIDDLEWARES = {
  ratelimit: {
    description: 'Answers 429.',
    type: 'object',
    title: 'Rate limit',
    properties: {
      request_per_minute: { type: 'integer', minimum: 1, title: 'Requests', description: 'How many.' },
      limit_window: { type: 'integer', title: 'Window of time', description: 'In seconds.' },
    },
    required: ['request_per_minute'],
  },
  basic_auth: {
    description: 'Asks for a password.',
    type: 'object',
    properties: {
      users: { type: 'object', additionalProperties: { type: 'string' }, description: 'Names and hashes.' },
    },
    required: ['users'],
  },
};

async function open(options: Parameters<Harness['open']>[1], visit: (page: Page) => Promise<void>): Promise<void> {
  const canned = { snapshot: busySnapshot(), document: DOCUMENT, middlewares: MIDDLEWARES };
  const { page, violations } = await harness.open(canned, options);
  await page.getByRole('button', { name: 'Sites', exact: true }).click();
  await page.getByRole('button', { name: 'Edit ratelimit' }).first().waitFor();
  await visit(page);
  expect(violations).toEqual([]);
  await page.context().close();
}

const editsOf = (page: Page): Promise<unknown[]> =>
  page.evaluate(() =>
    (globalThis as typeof globalThis & { far: CannedWindow }).far.calls
      .filter(({ name }) => name === 'config.edit')
      .map(({ request }) => (request as { edits: unknown }).edits),
  );

/** From the middle of one handle to the middle of another, in steps as a hand does. */
async function drag(page: Page, from: string, to: string): Promise<void> {
  const middle = async (label: string): Promise<[number, number]> => {
    const box = await page.getByRole('button', { name: label, exact: true }).boundingBox();
    if (!box) throw new Error(`${label} is not in sight`);
    return [box.x + box.width / 2, box.y + box.height / 2];
  };
  const [start, end] = [await middle(from), await middle(to)];
  await page.mouse.move(...start);
  await page.mouse.down();
  await page.mouse.move(start[0], start[1] + 6, { steps: 3 });
  await page.mouse.move(end[0], end[1], { steps: 12 });
  await page.mouse.up();
}

describe('the sites screen', () => {
  it('moves a backend by mouse, by lifting it with Space, and at once with Alt', async () => {
    await open({ width: 1440, height: 900 }, async (page) => {
      await drag(page, 'Move web-3', 'Move web-1');
      await page.getByText('web-3 moved.').waitFor();
      expect(await editsOf(page)).toEqual([[{ op: 'move', path: ['server', 0, 'balance', 2], to: 0 }]]);
      await page.getByRole('button', { name: 'Move web-1', exact: true }).focus();
      await page.keyboard.press('Space');
      await page.locator('.handle[aria-pressed="true"]').waitFor();
      await page.keyboard.press('ArrowDown');
      await page.getByText(/^web-1 is over place 2 of \d+\.$/).waitFor({ state: 'attached' });
      await page.keyboard.press('Space');
      await page.getByText('web-1 moved.').waitFor();
      await page.getByRole('button', { name: 'Move web-2', exact: true }).press('Alt+ArrowUp');
      await page.getByText('web-2 moved.').waitFor();
      expect((await editsOf(page)).at(-1)).toEqual([{ op: 'move', path: ['server', 0, 'balance', 1], to: 0 }]);
    });
  });

  it('shows routes in the order of the file, and moves and removes them there', async () => {
    await open({ width: 1440, height: 900 }, async (page) => {
      const names = await page
        .getByRole('region', { name: /^Route / })
        .evaluateAll((nodes) => nodes.map((node) => node.getAttribute('aria-label')));
      expect(names).toEqual(['Route /old/*', 'Route /api/*', 'Route /assets/*']);
      await page.getByRole('button', { name: 'Move /old/*', exact: true }).press('Alt+ArrowDown');
      await page.getByText('/old/* moved.').waitFor();
      await page.getByRole('button', { name: 'Remove /assets/*' }).click();
      expect(await editsOf(page)).toEqual([
        [{ op: 'move', path: ['server', 0, 'routes', 0], to: 1 }],
        [{ op: 'remove', path: ['server', 0, 'routes', 2] }],
      ]);
    });
  });

  it('an edit that another one takes the place of can be taken up again', async () => {
    await open({}, async (page) => {
      await page.getByRole('button', { name: 'Edit web-1' }).click();
      await page.getByRole('textbox', { name: 'Weight' }).fill('9');
      await page.getByRole('button', { name: 'Edit site' }).click();
      await page.getByRole('textbox', { name: 'Hosts' }).waitFor();
      await page.getByText('Also written here, and kept: old_key.').waitFor();
      await page.getByRole('button', { name: 'Continue editing' }).click();
      expect(await page.getByRole('textbox', { name: 'Weight' }).inputValue()).toBe('9');
    });
  });

  it('an edit outlives the window, and takes up what changed in the file meanwhile', async () => {
    await open({}, async (page) => {
      await page.getByRole('button', { name: 'Edit web-1' }).click();
      const weight = page.getByRole('textbox', { name: 'Weight' });
      await weight.fill('9');
      await page.reload();
      await page.getByRole('button', { name: 'Sites', exact: true }).click();
      await weight.waitFor();
      expect(await weight.inputValue()).toBe('9');
      await page.getByRole('button', { name: 'Cancel' }).click();
      await weight.waitFor({ state: 'detached' });
      await page.reload();
      await page.getByRole('button', { name: 'Edit web-1' }).waitFor();
      expect(await weight.count()).toBe(0);
    });
  });

  it('a field of a new site that is left empty is not scolded; Apply says what it lacks', async () => {
    await open({}, async (page) => {
      await page.getByRole('button', { name: 'Add site' }).first().click();
      const name = page.getByRole('textbox', { name: 'Name' });
      await name.focus();
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      expect(await page.locator('[aria-invalid="true"]').count()).toBe(0);
      await page.getByRole('button', { name: 'Apply' }).click();
      await page.getByText('Give a name, as in shop.test.').waitFor();
      expect(await name.getAttribute('aria-invalid')).toBe('true');
    });
  });

  it('a module of your own takes its config as JSON, and says when it is not', async () => {
    await open({}, async (page) => {
      await page.getByRole('button', { name: 'Edit ./mine.mjs' }).click();
      const config = page.getByRole('textbox', { name: 'Config' });
      await config.fill('{"a": 2');
      await page.getByRole('button', { name: 'Apply' }).click();
      await page.getByText('This is not JSON.', { exact: false }).waitFor();
      await config.fill('{"a": 2}');
      await page.getByRole('button', { name: 'Apply' }).click();
      await page.getByText('./mine.mjs changed.').waitFor();
      const path = ['server', 0, 'middlewares', 1, 'config', 'a'];
      expect(await editsOf(page)).toEqual([[{ op: 'set', path, value: 2 }]]);
    });
  });

  it('a middleware that is moved keeps the focus', async () => {
    await open({}, async (page) => {
      await page.evaluate(() => {
        const { canned } = (globalThis as Far).far;
        const document = structuredClone(canned.document) as { server: { middlewares: unknown[] }[] };
        document.server[0]!.middlewares.reverse();
        canned.document = document;
      });
      const handle = page.getByRole('button', { name: 'Move ./mine.mjs', exact: true });
      await handle.press('Alt+ArrowUp');
      await expect
        .poll(() => page.locator('.chain').first().locator('.chain-name').allTextContents())
        .toEqual(['./mine.mjs', 'ratelimit']);
      expect(await handle.evaluate((node) => node === document.activeElement)).toBe(true);
    });
  });

  it('a field with a name of its own has its key beside it, and a line to itself', async () => {
    await open({}, async (page) => {
      await page.getByRole('button', { name: 'Add middleware', exact: true }).click();
      await page.getByLabel('Middleware', { exact: true }).selectOption({ label: 'Rate limit' });
      const boxes = await Promise.all(
        ['Requests', 'Window of time'].map((name) => page.getByRole('textbox', { name, exact: true }).boundingBox()),
      );
      expect(boxes[1]!.y).toBeGreaterThan(boxes[0]!.y + boxes[0]!.height);
      const keys = page.locator('.field-name code');
      expect(await keys.allTextContents()).toEqual(['ratelimit', 'request_per_minute', 'limit_window']);
      expect(await keys.evaluateAll((all) => all.every((key) => key.scrollWidth <= key.clientWidth))).toBe(true);
    });
  });

  it('names and texts are a list of rows', async () => {
    await open({}, async (page) => {
      await page.getByRole('button', { name: 'Add middleware', exact: true }).click();
      await page.getByLabel('Middleware', { exact: true }).selectOption('basic_auth');
      await page.getByRole('button', { name: 'Add to users' }).click();
      await page.getByRole('textbox', { name: 'Users, name 1' }).fill('dev');
      await page.getByRole('textbox', { name: 'Users, value 1' }).fill('scrypt:x');
      await page.getByRole('button', { name: 'Apply' }).click();
      await page.getByText('basic_auth added to shop.localhost.').waitFor();
      const value = { name: 'basic_auth', config: { users: { dev: 'scrypt:x' } } };
      expect(await editsOf(page)).toEqual([[{ op: 'insert', path: ['server', 0, 'middlewares', 2], value }]]);
    });
  });

  it.each([
    ['light', { theme: 'light', width: 900, height: 600 }],
    ['dark', { theme: 'dark', width: 1440, height: 900 }],
    ['dark at 200 %', { theme: 'dark', width: 900, height: 600, zoom: 2 }],
  ] as const)('is clean for axe and holds its width, every group open, in %s', async (_name, options) => {
    await open(options, async (page) => {
      expect(await faults(page)).toEqual([]);
      await page.getByRole('button', { name: 'Edit site' }).click();
      for (const group of ['HTTPS', 'Pool', 'Health check', 'Passive health', 'State'])
        await page.getByRole('complementary').getByRole('button', { name: group }).click();
      await page.getByRole('combobox', { name: 'TLS' }).selectOption('in detail');
      expect(await faults(page)).toEqual([]);
    });
  });
});

/** What axe finds, and buttons and inputs that stick out of the window to the side. */
async function faults(page: Page): Promise<string[]> {
  const found = await axeFaults(page);
  const wide = await page.evaluate(() =>
    [...document.querySelectorAll('button, input, select, textarea')]
      .filter((node) => {
        const box = node.getBoundingClientRect();
        return box.width > 0 && (box.right > window.innerWidth + 1 || box.left < 0);
      })
      .map((node) => node.getAttribute('aria-label') ?? node.textContent ?? ''),
  );
  return [...found, ...wide];
}
