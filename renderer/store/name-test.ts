/** What our DNS and the operating system say of one name, asked at once. */
import { bridge } from '../bridge.ts';
import type { DnsAnswer } from '../../shared/dns.ts';
import type { Problem } from '../../shared/problem.ts';
import type { NamesCheck } from '../../shared/system-names.ts';

export interface NameTest {
  ours: DnsAnswer | undefined;
  system: NamesCheck | undefined;
  problems: Problem[];
}

export async function testName(name: string, type: string): Promise<NameTest> {
  const [ours, system] = await Promise.all([
    bridge.call('dns.query', { name, type }),
    bridge.call('names.check', { name }),
  ]);
  return {
    ours: ours.ok ? ours.value : undefined,
    system: system.ok ? system.value : undefined,
    problems: [ours, system].flatMap((answer) => (answer.ok ? [] : answer.problems)),
  };
}
