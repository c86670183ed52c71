/** The tests of single backends that were asked for, and what each answered. */
import { createStore } from 'zustand/vanilla';
import { bridge } from '../bridge.ts';
import { formatMs } from '../parts/format.ts';
import type { BackendHealth, BackendState } from '../../shared/state.ts';

export type BackendTest = { phase: 'testing' } | { phase: 'done'; passed: boolean; text: string };

/** By backend id. */
export const testStore = createStore<{ tests: Readonly<Record<string, BackendTest>> }>(() => ({ tests: {} }));

const put = (id: string, test: BackendTest): void =>
  testStore.setState(({ tests }) => ({ tests: { ...tests, [id]: test } }));

export function forgetTest(id: string): void {
  const { [id]: _gone, ...tests } = testStore.getState().tests;
  testStore.setState({ tests });
}

/** Probes it now, as its health check does. */
export async function testBackend(site: string, { id }: BackendState): Promise<void> {
  put(id, { phase: 'testing' });
  const answer = await bridge.call('health.check', { site, backend: id });
  if (!answer.ok) return put(id, { phase: 'done', passed: false, text: answer.problems[0]?.message ?? 'No answer.' });
  const found = answer.value.pass[0] ?? answer.value.fail[0];
  put(id, { phase: 'done', passed: found?.healthy ?? false, text: found ? textOf(found) : 'It was not tested.' });
}

/** `Answered 200 in 12 ms.`, `Connection refused.` */
export function textOf({ healthy, status, durationMs, error }: BackendHealth): string {
  const answered = status === undefined ? undefined : `answered ${status}`;
  const took = durationMs === undefined ? '' : ` in ${formatMs(durationMs)}`;
  const said = healthy
    ? `${answered ?? 'passed'}${took}`
    : `${error ?? 'failed'}${took === '' ? '' : `, answered${took}`}`;
  return `${said.charAt(0).toUpperCase()}${said.slice(1)}.`;
}
