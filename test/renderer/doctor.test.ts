/** The doctor's screen and its count: the worst first, mended after the command was shown. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { doctorReport, EVIL, ok } from './canned-system.ts';
import { callsOf, answerWith } from './far.ts';
import { startHarness, type Harness } from './harness.ts';
import { expectAccessible, expectFits, LOOKS, onScreen } from './system-screens.ts';
import type { DoctorReport } from '../../shared/doctor.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());

const allGood = (): DoctorReport => ({
  ...doctorReport(),
  findings: doctorReport().findings.filter(({ status }) => status === 'good'),
});

describe('the doctor', () => {
  it('shows the worst first and mends it after the exact command was shown; its count follows', async () => {
    await onScreen(harness, 'Doctor', {}, async (page) => {
      const findings = page.getByRole('list', { name: 'To mend' }).getByRole('heading');
      await findings.first().waitFor();
      expect(await findings.allTextContents()).toEqual(['Ports', 'Dev servers', 'Trust']);
      await page.getByRole('button', { name: '3 to mend' }).waitFor();

      await page.getByRole('button', { name: 'Free port 443: Ports' }).click();
      const dialog = page.getByRole('dialog', { name: 'Stop process 812' });
      await dialog.getByText('kill 812').waitFor();
      await dialog.getByText('what it has not saved may be lost').waitFor();
      expect(await callsOf(page, 'doctor.mend')).toEqual([]);
      await answerWith(page, { 'doctor.run': ok(allGood()) });
      await dialog.getByRole('button', { name: 'Free port 443' }).click();
      await page.getByText('Port 443 is free.').waitFor();
      expect(await callsOf(page, 'doctor.mend')).toEqual([{ kind: 'port.free', port: 443, pid: 812 }]);
      await page.getByText('All is well on this machine.').waitFor();
      await page.getByRole('button', { name: 'machine in order' }).waitFor();

      await page.getByRole('button', { name: 'Take it' }).click();
      await page.getByRole('button', { name: 'Take it' }).waitFor({ state: 'detached' });
      expect([await callsOf(page, 'engine.stop'), await callsOf(page, 'engine.start')]).toEqual([[{}], [{}]]);
    });
  });

  it('runs again on request, keeps what it knew when that fails, and its count leads to it', async () => {
    await onScreen(harness, 'Doctor', {}, async (page) => {
      await page.getByRole('button', { name: 'Free port 443: Ports' }).waitFor();
      const before = (await callsOf(page, 'doctor.run')).length;
      const problem = { code: 'ENGINE_SILENT', severity: 'error', message: 'The engine did not answer.' };
      await answerWith(page, { 'doctor.run': { ok: false, problems: [problem] } });
      await page.getByRole('button', { name: 'Run again' }).click();
      await page.getByText('The engine did not answer.').waitFor();
      expect((await callsOf(page, 'doctor.run')).length).toBe(before + 1);
      expect(await page.getByRole('button', { name: 'Free port 443: Ports' }).count()).toBe(1);
      await page.getByRole('button', { name: 'Sites', exact: true }).click();
      await page.getByRole('button', { name: '3 to mend' }).click();
      await page.getByRole('heading', { name: 'Doctor' }).waitFor();
    });
  });

  it('mends trust and names by their own plans, and lines are copied', async () => {
    await onScreen(harness, 'Doctor', {}, async (page) => {
      await page.getByRole('button', { name: 'Trust: Trust' }).click();
      await page.getByRole('dialog', { name: 'Trust this CA' }).getByText('update-ca-certificates').last().waitFor();
      expect(await callsOf(page, 'trust.plan')).toEqual([{ action: 'install', stores: ['system'] }]);
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Copy: Ports' }).click();
      await page.getByRole('button', { name: 'Copied' }).waitFor();
      expect(await callsOf(page, 'app.copyText')).toEqual([{ text: 'kill 812' }]);
    });
  });

  it('stays text, however hostile', async () => {
    const finding = {
      id: 'x',
      title: EVIL,
      status: 'bad',
      message: EVIL,
      remedy: { title: EVIL, line: EVIL, action: { kind: 'files.close' } },
    };
    await onScreen(
      harness,
      'Doctor',
      { answers: { 'doctor.run': ok({ ...doctorReport(), findings: [finding] }) } },
      async (page) => {
        await page.getByRole('button', { name: /^Close files/ }).click();
        await page.getByRole('dialog').getByText('<img src=x').first().waitFor();
        expect(await page.title()).not.toMatch(/^[12]$/);
        expect(await page.locator('img[src=x]').count()).toBe(0);
      },
    );
  });

  it.each(LOOKS)('is clean for axe and fits: %o', async (look) => {
    await onScreen(harness, 'Doctor', look, async (page) => {
      await page.getByRole('button', { name: 'Free port 443: Ports' }).waitFor();
      await expectFits(page);
      await expectAccessible(page);
    });
  });
});
