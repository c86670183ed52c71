/** The trust screen: the root, the matrix with one button a row, lines to copy, certificates and orders. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certificates, EVIL, ok, trust, trustPlan } from './canned-system.ts';
import { callsOf, answerWith } from './far.ts';
import { startHarness, type Harness } from './harness.ts';
import { expectAccessible, expectFits, LOOKS, onScreen } from './system-screens.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());

describe('trust', () => {
  it('is given to one store after its commands were shown, and the handshake is told', async () => {
    await onScreen(harness, 'Trust', {}, async (page) => {
      const row = page.getByRole('row', { name: /Debian system store/ });
      expect(await row.textContent()).toContain('Not trusted');
      expect(await row.getByRole('button').count()).toBe(1);
      await row.getByRole('button', { name: 'Trust: Debian system store' }).click();
      const dialog = page.getByRole('dialog', { name: 'Trust this CA' });
      await dialog.getByText('tee /usr/local/share/ca-certificates/mogoly-3f9c21ab.crt').waitFor();
      await dialog.getByText('update-ca-certificates').last().waitFor();
      await answerWith(page, { 'trust.status': ok(trust('trusted')) });
      await dialog.getByRole('button', { name: 'Trust' }).click();
      await page.getByText('Debian system store: trusted, and a real handshake was believed.').waitFor();
      await row.getByRole('button', { name: 'Remove: Debian system store' }).waitFor();
      await row.getByText('A real handshake was believed.').waitFor();
      expect(await callsOf(page, 'trust.apply')).toEqual([{ action: 'install', stores: ['system'] }]);
    });
  });

  it('is taken back from one store, and given to all that lack it', async () => {
    await onScreen(harness, 'Trust', {}, async (page) => {
      await page.getByRole('button', { name: 'Remove: Chromium (NSS)' }).click();
      expect(await callsOf(page, 'trust.plan')).toEqual([{ action: 'remove', stores: ['nss:chromium'] }]);
      await page.getByRole('dialog', { name: 'Remove this CA' }).getByRole('button', { name: 'Remove' }).click();
      await page.getByText('Removed from Debian system store.').waitFor();
      await page.getByRole('button', { name: 'Trust everywhere' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Trust everywhere' }).click();
      await page.getByText('a real handshake was believed.').first().waitFor();
      expect((await callsOf(page, 'trust.apply')).at(-1)).toEqual({ action: 'install' });
    });
  });

  it('that fails in one store says why; a store that is not here has no button', async () => {
    const problem = {
      code: 'SYSTEM_STEP_FAILED',
      severity: 'error',
      message: 'tee ended with 1.',
      fix: 'Run it by hand.',
    };
    const answers = { 'trust.apply': ok([{ id: 'system', name: 'Debian system store', ok: false, problem }]) };
    await onScreen(harness, 'Trust', { answers }, async (page) => {
      await page.getByRole('button', { name: 'Trust: Debian system store' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Trust' }).click();
      await page.getByRole('alert').getByText('tee ended with 1. Run it by hand.').waitFor();
      expect(await page.getByRole('row', { name: /snap/ }).getByRole('button').count()).toBe(0);
    });
  });

  it('shows the root and renews it with consent; lines are copied', async () => {
    await onScreen(
      harness,
      'Trust',
      { answers: { 'certificates.renewRoot': ok({ fingerprint256: '', permitted: [], isTrustNeeded: true }) } },
      async (page) => {
        const root = page.getByRole('region', { name: 'Root' });
        await root.getByText('It may not sign for new.example').waitFor();
        expect(await root.textContent()).toContain('testshop.locallocalhost');
        await root.getByRole('button', { name: 'Renew root' }).click();
        await page.getByRole('dialog').getByText('https pages look unsafe until trust is installed again').waitFor();
        await page.getByRole('dialog').getByRole('button', { name: 'Renew root' }).click();
        await page.getByText('There is another root. Install trust again.').waitFor();
        expect(await callsOf(page, 'certificates.renewRoot')).toEqual([{ consent: true }]);
        await page.getByRole('button', { name: 'Copy: Node' }).click();
        await page.getByRole('button', { name: 'Copied' }).waitFor();
        expect(await callsOf(page, 'app.copyText')).toEqual([{ text: trust().lines[0]!.line }]);
      },
    );
  });

  it('shows certificates that ended and orders that failed, and orders again', async () => {
    const [valid] = certificates().orders;
    await onScreen(harness, 'Trust', { answers: { 'certificates.order': ok(valid) } }, async (page) => {
      await page.getByRole('row', { name: /Ended old\.test/ }).waitFor();
      const failed = page.getByRole('row', { name: /Failed blog\.example\.com/ });
      expect(await failed.textContent()).toContain('The authority could not reach blog.example.com on port 80.');
      await failed.getByRole('button', { name: 'Order now: blog' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Order now' }).click();
      await page.getByText('The order is valid.').waitFor();
      expect(await callsOf(page, 'certificates.order')).toEqual([{ host: 'blog.example.com' }]);
    });
  });

  it('of a new home teaches what comes; one that cannot be read offers another try', async () => {
    const { root } = certificates();
    const problem = { code: 'CA_KEY_LOST', severity: 'error', message: 'The key of the root is gone.' };
    const answers = {
      'certificates.list': ok({ root: { ...root, exists: false }, certificates: [], orders: [] }),
      'trust.status': { ok: false, problems: [problem] },
    };
    await onScreen(harness, 'Trust', { answers }, async (page) => {
      for (const text of ['No root yet', 'No certificate yet', 'No site asks for one'])
        await page.getByText(text).waitFor();
      await page.getByText('The key of the root is gone.').waitFor();
      await answerWith(page, { 'trust.status': ok(trust()) });
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.getByRole('row', { name: /Debian system store/ }).waitFor();
    });
  });

  it('stays text, however hostile', async () => {
    const report = certificates();
    const answers = {
      'certificates.list': ok({
        root: { ...report.root, name: EVIL, permitted: [EVIL], outside: [EVIL], file: EVIL },
        certificates: report.certificates.map((item) => ({ ...item, hosts: [EVIL], issuer: EVIL })),
        orders: report.orders.map((order) => ({ ...order, hosts: [EVIL], directory: EVIL })),
      }),
      'trust.status': ok({
        stores: [{ id: EVIL, name: EVIL, state: 'notTrusted', detail: EVIL }],
        lines: [{ name: EVIL, line: EVIL, note: EVIL }],
      }),
      'trust.plan': ok([{ ...trustPlan[0], name: EVIL }]),
    };
    await onScreen(harness, 'Trust', { answers }, async (page) => {
      await page.getByRole('region', { name: 'Stores' }).getByText('<img src=x').first().waitFor();
      expect(await page.title()).not.toMatch(/^[12]$/);
      expect(await page.locator('img[src=x]').count()).toBe(0);
      await expectFits(page);
    });
  });

  it.each(LOOKS)('is clean for axe and fits: %o', async (look) => {
    await onScreen(harness, 'Trust', look, async (page) => {
      await page.getByRole('row', { name: /Failed blog/ }).waitFor();
      await expectFits(page);
      await expectAccessible(page);
    });
  });
});
