/** What the engine shows of its certificates and of the root that signs the local ones. */
import type { AcmeState } from './acme.ts';
import type { Problem } from './problem.ts';

/** Who vouches for a certificate: our root, a public CA by ACME, or files of the user's own. */
export type CertificateKind = 'local' | 'acme' | 'files';

export interface CertificateState {
  /** Unique among its kind: the first host of it, or the exact name it was made for. */
  name: string;
  kind: CertificateKind;
  /** As in its subject alternative names. */
  hosts: string[];
  /** Milliseconds since 1970. */
  notBefore: number;
  /** Milliseconds since 1970. */
  notAfter: number;
  /** SHA-256 of its DER, as in `AB:CD:…`. */
  fingerprint256: string;
  /** Common name of what signed it. */
  issuer: string;
  /** Where it is kept; absent for one that is not on disk. */
  file?: string;
  /** What is wrong with it now. */
  problem?: Problem;
}

/** Names that certificates are made for. */
export interface CertificateNames {
  /** Suffixes, as in `test`. */
  zones: readonly string[];
  /** Host patterns of the sites with local certificates. */
  hosts: readonly string[];
}

export interface RootState {
  /** False until the first certificate is asked for. */
  exists: boolean;
  file: string;
  keyFile: string;
  /** Common name, as trust stores show it. */
  name?: string;
  fingerprint256?: string;
  /** Milliseconds since 1970. */
  notBefore?: number;
  /** Milliseconds since 1970. */
  notAfter?: number;
  /** The names it may sign for, each with all below it; absent where it is not constrained. */
  permitted?: string[];
  /** Who keeps the key: `file` (mode 0600) or the label of the keychain that wraps it. */
  keeper?: string;
  /** Roots of the past, to be taken out of the trust stores. */
  former: string[];
  /** Hosts and zones in use that it may not sign for. */
  outside: string[];
  problems: Problem[];
}

/** All that is known of certificates. */
export interface CertificatesReport {
  root: RootState;
  /** Local ones and those from files. */
  certificates: CertificateState[];
  /** Public ones. */
  orders: AcmeState[];
}

/** What a renewal of the root leaves to do. */
export interface RenewedRoot {
  fingerprint256: string;
  permitted: string[];
  /** Where the root before it is kept; absent where there was none. */
  formerFile?: string;
  /** Whether some store may trust the root before it, so that trust must be installed again. */
  isTrustNeeded: boolean;
}

/** Name and data of each event. */
export interface CertificateEvents {
  /** The first certificate of this name. */
  'certificate.issued': { name: string; hosts: string[]; notAfter: number };
  /** In the place of one that was old, or that another root had signed. */
  'certificate.renewed': { name: string; hosts: string[]; notAfter: number };
  'certificate.failed': { name: string; problem: Problem };
  /** Own files were read, at first or anew. */
  'certificate.loaded': { site: string; file: string; notAfter: number };
  /** A handshake named a host that gets no certificate; told once a minute a host. */
  'certificate.refused': { host: string };
  'root.created': { fingerprint256: string; permitted: string[] };
  'root.renewed': RenewedRoot;
  /** Something to know that stops nothing, as a key that others could read. */
  'root.warned': { problem: Problem };
}

export type CertificateEvent = {
  [K in keyof CertificateEvents]: { name: K; data: CertificateEvents[K] };
}[keyof CertificateEvents];
