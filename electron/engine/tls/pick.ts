/** Picks the TLS context for a server name, by what the config says of its site. */
import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { createSecureContext } from 'node:tls';
import type { SecureContext } from 'node:tls';
import { normaliseHost } from '../../../shared/host.ts';
import type { BoundedMap } from './bounded-map.ts';
import type { FileCertificates } from './files.ts';
import { isValid } from './leaf.ts';
import { MIN_VERSION } from './local.ts';
import type { LocalContexts } from './local.ts';
import type { CertificatesDeps, CertificateSite, SecureContextSource } from './site.ts';
import type { Tickets } from './tickets.ts';

/** The context of a certificate that is not ours, for as long as it stays the same. */
export interface KeptContext {
  source: SecureContextSource;
  context: SecureContext;
  /** Milliseconds since 1970. */
  notBefore: number;
  notAfter: number;
}

export interface Picking {
  local: LocalContexts;
  files: FileCertificates;
  /** By kind and site or host. */
  contexts: BoundedMap<KeptContext>;
  /** Hosts that were told as refused since the last refresh. */
  refused: Set<string>;
  maxRefused: number;
  tickets: Tickets;
}

type Found = SecureContext | undefined | Promise<SecureContext | undefined>;

/** Undefined refuses the handshake. */
export function contextFor(serverName: string, picking: Picking, deps: CertificatesDeps): Found {
  const host = normaliseHost(serverName);
  // An address is no server name (RFC 6066 section 3).
  if (host === undefined || host.startsWith('[') || isIP(host) !== 0) return undefined;
  const site = deps.siteFor(host);
  const found = site === undefined ? undefined : ofSite(host, site, picking, deps);
  if (found === undefined) tellRefused(host, picking, deps);
  return found;
}

function ofSite(host: string, site: CertificateSite, picking: Picking, deps: CertificatesDeps): Found {
  switch (site.tls.kind) {
    case 'local':
      return picking.local.contextFor(host, site.hosts);
    case 'files':
      return ofFiles(site.name, picking);
    case 'acme':
      return ofAcme(host, picking, deps);
    case 'off':
      return undefined;
  }
}

/** Also past its end: what the client says then is clearer than a refusal, and the problem is shown. */
function ofFiles(site: string, picking: Picking): Found {
  const now = picking.files.current(site);
  if (now !== undefined) return keep(`files ${site}`, now, picking).context;
  return picking.files
    .pairFor(site)
    .then((pair) => (pair === undefined ? undefined : keep(`files ${site}`, pair, picking).context));
}

function ofAcme(host: string, picking: Picking, { acme, now }: CertificatesDeps): Found {
  const source = acme?.(host);
  if (source === undefined) return undefined;
  const kept = keep(`acme ${host}`, source, picking);
  return isValid(kept, now()) ? kept.context : undefined;
}

/** Sessions of the certificate before it end with it. */
function keep(id: string, source: SecureContextSource, { contexts, tickets }: Picking): KeptContext {
  const known = contexts.get(id);
  if (known?.source.cert === source.cert && known.source.key === source.key) return known;
  const { cert, key } = source;
  const { validFrom, validTo } = new X509Certificate(cert);
  const kept: KeptContext = {
    source: { cert, key },
    context: createSecureContext({ cert, key, minVersion: MIN_VERSION }),
    notBefore: Date.parse(validFrom),
    notAfter: Date.parse(validTo),
  };
  contexts.set(id, kept);
  if (known !== undefined) tickets.rotate();
  return kept;
}

/** A browser shows a refusal without its reason, so the log says which name it was. */
function tellRefused(host: string, { refused, maxRefused }: Picking, { report }: CertificatesDeps): void {
  if (refused.has(host) || refused.size >= maxRefused) return;
  refused.add(host);
  report({ name: 'certificate.refused', data: { host } });
}
