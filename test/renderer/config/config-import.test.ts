/** Import in the Config screen: a file of another proxy, shown as a change with its notes, then added. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { editText } from '../../../electron/engine/config/edit.ts';
import { planImport } from '../../../electron/engine/import-config.ts';
import { axeFaults } from '../../kit/axe.ts';
import { callsOf } from '../far.ts';
import { startHarness } from '../harness.ts';
import { cannedConfig, TEXT } from './canned-config.ts';
import type { Harness } from '../harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());

const CADDY = `http://blog.test {
	encode gzip
	handle_path /api/* {
		reverse_proxy localhost:3000 localhost:3001
	}
	reverse_proxy localhost:5173 {
		header_up X-Real-IP {remote_host}
	}
	respond /up "ok"
	basic_auth {
		bob $2a$14$abc
	}
}
`;

/** What the engine answers for a file. */
function answerFor(text: string): unknown {
  const current = { text: TEXT, format: 'yaml' as const };
  const planned = planImport({ file: '/etc/Caddyfile', text }, { env: {}, includes: false }, current);
  if (!planned.ok) return planned;
  const after = editText(TEXT, 'yaml', planned.value.edits);
  if (!after.ok) return after;
  return { ok: true, value: { ...planned.value, before: TEXT, after: after.value, problems: [], revision: 3 } };
}

async function opened(text: string, options: Parameters<Harness['open']>[1] = {}) {
  const canned = cannedConfig();
  const { page, violations } = await harness.open(
    { ...canned, answers: { ...canned.answers, 'config.import': answerFor(text) } },
    options,
  );
  await page.getByRole('button', { name: 'Config' }).click();
  await page.getByRole('textbox', { name: 'Config file' }).waitFor();
  await page
    .getByLabel('Config of another proxy')
    .setInputFiles({ name: 'Caddyfile', mimeType: 'text/plain', buffer: Buffer.from(text) });
  const dialog = page.getByRole('dialog', { name: 'Import Caddyfile' });
  await dialog.waitFor();
  return { page, dialog, violations };
}

it('shows what would be added and what could not be said with its place, and adds it on a click', async () => {
  const { page, dialog, violations } = await opened(CADDY);
  await dialog.getByText('Read as a Caddyfile').waitFor();
  await dialog.getByText('name: blog.test').waitFor();
  const notes = dialog.getByRole('region', { name: 'Not carried over as it was' });
  await notes.getByText('9:2').waitFor();
  await notes.getByText('"respond /up ok" is left out.').waitFor();
  expect(await callsOf(page, 'config.edit')).toEqual([]);
  await dialog.getByRole('button', { name: 'Add 1 site' }).click();
  await page.getByText('1 site added from Caddyfile.').waitFor();
  const [request] = (await callsOf(page, 'config.edit')) as { baseRevision: number; edits: { op: string }[] }[];
  expect([request?.baseRevision, request?.edits.map(({ op }) => op)]).toEqual([3, ['insert']]);
  expect(violations).toEqual([]);
  await page.context().close();
});

it('Escape leaves the config as it is', async () => {
  const { page, dialog } = await opened(CADDY);
  await dialog.getByRole('button', { name: 'Add 1 site' }).waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  expect(await callsOf(page, 'config.edit')).toEqual([]);
  await page.context().close();
});

it('a file that cannot be read says where, and has nothing to add', async () => {
  const { page, dialog } = await opened('blog.test {\n');
  await dialog.getByText('This block is not closed.').waitFor();
  await dialog.getByText('1:1').waitFor();
  expect(await dialog.getByRole('button').allTextContents()).toEqual(['Close']);
  await page.context().close();
});

it.each(['light', 'dark'] as const)('is good for everyone in %s, also in a small window', async (theme) => {
  for (const [width, height] of [
    [900, 600],
    [1440, 900],
  ] as const) {
    const { page, dialog, violations } = await opened(CADDY, { theme, width, height });
    await dialog.getByText('name: blog.test').waitFor();
    expect(await axeFaults(page)).toEqual([]);
    const box = await dialog.boundingBox();
    expect((box?.y ?? -1) >= 0 && box!.y + box!.height <= height).toBe(true);
    expect(violations).toEqual([]);
    if (process.env['MOGOLY_SHOTS'])
      await page.screenshot({ path: `${process.env['MOGOLY_SHOTS']}/${theme}-${width}.png` });
    await page.context().close();
  }
});
