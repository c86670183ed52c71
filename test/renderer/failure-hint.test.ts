/** What is advised for the reasons that health checks and the proxy give. */
import { expect, it } from 'vitest';
import { failureHint } from '../../renderer/parts/failure-hint.ts';

it.each([
  ['connection refused', /Nothing listens there/],
  ['connection refused (rehearsed)', /rehearsal ends/],
  ['status 500 is not in 200-399', /health check expects/],
  ['no answer within 3s', /hangs/],
  ['no response in time', /hangs/],
  ['host not found: api.internal', /host in its URL/],
  ['connection closed before the answer', /its own log/],
  ['TLS failed: the port may speak plain http', /http:\/\/ or https:\/\//],
  ['the answer is not HTTP', /another program/],
])('%s', (reason, hint) => {
  expect(failureHint(reason)).toMatch(hint);
});

it('has nothing to say of what it does not know', () => {
  expect(failureHint(undefined)).toBeUndefined();
  expect(failureHint('something else')).toBeUndefined();
});
