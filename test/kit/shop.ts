/** One site, shop.test, with two backends in turn, as the tests of the library use it. */
import type { Engine } from '../../electron/engine/index.ts';
import type { Result } from '../../shared/problem.ts';
import { startBackend, type TestBackend } from './backend.ts';
import { site, startEngine, type TestEngine } from './engine.ts';

export interface Shop {
  one: TestBackend;
  two: TestBackend;
  running: TestEngine;
  engine: Engine;
}

export async function openShop(): Promise<Shop> {
  const [one, two] = await Promise.all([startBackend({ name: 'one' }), startBackend({ name: 'two' })]);
  const backends = [
    { name: 'one', url: one.url },
    { name: 'two', url: two.url },
  ];
  const running = await startEngine({ server: [site('shop.test', backends)] });
  return { one, two, running, engine: running.engine };
}

export async function closeShop({ one, two, running }: Shop): Promise<void> {
  await running.close();
  await Promise.all([one.kill(), two.kill()]);
}

/** Of a result that has to be good. */
export function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.problems.map(({ message }) => message).join('; '));
  return result.value;
}
