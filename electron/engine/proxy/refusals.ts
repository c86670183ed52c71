/** The pages that name what there is instead: hosts that exist, backends and their last failures; and those of middlewares. */
import { Transform } from 'node:stream';
import type { Backend, Generation, LocalReply, Route, Site } from '../generation.ts';
import type { ResponseHead } from './transport/transport.ts';
import { explainPool } from './balancer.ts';
import type { Failure } from './failure.ts';
import { mayBeHostRefusal, recogniseHostRefusal } from './host-refused.ts';
import { describeError, type Detail, type ErrorPage } from './pages.ts';

/** Hosts listed on the page of an unknown one. */
const LISTED_HOSTS = 50;

/** How the client came, which is how it gets to the other hosts too. */
export interface Came {
  scheme: 'http' | 'https';
  /** The Host it sent: its port is the one that leads here, also where another is forwarded to ours. */
  authority: string | undefined;
  /** Of our https listener; undefined while there is none. */
  httpsPort: number | undefined;
}

export function unknownHostPage(host: string, generation: Generation, came: Came): ErrorPage {
  const { sites } = generation;
  const listed = sites
    .slice(0, LISTED_HOSTS)
    .flatMap((site) => site.hosts.map((pattern) => hostDetail(site, pattern, came)))
    .slice(0, LISTED_HOSTS);
  const count = sites.reduce((sum, { hosts }) => sum + hosts.length, 0);
  const more = count > LISTED_HOSTS ? [{ label: '…', text: `and ${count - LISTED_HOSTS} more` }] : [];
  const message =
    sites.length === 0
      ? 'Mogoly has no site yet.'
      : `No site answers for ${host === '' ? 'a request without a host' : host}.`;
  return describeError('HOST_UNKNOWN', message, { host, details: [...listed, ...more] });
}

function hostDetail(site: Site, pattern: string, came: Came): Detail {
  if (site.disabled) return { label: pattern, text: site.name === pattern ? 'disabled' : `${site.name}, disabled` };
  const url = urlOf(site, pattern, came);
  return { label: pattern, text: site.name, ...(url === undefined ? {} : { url }) };
}

/** Undefined for what no browser can open: a pattern, and over https a site that is served without. */
function urlOf(site: Site, host: string, { scheme, authority, httpsPort }: Came): string | undefined {
  const isSecure = site.tls.kind !== 'off';
  if (host.startsWith('*') || (scheme === 'https' && !isSecure)) return undefined;
  if (scheme === 'http' && isSecure && site.forceTls && httpsPort !== undefined)
    return `https://${host}${httpsPort === 443 ? '' : `:${httpsPort}`}/`;
  return `${scheme}://${host}${/:\d+$/.exec(authority ?? '')?.[0] ?? ''}/`;
}

/** What a middleware answers instead of a body of its own; undefined when it has one. */
export function refusalPage({ status, refusal }: LocalReply, site: string | undefined): ErrorPage | undefined {
  if (refusal === undefined) return undefined;
  return { status, ...refusal, ...(site === undefined ? {} : { host: site }) };
}

/** Backends listed on the page of an empty pool. */
const LISTED_BACKENDS = 50;

/** Why no backend answered: each one tried with its failure, else each one there is with its state. */
export function noBackendPage(
  route: Route,
  client: string,
  attempts: readonly { backend: string; error?: string }[],
  failure: Failure | undefined,
): ErrorPage {
  const { site } = route;
  if (failure !== undefined) {
    const details = attempts.map((attempt) => ({ label: attempt.backend, text: attempt.error ?? 'no answer' }));
    return describeError(
      failure.code,
      `${attempts.at(-1)?.backend ?? 'The backend'} of ${site.name} failed: ${failure.reason}.`,
      { host: site.name, details },
    );
  }
  const explained = explainPool(route.pool!, { client });
  const details = explained.slice(0, LISTED_BACKENDS).map(({ backend, reason }) => ({
    label:
      backend.name === backend.origin.authority ? backend.origin.origin : `${backend.name} ${backend.origin.origin}`,
    text:
      backend.live.lastFailure === undefined
        ? (reason ?? 'not available')
        : `${reason ?? 'not available'}: ${backend.live.lastFailure}`,
  }));
  const busy = explained.length > 0 && explained.some(({ reason }) => reason === 'at max_connections');
  const message = busy
    ? `Every backend of ${site.name} is at its max_connections.`
    : `No backend of ${site.name} is available.`;
  return describeError(busy ? 'POOL_BUSY' : 'POOL_EMPTY', message, { host: site.name, details });
}

/** Read of a refusal's body to find the framework that wrote it. */
const REFUSAL_BYTES = 4_096;

type Report = (backend: Backend, framework: string, fix: string) => void;

/** A dev server that refuses the host: its body passes unchanged and tells which framework it is. */
export function watchForHostRefusal(head: ResponseHead, backend: Backend, report: Report): Transform | undefined {
  const at = head.headers.findIndex((name, i) => i % 2 === 0 && name.toLowerCase() === 'content-type');
  const type = at === -1 ? undefined : head.headers[at + 1];
  if (!mayBeHostRefusal(head.status, type)) return undefined;
  let start = '';
  return new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      if (start.length < REFUSAL_BYTES) start += chunk.toString('utf8');
      callback(null, chunk);
    },
    flush(callback) {
      const refusal = recogniseHostRefusal(head.status, type, start);
      if (refusal !== undefined) report(backend, refusal.framework, refusal.fix);
      callback();
    },
  });
}
