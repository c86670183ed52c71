/** When a certificate is renewed: at two thirds of its life, or when its authority says (ACME Renewal Information, RFC 9773). */
import { X509Certificate } from 'node:crypto';
import type { KeptCertificate } from './acme-certificate.ts';
import type { Session } from './acme-session.ts';

/** The authority is asked again after so long unless it says otherwise (RFC 9773 section 4.3). */
const ASK_MS = 6 * 3_600_000;
const SHORTEST_ASK_MS = 60_000;
const LONGEST_ASK_MS = 24 * 3_600_000;
/** id-ce-authorityKeyIdentifier, 2.5.29.35, as DER. */
const AUTHORITY_KEY_ID = Buffer.from('0603551d23', 'hex');
const TAG_SEQUENCE = 0x30;
const TAG_OCTETS = 0x04;
const TAG_KEY_ID = 0x80;
const TAG_EXTENSIONS = 0xa3;

interface Element {
  tag: number;
  /** With its tag and length. */
  whole: Buffer;
  value: Buffer;
}

function* elementsOf(der: Buffer): Generator<Element> {
  for (let at = 0; at + 2 <= der.length;) {
    let length = der[at + 1]!;
    let start = at + 2;
    if (length > 0x80) {
      const count = length & 0x7f;
      if (count > 4) return;
      length = der.readUIntBE(start, count);
      start += count;
    }
    const end = start + length;
    yield { tag: der[at]!, whole: der.subarray(at, end), value: der.subarray(start, end) };
    at = end;
  }
}

const inside = (der: Buffer | undefined, tag: number): Buffer | undefined =>
  der && [...elementsOf(der)].find((element) => element.tag === tag)?.value;

/** The key identifier of who signed it (RFC 5280 section 4.2.1.1); undefined when it names none. */
function authorityKeyId(certificate: Buffer): Buffer | undefined {
  const signed = inside(inside(certificate, TAG_SEQUENCE), TAG_SEQUENCE);
  const extensions = inside(inside(signed, TAG_EXTENSIONS), TAG_SEQUENCE);
  for (const { value } of extensions ? elementsOf(extensions) : []) {
    const parts = [...elementsOf(value)];
    if (!parts[0]?.whole.equals(AUTHORITY_KEY_ID)) continue;
    return inside(inside(parts.at(-1)?.tag === TAG_OCTETS ? parts.at(-1)?.value : undefined, TAG_SEQUENCE), TAG_KEY_ID);
  }
  return undefined;
}

/** The name of a certificate in RFC 9773 section 4.1; `pem` may be a chain. Undefined when it has no key identifier. */
export function certificateId(pem: string): string | undefined {
  const leaf = new X509Certificate(pem);
  const keyId = authorityKeyId(leaf.raw);
  const hex = leaf.serialNumber.length % 2 === 0 ? leaf.serialNumber : `0${leaf.serialNumber}`;
  const serial = Buffer.from(hex, 'hex');
  // As in the DER of the integer: a leading zero keeps it positive.
  const signed = serial[0]! >= 0x80 ? Buffer.concat([Buffer.from([0]), serial]) : serial;
  return keyId && `${keyId.toString('base64url')}.${signed.toString('base64url')}`;
}

export type RenewalTimes = Pick<KeptCertificate, 'renewAt' | 'renewBy' | 'askAt'>;

/**
 * Asks for the suggested window and picks a time in it. Undefined when the directory offers none, or answers with
 * nonsense; rejects with AcmeError when it cannot be asked.
 */
export async function askRenewalTimes(session: Session, cert: string, now: number): Promise<RenewalTimes | undefined> {
  const { renewalInfo } = await session.readDirectory();
  const id = certificateId(cert);
  if (typeof renewalInfo !== 'string' || id === undefined) return undefined;
  const { data } = await session.transport.send(`${renewalInfo.replace(/\/$/, '')}/${id}`, 'GET');
  const { suggestedWindow } = (data ?? {}) as { suggestedWindow?: { start?: string; end?: string } };
  const start = Date.parse(suggestedWindow?.start ?? '');
  const end = Date.parse(suggestedWindow?.end ?? '');
  if (!(end > start)) return undefined;
  const askMs = Math.min(Math.max(session.transport.retryAfterMs() ?? ASK_MS, SHORTEST_ASK_MS), LONGEST_ASK_MS);
  return { renewAt: Math.floor(start + Math.random() * (end - start)), renewBy: 'authority', askAt: now + askMs };
}

/** After a question that failed. */
export const askLater = (now: number): number => now + ASK_MS;
