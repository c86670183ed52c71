/** How a connection to a backend is made, whichever transport makes it. */
import { lookup as systemLookup, type LookupAddress, type LookupOptions } from 'node:dns';
import type { Origin } from '../../generation.ts';

/** Connecting to a dev server is quick or it is not there. */
export const CONNECT_TIMEOUT_MS = 5_000;

/** As much as a request may have: dev servers send long Link and Set-Cookie fields. */
export const MAX_RESPONSE_HEAD_BYTES = 64 * 1024;

/** Between the two loopback families (RFC 8305 section 5). */
export const FAMILY_ATTEMPT_MS = 250;

type LookupCallback = (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void;

const LOOPBACK: LookupAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

export const isLocalhost = (hostname: string): boolean => hostname === 'localhost' || hostname.endsWith('.localhost');

/** `localhost` is both loopback addresses, whatever the hosts file says (RFC 6761 section 6.3). */
export function loopbackLookup(hostname: string, options: LookupOptions, callback: LookupCallback): void {
  if (!isLocalhost(hostname)) systemLookup(hostname, options as { all: true }, callback);
  else if (options.all) callback(null, LOOPBACK);
  else callback(null, '127.0.0.1', 4);
}

/** A dev server's certificate is its own; further away it has to be right. */
export const acceptsAnyCertificate = (hostname: string): boolean =>
  isLocalhost(hostname) || hostname.startsWith('127.') || hostname === '::1';

export const connectOptions = (origin: Origin): object => ({
  timeout: CONNECT_TIMEOUT_MS,
  lookup: loopbackLookup,
  autoSelectFamily: true,
  autoSelectFamilyAttemptTimeout: FAMILY_ATTEMPT_MS,
  rejectUnauthorized: !acceptsAnyCertificate(origin.hostname),
});
