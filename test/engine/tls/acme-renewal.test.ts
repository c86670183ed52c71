/** The name by which an authority knows a certificate, and when renewal is due. */
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { covers, renewAtOf } from '../../../electron/engine/tls/acme-certificate.ts';
import { certificateId } from '../../../electron/engine/tls/acme-renewal.ts';
import { selfSigned } from '../../kit/self-signed.ts';
import { tempHome } from '../../kit/temp-home.ts';

/** A certificate by openssl with that serial number, signed by selfSigned. */
function signed(serial: string): string {
  const home = tempHome();
  writeFileSync(join(home, 'ca.pem'), selfSigned.cert);
  writeFileSync(join(home, 'ca.key'), selfSigned.key);
  writeFileSync(join(home, 'ext'), 'authorityKeyIdentifier=keyid\nsubjectAltName=DNS:a.example.com\n');
  const run = (...args: string[]) => execFileSync('openssl', args, { cwd: home, stdio: 'pipe' }).toString();
  run('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'k', '-out', 'r', '-subj', '/CN=a');
  return run('x509', '-req', '-in', 'r', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-set_serial', serial, '-extfile', 'ext');
}

describe('the certificate id of RFC 9773', () => {
  const keyId = /X509v3 Subject Key Identifier:\s+([0-9A-F:]+)/.exec(
    execFileSync('openssl', ['x509', '-noout', '-text'], { input: selfSigned.cert }).toString(),
  )![1]!;
  const encodedKeyId = Buffer.from(keyId.replaceAll(':', ''), 'hex').toString('base64url');

  it('keeps the zero before a serial with its high bit set, as in the example of section 4.1', () => {
    expect(certificateId(signed('0x87654321'))).toBe(`${encodedKeyId}.AIdlQyE`);
  });

  it('has none before another, and takes the leaf of a chain', () => {
    expect(certificateId(signed('0x07654321') + selfSigned.cert)).toBe(`${encodedKeyId}.B2VDIQ`);
  });

  it('agrees with Node about the serial of a long one', () => {
    const pem = signed('0x7f00ff00ff00ff00ff00ff00ff00ff00ff00ff01');
    const serial = certificateId(pem)!.split('.')[1]!;
    expect(Buffer.from(serial, 'base64url').toString('hex').toUpperCase()).toBe(new X509Certificate(pem).serialNumber);
  });
});

it('renewal comes at two thirds of the life', () => {
  expect(renewAtOf(1_000, 91_000)).toBe(61_000);
});

it('a wildcard covers one label', () => {
  expect(covers('*.example.com', 'a.example.com')).toBe(true);
  expect(covers('*.example.com', '*.example.com')).toBe(true);
  for (const host of ['example.com', 'a.b.example.com', 'aexample.com', '.example.com', 'com']) {
    expect(covers('*.example.com', host)).toBe(false);
  }
});
