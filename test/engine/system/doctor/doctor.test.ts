/** The report as a whole: the worst first, no check able to hang or break it. */
import { describe, expect, it } from 'vitest';
import { check } from '../../../../electron/engine/system/doctor/check.ts';
import { examine } from '../../../../electron/engine/system/doctor/doctor.ts';
import { doctorDeps } from '../../../kit/doctor.ts';

const saying = (id: string, examineIt: () => Promise<string | { status: 'warning' | 'bad'; message: string }[]>) =>
  check({ id, title: id, examine: examineIt, remedy: () => ({ title: 'Mend it.' }) });

describe('the report', () => {
  it('has the worst first, and remedies only for what is wrong', async () => {
    const checks = [
      saying('fine', () => Promise.resolve('All good.')),
      saying('odd', () => Promise.resolve([{ status: 'warning', message: 'Odd.' }])),
      saying('broken', () => Promise.resolve([{ status: 'bad', message: 'Broken.' }])),
    ];
    const { findings } = await examine(doctorDeps(), { checks });
    expect(findings).toEqual([
      { id: 'broken', title: 'broken', status: 'bad', message: 'Broken.', remedy: { title: 'Mend it.' } },
      { id: 'odd', title: 'odd', status: 'warning', message: 'Odd.', remedy: { title: 'Mend it.' } },
      { id: 'fine', title: 'fine', status: 'good', message: 'All good.' },
    ]);
  });

  it('does not wait for a check that hangs, and says which one failed', async () => {
    const checks = [
      saying('hangs', () => new Promise(() => undefined)),
      saying('throws', () => Promise.reject(new Error('no such thing'))),
      saying('fine', () => Promise.resolve('All good.')),
    ];
    const { findings } = await examine(doctorDeps(), { checks, deadlineMs: 50 });
    expect(findings.map(({ id, status, message }) => [id, status, message])).toEqual([
      ['hangs', 'warning', 'No result within 0.05s.'],
      ['throws', 'warning', 'The check itself failed: no such thing.'],
      ['fine', 'good', 'All good.'],
    ]);
  });

  it('of a machine in order has nothing wrong, and asks the slow things once', async () => {
    let asked = 0;
    const deps = doctorDeps();
    const namesStatus = (): ReturnType<typeof deps.namesStatus> => {
      asked++;
      return deps.namesStatus();
    };
    const { findings } = await examine({
      ...deps,
      namesStatus,
      wanted: () => ({ zones: ['test'], hosts: ['a.local'] }),
    });
    expect(asked).toBe(1);
    expect(findings.map(({ id }) => id).sort()).toEqual([
      'certificates',
      'clock',
      'docker',
      'files',
      'instance',
      'ipv6',
      'local-names',
      'override',
      'ports',
      'privileged-ports',
      'refused-hosts',
      'resolver',
      'trust',
    ]);
    expect(findings.filter(({ status }) => status === 'bad')).toEqual([]);
  });
});
