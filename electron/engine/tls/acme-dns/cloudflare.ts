/** TXT records set through Cloudflare's API v4 with an API token. */
import { acmeError, reasonOf, type AcmeError } from '../acme-error.ts';
import { parseRetryAfter } from '../acme-transport.ts';
import type { DnsProvider } from './provider.ts';

export interface CloudflareConfig {
  token: string;
  zone?: string | undefined;
  api?: string | undefined;
}

const API = 'https://api.cloudflare.com/client/v4';
/** The least that Cloudflare takes, in seconds. */
const TTL = 60;
const TIMEOUT_MS = 30_000;
/** Error codes for a record that is there already. */
const IDENTICAL_RECORD = new Set([81057, 81058]);
const ZONE_ID = /^[0-9a-f]{32}$/;

/** The envelope of every answer. */
interface Envelope {
  success?: boolean;
  errors?: { code: number; message: string }[];
  result?: unknown;
}

type Call = (method: string, path: string, signal: AbortSignal, body?: unknown) => Promise<unknown>;

/** The zone is found by the longest suffix of the record's name that the token sees, unless the config names it. */
export function createCloudflare({ token, zone, api = API }: CloudflareConfig): DnsProvider {
  const call = caller(api.replace(/\/+$/, ''), token);
  const made = new Map<string, { zoneId: string; id: string }>();
  return {
    async set(name, value, signal) {
      const zoneId = await findZone(call, zone, name, signal);
      const record = { type: 'TXT', name, content: `"${value}"`, ttl: TTL, comment: 'Set by Mogoly for ACME' };
      const result = (await call('POST', `/zones/${zoneId}/dns_records`, signal, record)) as
        { id?: string } | undefined;
      if (result?.id !== undefined) made.set(`${name} ${value}`, { zoneId, id: result.id });
    },
    async remove(name, value, signal) {
      const known = made.get(`${name} ${value}`);
      made.delete(`${name} ${value}`);
      const zoneId = known?.zoneId ?? (await findZone(call, zone, name, signal));
      const ids = known === undefined ? await findRecords(call, zoneId, name, value, signal) : [known.id];
      for (const id of ids) await call('DELETE', `/zones/${zoneId}/dns_records/${id}`, signal);
    },
  };
}

async function findZone(call: Call, zone: string | undefined, name: string, signal: AbortSignal): Promise<string> {
  if (zone !== undefined && ZONE_ID.test(zone)) return zone;
  const labels = name.split('.');
  const suffixes = labels.slice(0, -1).map((_label, index) => labels.slice(index).join('.'));
  for (const suffix of zone === undefined ? suffixes : [zone]) {
    const found = (await call('GET', `/zones?name=${encodeURIComponent(suffix)}`, signal)) as
      { id: string }[] | undefined;
    if (found?.[0]) return found[0].id;
  }
  throw acmeError(
    'ACME_CLOUDFLARE_NO_ZONE',
    `The Cloudflare token sees no zone ${zone ?? `that ${name} belongs to`}.`,
    'Give the token Zone:Read and DNS:Edit for the zone, or set acme.dns.zone.',
  );
}

async function findRecords(call: Call, zoneId: string, name: string, value: string, signal: AbortSignal) {
  const query = `type=TXT&name=${encodeURIComponent(name)}`;
  const found = await call('GET', `/zones/${zoneId}/dns_records?${query}`, signal);
  const records = (found ?? []) as { id: string; content: string }[];
  return records.filter(({ content }) => content === value || content === `"${value}"`).map(({ id }) => id);
}

function caller(api: string, token: string): Call {
  return async (method, path, signal, body) => {
    const deadline = new AbortController();
    const stop = (): void => deadline.abort(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    const timer = setTimeout(() => deadline.abort(new Error(`no answer within ${TIMEOUT_MS / 1_000}s`)), TIMEOUT_MS);
    try {
      const response = await fetch(`${api}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        signal: deadline.signal,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return take(response, await readEnvelope(response));
    } catch (error) {
      signal.throwIfAborted();
      throw error instanceof TypeError || deadline.signal.aborted ? unreachable(api, deadline.signal, error) : error;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    }
  };
}

async function readEnvelope(response: Response): Promise<Envelope> {
  const text = await response.text();
  try {
    return JSON.parse(text) as Envelope;
  } catch {
    return {}; // the page of a gateway; its status says enough
  }
}

function take(response: Response, { success, errors = [], result }: Envelope): unknown {
  if (response.ok && success !== false) return result;
  if (errors.some(({ code }) => IDENTICAL_RECORD.has(code))) return undefined;
  const said = errors.map(({ code, message }) => `${message} (${code})`).join('; ') || `status ${response.status}`;
  const retryAfterMs = parseRetryAfter(response.headers.get('retry-after') ?? undefined);
  throw refused(response.status, reasonOf(said), retryAfterMs);
}

function refused(status: number, said: string, retryAfterMs: number | undefined): AcmeError {
  switch (status) {
    case 401:
    case 403:
      return acmeError(
        'ACME_CLOUDFLARE_FORBIDDEN',
        `Cloudflare does not accept the token for this (${status}): ${said}.`,
        'Give the token Zone:Read and DNS:Edit for the zone, and put it in acme.dns.token.',
      );
    case 404:
      return acmeError(
        'ACME_CLOUDFLARE_NOT_FOUND',
        `Cloudflare knows no such zone or record (404): ${said}.`,
        'Check acme.dns.zone and acme.dns.api.',
      );
    case 429:
      return acmeError(
        'ACME_CLOUDFLARE_BUSY',
        `Cloudflare wants fewer requests (429): ${said}.`,
        'Wait for the next attempt.',
        retryAfterMs,
      );
    default:
      return acmeError(
        'ACME_CLOUDFLARE_FAILED',
        `Cloudflare refused the record (${status}): ${said}.`,
        'Mend what Cloudflare names, then renew by hand.',
      );
  }
}

function unreachable(api: string, deadline: AbortSignal, error: unknown): AcmeError {
  const cause: unknown = deadline.aborted ? deadline.reason : error instanceof Error ? (error.cause ?? error) : error;
  return acmeError(
    'ACME_CLOUDFLARE_UNREACHABLE',
    `Cloudflare's API cannot be reached at ${api}: ${reasonOf(cause)}.`,
    'Check the network and acme.dns.api.',
  );
}
