import { describe, expect, it } from 'vitest';
import { dispatch } from '../../electron/control/dispatch.ts';
import { problem, ProblemError } from '../../shared/problem.ts';
import { COMMAND_NAMES } from '../../shared/names.ts';
import type { Handlers } from '../../shared/protocol.ts';

/** Each answers with what it was given. */
const echo = (own: Partial<Record<string, (request: unknown) => unknown>> = {}): Handlers =>
  Object.fromEntries(
    COMMAND_NAMES.map((name) => [name, own[name] ?? ((request: unknown) => request)]),
  ) as unknown as Handlers;

async function problemsOf(name: string, body: unknown, handlers = echo()) {
  const answer = await dispatch(handlers, name, body, () => undefined);
  return answer.ok ? [] : answer.problems;
}

it('a good request is answered, defaults filled in', async () => {
  expect(await dispatch(echo(), 'exchanges.list', {})).toEqual({ ok: true, value: { limit: 200 } });
  expect(await dispatch(echo(), 'status.get', undefined)).toEqual({ ok: true, value: undefined });
});

describe('a name that is no command', () => {
  it.each(['nothing.here', '', '__proto__', 'constructor', 'toString', 'x'.repeat(100_000)])(
    '%.20s is COMMAND_UNKNOWN',
    async (name) => {
      const [first] = await problemsOf(name, {});
      expect(first!.code).toBe('COMMAND_UNKNOWN');
      expect(first!.message.length).toBeLessThan(200);
    },
  );
});

describe('a bad request says where and what', () => {
  it.each([
    ['exchanges.list', { limit: 'many' }, '"limit" must be a number.', ['limit']],
    ['exchanges.list', { limit: 0 }, '"limit" is too small; the least is 1.', ['limit']],
    ['exchanges.list', { limit: 1e9 }, '"limit" is too big; the most is 2000.', ['limit']],
    ['exchanges.list', { limits: 5 }, 'The request has no key "limits".', []],
    ['exchanges.get', {}, '"id" is missing; it must be a number.', ['id']],
    ['log.list', { level: 'loud' }, '"level" must be "debug" or "info" or "warn" or "error".', ['level']],
    ['config.apply', null, 'The request must be an object.', []],
    ['config.apply', [], 'The request must be an object.', []],
    [
      'config.edit',
      { edits: [{ op: 'remove', path: [] }] },
      '"edits.0.path" is too small; the least is 1.',
      ['edits', 0, 'path'],
    ],
  ])('%s %j', async (name, body, message, path) => {
    expect(await problemsOf(name, body)).toMatchObject([{ code: 'COMMAND_INVALID', message, path }]);
  });

  it('and does not list a thousand faults', async () => {
    const edits = Array.from({ length: 1_000 }, () => ({ op: 'remove', path: [] }));
    expect((await problemsOf('config.edit', { edits })).length).toBeLessThanOrEqual(20);
  });
});

it('a site reaches the engine as it was written, so that 10s stays 10s', async () => {
  const site = { name: 'a.local', url: 'http://localhost:1', health_check: { interval: '10s' } };
  expect(await dispatch(echo(), 'sites.add', { site })).toEqual({ ok: true, value: { site } });
});

it('problems of a handler come through whole', async () => {
  const refused = problem('CONFIG_CONFLICT', 'Someone was faster', { fix: 'Look again.' });
  const handlers = echo({ 'config.history': () => Promise.reject(new ProblemError([refused])) });
  expect(await problemsOf('config.history', {}, handlers)).toEqual([refused]);
});

it('a bug is INTERNAL, and reported', async () => {
  const bugs: unknown[] = [];
  const handlers = echo({
    'config.history': () => {
      throw new TypeError('x is not a function');
    },
  });
  const answer = await dispatch(handlers, 'config.history', {}, (name, error) => bugs.push(name, error));
  expect(answer).toMatchObject({ ok: false, problems: [{ code: 'INTERNAL' }] });
  expect(bugs).toEqual(['config.history', expect.any(TypeError)]);
});
