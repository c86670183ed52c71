/** What the certificate room is told: the sites as far as their certificates go, and what it needs of other rooms. */
import type { CertificateEvent } from '../../../shared/certificate.ts';
import type { ConfigPath } from '../../../shared/problem.ts';
import type { PairFiles } from './pair.ts';
import type { SiteTls } from '../generation.ts';
import type { KeyWrapper } from './root-files.ts';

export type { SiteTls } from '../generation.ts';

/** A site as far as its certificate goes. */
export interface CertificateSite {
  name: string;
  /** Host patterns in normal form. */
  hosts: readonly string[];
  tls: SiteTls;
  /** Of its `tls` in the config. */
  path?: ConfigPath;
}

/** A certificate made elsewhere: PEM with its chain, and its key as PEM. */
export interface SecureContextSource {
  cert: string;
  key: string;
}

export interface CertificatesDeps {
  /** The home folder: `ca/` and `certs/` are in it. */
  home: string;
  /** Milliseconds since 1970. */
  now: () => number;
  report: (event: CertificateEvent) => void;
  /** Suffixes that the DNS answers for. */
  zones: () => readonly string[];
  /** Those of the generation in force, without the disabled ones. */
  sites: () => readonly CertificateSite[];
  /** The one that serves a host in normal form. */
  siteFor: (host: string) => CertificateSite | undefined;
  /** The certificate of a host at a public CA, once there is one. */
  acme?: (host: string) => SecureContextSource | undefined;
  keyWrapper?: KeyWrapper;
  /** Whether any trust store has the root; left out, it is taken as trusted and never widened without consent. */
  isTrusted?: () => boolean | Promise<boolean>;
  /** Whose CA it is, in its name. */
  owner?: string;
  /** Quiet time after a change of own files. */
  debounceMs?: number;
}

/** What createFileCertificates() takes of a site; none for one without own files. */
export function pairFiles({ name, hosts, tls, path }: CertificateSite): PairFiles[] {
  if (tls.kind !== 'files') return [];
  return [{ site: name, hosts, cert: tls.cert, key: tls.key, ...(path === undefined ? {} : { path }) }];
}

/** Host patterns of the sites with local certificates. */
export function localHosts(sites: readonly CertificateSite[]): string[] {
  const found: string[] = [];
  for (const { tls, hosts } of sites) if (tls.kind === 'local') found.push(...hosts);
  return found;
}

export const hasLocal = (sites: readonly CertificateSite[]): boolean => sites.some(({ tls }) => tls.kind === 'local');

/** Tells whether sites that were served are served otherwise now: their sessions must not go on. */
export function createServed(): { hasLost: (sites: readonly CertificateSite[]) => boolean } {
  let before: ReadonlySet<CertificateSite> = new Set();
  return {
    hasLost(sites) {
      const now = new Set(sites);
      // An apply keeps the very objects of the sites that it does not change.
      const gone = [...before].filter((site) => !now.has(site));
      const come = gone.length === 0 ? [] : sites.filter((site) => !before.has(site));
      before = now;
      const served = new Set(come.map(serving));
      return gone.some((site) => !served.has(serving(site)));
    },
  };
}

const serving = ({ name, hosts, tls }: CertificateSite): string => JSON.stringify([name, hosts, tls]);
