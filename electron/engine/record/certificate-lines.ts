/** What the log says of certificates, local and public, and of the system that is to believe them. */
import type { AcmeEvents } from '../../../shared/acme.ts';
import type { CertificateEvents } from '../../../shared/certificate.ts';
import type { Problem } from '../../../shared/problem.ts';
import type { SystemNamesEvents } from '../../../shared/system-names.ts';
import type { TrustEvents } from '../../../shared/trust.ts';
import type { Line, Sentences } from './line.ts';

export const CERTIFICATE_LINES: Sentences<keyof CertificateEvents> = {
  'certificate.issued': ({ name, notAfter }) => info(`Made a certificate for ${name}, good until ${day(notAfter)}`),
  'certificate.renewed': ({ name, notAfter }) =>
    info(`Renewed the certificate for ${name}, good until ${day(notAfter)}`),
  'certificate.failed': ({ name, problem }) => bad('error', `No certificate for ${name}`, problem),
  'certificate.loaded': ({ site, file, notAfter }) =>
    info(`Read the certificate of ${site} from ${file}, good until ${day(notAfter)}`),
  'certificate.refused': ({ host }) => ({
    level: 'warn',
    message: `Refused a TLS client that asked for ${host}: no site serves it over https`,
    fields: { host },
  }),
  'root.created': ({ permitted }) => info(`Made the local CA; it may sign for ${permitted.join(', ')}`),
  'root.renewed': ({ permitted, isTrustNeeded }) => ({
    level: isTrustNeeded ? 'warn' : 'info',
    message: `Renewed the local CA; it may sign for ${permitted.join(', ')}${isTrustNeeded ? '. Install trust again' : ''}`,
  }),
  'root.warned': ({ problem }) => bad('warn', 'The local CA', problem),
};

export const ACME_LINES: Sentences<keyof AcmeEvents> = {
  'acme.accountCreated': ({ directory, url }) => info(`Made an account at ${directory}: ${url}`),
  'acme.orderStarted': ({ site, hosts, directory, challenge }) =>
    info(`Ordering a certificate for ${site} (${hosts.join(', ')}) from ${directory} by ${challenge}`),
  'acme.dnsWaiting': ({ record, servers }) => info(`Waiting until ${servers.join(', ')} show ${record}`),
  'acme.challengeReady': ({ host, challenge, note }) =>
    info(`Asked the authority to check ${host} by ${challenge}${note === undefined ? '' : `. ${note}`}`),
  'acme.validated': ({ host, challenge }) => info(`The authority has checked ${host} by ${challenge}`),
  'acme.issued': ({ site, certificate }) =>
    info(`Got a certificate for ${site} from ${certificate.issuer}, good until ${day(certificate.notAfter)}`),
  'acme.renewed': ({ site, certificate }) =>
    info(`Renewed the certificate of ${site} at ${certificate.issuer}, good until ${day(certificate.notAfter)}`),
  'acme.failed': ({ site, problem, nextAttemptAt }) =>
    bad('error', `No certificate for ${site}, next attempt ${new Date(nextAttemptAt).toISOString()}`, problem),
  'acme.refused': ({ site, problem }) => bad('error', `No order for ${site}`, problem),
  'acme.warned': ({ problem }) => bad('warn', 'ACME', problem),
};

export const SYSTEM_LINES: Sentences<keyof TrustEvents | keyof SystemNamesEvents> = {
  'trust.installed': ({ stores }) => info(`The local CA is trusted in ${stores.join(', ')}`),
  'trust.removed': ({ stores }) => info(`The local CA was taken out of ${stores.join(', ')}`),
  'trust.failed': ({ store, problem }) => bad('error', `Trust in ${store}`, problem),
  'names.installed': ({ methods }) => info(`The operating system finds our names by ${methods.join(', ')}`),
  'names.removed': ({ methods }) => info(`The operating system no longer finds our names by ${methods.join(', ')}`),
  'names.failed': ({ problems }) => bad('error', 'System names', problems[0]!),
};

const info = (message: string): Line => ({ level: 'info', message });

const bad = (level: 'warn' | 'error', what: string, { code, message, fix }: Problem): Line => ({
  level,
  message: `${what}: ${message}${fix ? ` ${fix}` : ''}`,
  fields: { code },
});

const day = (at: number): string => new Date(at).toISOString().slice(0, 10);
