/** Certificates made by openssl: self-signed ones of any age, and leaves signed by a given root. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempHome } from './temp-home.ts';

export interface PemPair {
  /** Path of the certificate. */
  cert: string;
  /** Path of the key. */
  key: string;
}

const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
const RSA = ['-newkey', 'rsa:2048'];

const openssl = (...args: string[]): string => execFileSync('openssl', args, { encoding: 'utf8', stdio: 'pipe' });

/** Self-signed for the host; a negative number of days is one that has ended. */
export function selfSignedPair(host: string, { days = 30, rsa = false, passphrase = '' } = {}): PemPair {
  const folder = tempHome();
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const lock = passphrase === '' ? ['-nodes'] : ['-passout', `pass:${passphrase}`];
  const request = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`];
  openssl(
    'req',
    '-x509',
    ...(rsa ? RSA : EC),
    ...lock,
    ...request,
    '-days',
    String(days),
    '-keyout',
    key,
    '-out',
    cert,
  );
  return { cert, key };
}

/** What somebody with a stolen root key would make: a certificate for any host, signed by it. */
export function forgeLeaf(host: string, root: PemPair): PemPair {
  const folder = tempHome();
  const at = (name: string): string => join(folder, name);
  openssl('req', ...EC, '-nodes', '-subj', `/CN=${host}`, '-keyout', at('key.pem'), '-out', at('request.pem'));
  writeFileSync(
    at('extensions'),
    `subjectAltName=DNS:${host}\nextendedKeyUsage=serverAuth\nbasicConstraints=CA:false\n`,
  );
  const signing = ['-CA', root.cert, '-CAkey', root.key, '-set_serial', '4711', '-days', '30'];
  openssl('x509', '-req', '-in', at('request.pem'), ...signing, '-extfile', at('extensions'), '-out', at('cert.pem'));
  return { cert: at('cert.pem'), key: at('key.pem') };
}

export const readPem = ({ cert, key }: PemPair): { cert: string; key: string } => ({
  cert: readFileSync(cert, 'utf8'),
  key: readFileSync(key, 'utf8'),
});

/** What `openssl verify` says of it; `OK` when it is good for a server of the host. */
export function verifyByOpenssl(root: string, cert: string, host: string): string {
  try {
    return openssl('verify', '-purpose', 'sslserver', '-verify_hostname', host, '-CAfile', root, cert).trim();
  } catch (error) {
    return String((error as { stderr?: string }).stderr);
  }
}
