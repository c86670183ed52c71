/** Reads of a certificate what Node's X509Certificate does not show: its subject as bytes, and single extensions. */
import { createHash } from 'node:crypto';
import type { X509Certificate } from 'node:crypto';
import { DER_TAGS, readDer } from './der.ts';
import type { DerElement } from './der.ts';

/** Content octets of the object identifiers, in hexadecimal. */
const SUBJECT_KEY_ID = '551d0e';
const NAME_CONSTRAINTS = '551d1e';

export interface CertificateParts {
  /** DER of the subject name: the issuer name of what it signs. */
  subject: Buffer;
  /** Of its extension, or the SHA-1 of its public key (RFC 5280 section 4.2.1.2). */
  keyId: Buffer;
  /** DER of the NameConstraints value, where it has the extension. */
  nameConstraints: Buffer | undefined;
}

/** Throws a RangeError at what is not built as RFC 5280 section 4.1 says. */
export function readParts(certificate: X509Certificate): CertificateParts {
  const fields = readDer(inner(certificate.raw)[0]!.content);
  const hasVersion = fields[0]?.tag === DER_TAGS.context0;
  const subject = fields[hasVersion ? 5 : 4];
  const publicKey = fields[hasVersion ? 6 : 5];
  if (subject === undefined || publicKey === undefined) throw new RangeError('not a certificate');
  const extensions = readExtensions(fields.find(({ tag }) => tag === DER_TAGS.context3));
  const keyId = extensions.get(SUBJECT_KEY_ID);
  return {
    subject: subject.whole,
    keyId: keyId === undefined ? keyIdOf(publicKey.whole) : readDer(keyId)[0]!.content,
    nameConstraints: extensions.get(NAME_CONSTRAINTS),
  };
}

/** SHA-1 of the bits of a SubjectPublicKeyInfo: a name for the key, not a guard. */
export function keyIdOf(publicKeyDer: Buffer): Buffer {
  const bits = inner(publicKeyDer)[1]!.content.subarray(1);
  return createHash('sha1').update(bits).digest();
}

/** The elements inside the one that the bytes are. */
function inner(bytes: Buffer): DerElement[] {
  const [outer] = readDer(bytes);
  if (outer === undefined) throw new RangeError('an empty DER element');
  return readDer(outer.content);
}

/** Values by object identifier. */
function readExtensions(element: DerElement | undefined): Map<string, Buffer> {
  if (element === undefined) return new Map();
  return new Map(
    inner(element.content).map(({ content }) => {
      const parts = readDer(content);
      return [parts[0]!.content.toString('hex'), parts.at(-1)!.content];
    }),
  );
}
