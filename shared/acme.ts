/** What the window and the CLI see of ACME: the state of each order, and its events. All times in milliseconds since 1970. */
import type { AcmeChallenge } from './acme-config.ts';
import type { Problem } from './problem.ts';

/**
 * `waiting` for its turn or its next attempt · `ordering` · `valid` · `failed` (see `problem` and `nextAttemptAt`; an
 * older certificate may still serve) · `refused`: never tried, its names can have no public certificate.
 */
export type AcmeStatus = 'waiting' | 'ordering' | 'valid' | 'failed' | 'refused';

/** One certificate: the names of one site. */
export interface AcmeState {
  site: string;
  /** Exact names and `*.` patterns, sorted. */
  hosts: string[];
  status: AcmeStatus;
  /** URL of the directory. */
  directory: string;
  /** Of the certificate that serves now; absent when there is none. */
  certificate?: AcmeCertificate;
  problem?: Problem;
  /** Attempts failed in a row. */
  failures: number;
  /** Of the next order, be it a renewal or another attempt. */
  nextAttemptAt?: number;
}

export interface AcmeCertificate {
  hosts: string[];
  /** Hexadecimal. */
  serial: string;
  /** One line, as in `Let's Encrypt R11`. */
  issuer: string;
  notBefore: number;
  notAfter: number;
  renewAt: number;
  /** Who set renewAt: two thirds of its life, or the authority (RFC 9773). */
  renewBy: 'lifetime' | 'authority';
  challenge: AcmeChallenge;
}

/** Why an order was begun: no certificate yet, its time has come, or by hand. */
export type AcmeReason = 'new' | 'renewal' | 'asked';

/** Name and data of each event. */
export interface AcmeEvents {
  'acme.accountCreated': { directory: string; url: string };
  'acme.orderStarted': {
    site: string;
    hosts: string[];
    directory: string;
    challenge: AcmeChallenge;
    reason: AcmeReason;
  };
  /** The TXT record is set; these servers are asked until they show it. */
  'acme.dnsWaiting': { site: string; host: string; record: string; servers: string[] };
  /** The authority is asked to look now. `note`: what could not be checked beforehand. */
  'acme.challengeReady': { site: string; host: string; challenge: AcmeChallenge; note?: string };
  'acme.validated': { site: string; host: string; challenge: AcmeChallenge };
  'acme.issued': { site: string; certificate: AcmeCertificate };
  'acme.renewed': { site: string; certificate: AcmeCertificate };
  'acme.failed': { site: string; hosts: string[]; problem: Problem; failures: number; nextAttemptAt: number };
  /** Never tried: these names can have no public certificate. */
  'acme.refused': { site: string; hosts: string[]; problem: Problem };
  /** A TXT record that is still there, or a file that could not be read or written; orders go on. */
  'acme.warned': { problem: Problem };
}

export type ReportAcme = <K extends keyof AcmeEvents>(name: K, data: AcmeEvents[K]) => void;
