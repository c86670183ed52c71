/** Builds X.509 certificates (RFC 5280) with node-forge around keys and signatures of Node's crypto. */
import { generateKeyPair, randomBytes, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type forge from 'node-forge';
import { derBitString, derElement, derSequence, DER_TAGS } from './der.ts';

type Forge = typeof forge;

/** node-forge takes tens of milliseconds to load: only once something must be signed. */
let loading: Promise<Forge> | undefined;
export const loadForge = (): Promise<Forge> => (loading ??= import('node-forge').then((module) => module.default));

const newKeyPair = promisify(generateKeyPair);

/** EC P-256, made in the thread pool. */
export const generateKeys = (): Promise<{ publicKey: KeyObject; privateKey: KeyObject }> =>
  newKeyPair('ec', { namedCurve: 'P-256' });

/** As in forge's setExtensions(); a `value` is DER in a binary string. */
export type Extension = { name?: string; id?: string; critical?: boolean; value?: string } & Record<string, unknown>;

export interface CertificatePlan {
  /** Common name; left out where it is too long for one. */
  subject: string;
  /** DER of the issuer's name; undefined for one that signs itself. */
  issuer: Buffer | undefined;
  /** Milliseconds since 1970. */
  notBefore: number;
  notAfter: number;
  extensions: Extension[];
  publicKey: KeyObject;
  /** EC or RSA; signs over SHA-256. */
  signingKey: KeyObject;
}

const ORGANISATION = 'Mogoly';
/** RFC 5280 appendix A.1: ub-common-name. */
const MAX_COMMON_NAME = 64;
const SERIAL_BYTES = 16;

/** Places in the TBSCertificate. */
const SIGNATURE = 2;
const ISSUER = 3;
const SUBJECT = 5;
const PUBLIC_KEY = 6;

const ECDSA_SHA256 = '1.2.840.10045.4.3.2';
const ECDSA_SHA256_DER = derSequence(derElement(DER_TAGS.oid, Buffer.from('2a8648ce3d040302', 'hex')));
const RSA_SHA256_DER = derSequence(
  derElement(DER_TAGS.oid, Buffer.from('2a864886f70d01010b', 'hex')),
  Buffer.from([0x05, 0x00]),
);

/** DER of the signed certificate. forge knows no EC keys, so it fills a frame in which the parts with keys are put. */
export async function issueCertificate(plan: CertificatePlan): Promise<Buffer> {
  const { asn1, pki } = await loadForge();
  const frame = pki.certificateToAsn1(fillFrame(await loadForge(), plan)).value[0] as forge.asn1.Asn1;
  const elements = (frame.value as forge.asn1.Asn1[]).map((element) => binary(asn1.toDer(element).getBytes()));
  const algorithm = plan.signingKey.asymmetricKeyType === 'rsa' ? RSA_SHA256_DER : ECDSA_SHA256_DER;
  elements[SIGNATURE] = algorithm;
  elements[ISSUER] = plan.issuer ?? elements[SUBJECT]!;
  elements[PUBLIC_KEY] = publicKeyDer(plan.publicKey);
  const tbs = derSequence(...elements);
  return derSequence(tbs, algorithm, derBitString(sign('sha256', tbs, plan.signingKey)));
}

function fillFrame({ jsbn, pki }: Forge, plan: CertificatePlan): forge.pki.Certificate {
  const frame = pki.createCertificate();
  const one = new jsbn.BigInteger('1');
  frame.publicKey = pki.setRsaPublicKey(one, one);
  frame.serialNumber = newSerial();
  frame.signatureOid = frame.siginfo.algorithmOid = ECDSA_SHA256;
  frame.signature = '';
  frame.validity.notBefore = new Date(plan.notBefore);
  frame.validity.notAfter = new Date(plan.notAfter);
  // A number of ASN.1 types, though forge's types call it a class: UTF8String.
  const valueTagClass = 12 as forge.asn1.Class;
  const names = [{ name: 'organizationName', value: ORGANISATION, valueTagClass }];
  if (plan.subject.length <= MAX_COMMON_NAME) names.push({ name: 'commonName', value: plan.subject, valueTagClass });
  frame.setSubject(names);
  frame.setIssuer(names);
  frame.setExtensions(plan.extensions);
  return frame;
}

/** 128 random bits in hexadecimal, but positive and without a zero in front (RFC 5280 section 4.1.2.2). */
function newSerial(): string {
  const bytes = randomBytes(SERIAL_BYTES);
  bytes[0] = (bytes[0]! & 0x7f) | 0x40;
  return bytes.toString('hex');
}

export const publicKeyDer = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' });

const binary = (bytes: string): Buffer => Buffer.from(bytes, 'latin1');

/** PEM text (RFC 7468) in lines of 64. */
export function toPem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
