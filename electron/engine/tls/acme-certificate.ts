/** A certificate with its key as it is kept, and what is read from it. */
import { X509Certificate, createPrivateKey } from 'node:crypto';
import type { AcmeCertificate } from '../../../shared/acme.ts';
import type { AcmeChallenge } from '../../../shared/acme-config.ts';

/** One file of `acme/<directory-host>/certs/`. */
export interface KeptCertificate extends AcmeCertificate {
  /** URL of the directory that issued it. */
  directory: string;
  /** PEM, the leaf first. */
  cert: string;
  /** PKCS #8 PEM. */
  key: string;
  /** When the authority is asked again for its renewal window; absent when it offers none. */
  askAt?: number;
}

/** A third is left for attempts when it is renewed. */
const RENEW_AFTER = 2 / 3;

export const renewAtOf = (notBefore: number, notAfter: number): number =>
  Math.floor(notBefore + (notAfter - notBefore) * RENEW_AFTER);

/** Throws when the chain or the key cannot be read, or do not belong together. */
export function keepCertificate(
  from: { directory: string; hosts: string[]; challenge: AcmeChallenge },
  cert: string,
  key: string,
): KeptCertificate {
  const leaf = new X509Certificate(cert);
  if (!leaf.checkPrivateKey(createPrivateKey(key))) throw new Error('the certificate is not for the key');
  const notBefore = Date.parse(leaf.validFrom);
  const notAfter = Date.parse(leaf.validTo);
  return {
    ...from,
    serial: leaf.serialNumber,
    issuer: issuerOf(leaf),
    notBefore,
    notAfter,
    renewAt: renewAtOf(notBefore, notAfter),
    renewBy: 'lifetime',
    cert,
    key,
  };
}

/** Organisation and common name. */
function issuerOf({ issuer }: X509Certificate): string {
  const fields = new Map(
    issuer.split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  return [fields.get('O'), fields.get('CN')].filter((part) => part !== undefined).join(' ');
}

/** What may be shown: no key. */
export function publicPart(kept: KeptCertificate): AcmeCertificate {
  const { hosts, serial, issuer, notBefore, notAfter, renewAt, renewBy, challenge } = kept;
  return { hosts, serial, issuer, notBefore, notAfter, renewAt, renewBy, challenge };
}

/** A wildcard stands for one label (RFC 6125 section 6.4.3). */
export function covers(pattern: string, host: string): boolean {
  if (pattern === host) return true;
  const dot = host.indexOf('.');
  return dot > 0 && pattern.startsWith('*.') && host.slice(dot + 1) === pattern.slice(2);
}
