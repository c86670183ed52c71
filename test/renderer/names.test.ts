/** The names screen: what is installed, what would be, a name tested, the log, and undo. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changes, dnsAnswer, EVIL, namesCheck, namesPlan, namesStatus, ok, queries, STEP } from './canned-system.ts';
import { callsOf, answerWith } from './far.ts';
import { startHarness, type Harness } from './harness.ts';
import { expectAccessible, expectFits, LOOKS, onScreen } from './system-screens.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());

describe('names', () => {
  it('are installed only after the exact commands were shown, by the way that was chosen', async () => {
    await onScreen(harness, 'Names', {}, async (page) => {
      await page.getByRole('row', { name: /Not told systemd-resolved chosen/ }).waitFor();
      await page.getByText('shop.local belongs to multicast DNS').waitFor();
      await page.getByRole('button', { name: 'Install names' }).click();
      const dialog = page.getByRole('dialog', { name: 'Install names into this system' });
      await dialog.getByText('tee /etc/systemd/resolved.conf.d/mogoly.conf').waitFor();
      await dialog.getByText('systemctl restart systemd-resolved').waitFor();
      await dialog.getByText('What is written').click();
      await dialog.getByText('Domains=~test').waitFor();
      await dialog.getByText('administrator’s password').waitFor();
      await dialog.getByRole('button', { name: 'Cancel' }).click();
      await dialog.waitFor({ state: 'detached' });
      expect(await callsOf(page, 'names.apply')).toEqual([]);

      await page.getByRole('button', { name: 'Install names' }).click();
      await dialog.getByRole('button', { name: 'Install names' }).click();
      await page.getByText('This system finds the names now.').waitFor();
      expect(await callsOf(page, 'names.apply')).toEqual([{ action: 'install' }]);
      expect((await callsOf(page, 'names.status')).length).toBe(2);
    });
  });

  it('that cannot be installed say why, and what nothing is to be done for shows no steps', async () => {
    const problem = {
      code: 'NAMES_FILE_TAKEN',
      severity: 'error',
      message: 'The file is another program’s.',
      fix: 'Move it away.',
    };
    await onScreen(
      harness,
      'Names',
      { answers: { 'names.plan': { ok: false, problems: [problem] } } },
      async (page) => {
        await page.getByRole('button', { name: 'Install names' }).click();
        await page.getByRole('alert').getByText('The file is another program’s. Move it away.').waitFor();
        await answerWith(page, { 'names.plan': ok({ ...namesPlan, steps: [] }) });
        await page.getByRole('button', { name: 'Install names' }).click();
        await page.getByText('Nothing is to be done: all is as wanted.').waitFor();
        expect(await page.getByRole('dialog').count()).toBe(0);
      },
    );
  });

  it('that no resolver can be told of are warned of once', async () => {
    const warn = (code: string, message: string, fix: string) => ({ code, severity: 'warning' as const, message, fix });
    const problems = [
      warn('NAMES_LOCAL', 'No resolver is told of .local names.', 'Use .test.'),
      warn('NAMES_ZONE_UNROUTED', 'Only hosts named in the config are found under .test.', 'Name each host.'),
      warn('NAMES_WILDCARD', 'The system will not find *.shop.test.', 'Name each host.'),
    ];
    const answers = {
      'names.status': ok(namesStatus({ choice: { methods: ['hosts-file'], because: 'No resolver here.' }, problems })),
      'names.plan': ok({ ...namesPlan, warnings: problems }),
    };
    await onScreen(harness, 'Names', { answers }, async (page) => {
      await page.locator('.note').waitFor();
      expect(await page.locator('.note').allTextContents()).toEqual([
        'Only hosts named in the config are found under .test. Name each host.',
      ]);
      expect(await page.getByText('No resolver').count()).toBe(0);
      await page.getByRole('button', { name: 'Install names' }).click();
      await page.getByRole('dialog').getByText('Only hosts named').waitFor();
      expect(await page.getByRole('dialog').getByText('will not find').count()).toBe(0);
    });
  });

  it('are tested at our DNS and at the system at once, by keyboard', async () => {
    await onScreen(harness, 'Names', {}, async (page) => {
      await page.getByLabel('Name to test').fill('shop.test');
      await page.keyboard.press('Enter');
      const answers = page.getByRole('status', { name: 'Answers' });
      await answers.getByText('shop.test 5 A 127.0.0.1').waitFor();
      expect(await answers.textContent()).toContain('NOERROR answered from our own names, in 0.21 ms');
      expect(await answers.textContent()).toContain('Not found');
      expect(await callsOf(page, 'dns.query')).toEqual([{ name: 'shop.test', type: 'A' }]);
      expect(await callsOf(page, 'names.check')).toEqual([{ name: 'shop.test' }]);

      await answerWith(page, {
        'dns.query': ok({ ...dnsAnswer, rcode: 'NXDOMAIN', answers: [] }),
        'names.check': ok({ ...namesCheck, reachedUs: true, addresses: ['127.0.0.1'] }),
      });
      await page.getByRole('button', { name: 'Ask' }).click();
      await answers.getByText('NXDOMAIN').waitFor();
      await answers.getByText('Asked us').waitFor();
    });
  });

  it('asked for by others appear as they come, are filtered, and stand still while paused', async () => {
    await onScreen(harness, 'Names', {}, async (page) => {
      const list = page.getByRole('listbox', { name: 'Query list' });
      await list.getByText('registry.npmjs.org').first().waitFor();
      const fresh = { ...queries[0]!, name: 'fresh.test', at: queries[0]!.at + 1_000 };
      await answerWith(page, { 'dns.queries': ok([fresh, ...queries]) });
      await list.getByText('fresh.test').waitFor();
      await page.getByLabel('Search queries').fill('nxdomain nope');
      await list.getByText('nope.test').first().waitFor();
      expect(await list.getByText('fresh.test').count()).toBe(0);
      await page.getByLabel('Search queries').fill('nothing like it');
      await page.getByText('No query matches').waitFor();
      await page.getByRole('button', { name: 'Pause' }).click();
      await page.getByRole('button', { name: 'Follow' }).waitFor();
    });
  });

  it('that were changed in the system are listed and undone', async () => {
    await onScreen(harness, 'Names', {}, async (page) => {
      await page.getByRole('button', { name: 'Undo: Put 2 hosts into the hosts file' }).click();
      const dialog = page.getByRole('dialog', { name: 'Undo: Put 2 hosts into the hosts file' });
      await dialog.getByText('rm -f /etc/systemd/resolved.conf.d/mogoly.conf').waitFor();
      await answerWith(page, { 'changes.list': ok(changes.map((change) => ({ ...change, state: 'undone' }))) });
      await dialog.getByRole('button', { name: 'Undo' }).click();
      await page.getByText('Undone.').waitFor();
      expect(await callsOf(page, 'changes.undo')).toEqual([{ id: 2 }]);
      await page.getByRole('button', { name: /^Undo:/ }).waitFor({ state: 'detached' });
    });
  });

  it('stay text, however hostile', async () => {
    const step = { ...STEP, title: EVIL, writes: [EVIL], commands: [{ file: EVIL, args: [EVIL], input: EVIL }] };
    const answers = {
      'names.status': ok(
        namesStatus({
          methods: [{ id: 'hosts-file', name: EVIL, state: 'active', reason: EVIL }],
          choice: { methods: [], because: EVIL },
        }),
      ),
      'names.plan': ok({ steps: [step], warnings: [{ code: 'X', severity: 'warning', message: EVIL }] }),
      'dns.query': ok({ ...dnsAnswer, answers: [{ name: EVIL, type: 'TXT', ttl: 1, data: EVIL }] }),
      'names.check': ok({ ...namesCheck, message: EVIL, addresses: [EVIL] }),
      'dns.queries': ok([{ ...queries[0], name: EVIL, client: EVIL, upstream: EVIL }]),
      'changes.list': ok([{ ...changes[1], step }]),
    };
    await onScreen(harness, 'Names', { answers }, async (page) => {
      await page.getByLabel('Name to test').fill(EVIL);
      await page.keyboard.press('Enter');
      await page.getByRole('status', { name: 'Answers' }).getByText('<img src=x').first().waitFor();
      await page.getByRole('button', { name: 'Install names' }).click();
      await page.getByRole('dialog').getByText('<img src=x').first().waitFor();
      expect(await page.title()).not.toMatch(/^[12]$/);
      expect(await page.locator('img[src=x]').count()).toBe(0);
    });
  });

  it.each(LOOKS)('are clean for axe and fit: %o', async (look) => {
    await onScreen(harness, 'Names', look, async (page) => {
      await page.getByRole('listbox', { name: 'Query list' }).waitFor();
      await expectFits(page);
      await expectAccessible(page);
    });
  });
});
