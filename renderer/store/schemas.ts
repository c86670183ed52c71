/** The schemas of the middlewares, read once from the engine. */
import { createStore } from 'zustand/vanilla';
import { bridge } from '../bridge.ts';
import type { Problem } from '../../shared/problem.ts';
import type { Schema } from '../form/spec.ts';

interface Schemas {
  phase: 'unread' | 'loading' | 'ready' | 'failed';
  problems: readonly Problem[];
  /** By name. */
  middlewares: Readonly<Record<string, Schema>>;
}

export const schemaStore = createStore<Schemas>(() => ({ phase: 'unread', problems: [], middlewares: {} }));

export async function loadSchemas(): Promise<void> {
  const { phase } = schemaStore.getState();
  if (phase === 'loading' || phase === 'ready') return;
  schemaStore.setState({ phase: 'loading' });
  const answer = await bridge.call('config.schema', {});
  if (answer.ok) schemaStore.setState({ phase: 'ready', middlewares: answer.value.middlewares });
  else schemaStore.setState({ phase: 'failed', problems: answer.problems });
}
