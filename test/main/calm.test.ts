import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { calm } from '../../electron/main/calm.ts';

const GAP_MS = 3_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function started() {
  const seen: string[] = [];
  return { seen, ...calm((value: string) => void seen.push(value), GAP_MS) };
}

it('the first is told at once, of those that follow the newest when the gap is over', () => {
  const { seen, call } = started();
  for (const value of ['a', 'b', 'c']) call(value, false);
  expect(seen).toEqual(['a']);
  vi.advanceTimersByTime(GAP_MS - 1);
  expect(seen).toEqual(['a']);
  vi.advanceTimersByTime(1);
  expect(seen).toEqual(['a', 'c']);
  vi.advanceTimersByTime(10 * GAP_MS);
  expect(seen).toEqual(['a', 'c']);
});

it('after a rest the next is told at once again', () => {
  const { seen, call } = started();
  call('a', false);
  vi.advanceTimersByTime(GAP_MS);
  call('b', false);
  expect(seen).toEqual(['a', 'b']);
});

it('what is urgent does not wait, and takes the place of what did', () => {
  const { seen, call } = started();
  call('a', false);
  call('b', false);
  call('c', true);
  vi.advanceTimersByTime(10 * GAP_MS);
  expect(seen).toEqual(['a', 'c']);
});

it('nothing is told after its end', () => {
  const { seen, call, close } = started();
  call('a', false);
  call('b', false);
  close();
  vi.advanceTimersByTime(10 * GAP_MS);
  expect(seen).toEqual(['a']);
});
