/** What to do about a backend that fails, from the reason its last failure gave. */

/** In this order; the reasons are those of the health checks and of the proxy. */
const HINTS: readonly [reason: RegExp, hint: string][] = [
  [/rehearsed/, 'The rehearsal ends by itself.'],
  [/refused/, 'Nothing listens there. Start it, and it comes back by itself.'],
  [/not found|unreachable|not available/, 'Look at the host in its URL.'],
  [/^TLS/, 'Look whether its URL should begin with http:// or https://.'],
  [/not HTTP/, 'Look whether another program has that port.'],
  [/no answer|in time|timed? ?out/i, 'Look whether it hangs, or raise its timeout.'],
  [/reset|closed/, 'Look at its own log for why it hangs up.'],
  [/^status \d/, 'Look at its own log, or change what the health check expects.'],
];

/** The reason as a sentence. */
export const failureText = (reason: string | undefined): string =>
  `${(reason ?? 'did not pass its last check').replace(/\.$/, '')}.`;

export const failureHint = (reason: string | undefined): string | undefined =>
  reason === undefined ? undefined : HINTS.find(([pattern]) => pattern.test(reason))?.[1];
