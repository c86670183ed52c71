/** Who sets the TXT records of dns-01 (RFC 8555 section 8.4), chosen by the config. */
import type { AcmeDnsConfig } from '../../../../shared/acme-config.ts';
import { createCloudflare } from './cloudflare.ts';
import { createExec } from './exec.ts';

/**
 * Both calls reject with AcmeError, or when the signal aborts. A name may hold several values at once: a host and its
 * wildcard are proved by the same name.
 */
export interface DnsProvider {
  /** `name` as in `_acme-challenge.shop.example.com`, without a trailing dot. */
  set: (name: string, value: string, signal: AbortSignal) => Promise<void>;
  /** Of a record that is not there: nothing to do. */
  remove: (name: string, value: string, signal: AbortSignal) => Promise<void>;
}

/** `folder`: where a relative command is looked up. */
export function createDnsProvider(config: AcmeDnsConfig, folder: string): DnsProvider {
  return config.provider === 'cloudflare' ? createCloudflare(config) : createExec(config, folder);
}
