import { expect, it } from 'vitest';
import { createExchangeRing } from '../../../electron/engine/record/exchanges.ts';
import { recorded } from '../../kit/exchange.ts';

const ring = (size: number, count: number) => {
  const made = createExchangeRing(size);
  for (let index = 1; index <= count; index += 1)
    made.record(recorded({ path: `/${index}`, site: index % 2 ? 'odd' : 'even' }));
  return made;
};
const ids = (items: { id: number }[]): number[] => items.map(({ id }) => id);

it('ids count from 1', () => expect(ids(ring(5, 2).list(10))).toEqual([2, 1]));

it('an empty ring lists nothing', () => {
  const empty = createExchangeRing(3);
  expect([empty.list(5), empty.since(0, 5), empty.lastId(), empty.get(1), empty.get(0)]).toEqual([
    [],
    [],
    0,
    undefined,
    undefined,
  ]);
});

it('the oldest are dropped, the newest come first', () => {
  const full = ring(3, 7);
  expect(ids(full.list(10))).toEqual([7, 6, 5]);
  expect(full.get(4)).toBeUndefined();
  expect(full.get(8)).toBeUndefined();
  expect(full.get(5)?.path).toBe('/5');
});

it('one site can be listed alone', () => expect(ids(ring(10, 6).list(2, 'even'))).toEqual([6, 4]));

it('since gives the newest after an id, oldest first', () => {
  const full = ring(5, 9);
  expect(ids(full.since(7, 10))).toEqual([8, 9]);
  expect(ids(full.since(0, 10))).toEqual([5, 6, 7, 8, 9]);
  expect(ids(full.since(0, 2))).toEqual([8, 9]);
  expect(ids(full.since(9, 10))).toEqual([]);
});

it('headers are in the detail only, redacted, and the path is redacted everywhere', () => {
  const made = createExchangeRing(2);
  made.record(
    recorded({
      path: '/login?token=abc',
      rawRequestHeaders: ['Cookie', 'sid=abc'],
      rawResponseHeaders: ['Server', 'x'],
    }),
  );
  expect(made.list(1)[0]).not.toHaveProperty('rawRequestHeaders');
  expect(made.get(1)).toMatchObject({
    requestHeaders: [['Cookie', 'sid=[redacted]']],
    responseHeaders: [['Server', 'x']],
  });
  expect(JSON.stringify([made.list(1), made.get(1), made.since(0, 1)])).not.toContain('abc');
});
