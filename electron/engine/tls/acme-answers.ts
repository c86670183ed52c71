/** The answers to challenges under way, for the listeners to give: http-01 tokens and tls-alpn-01 certificates. */
import { generateKeyPair } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import { promisify } from 'node:util';
import type { Authorization } from 'acme-client';
import { loadAcmeClient } from './acme-session.ts';

const makeKeyPair = promisify(generateKeyPair);

/** A new EC P-256 key as PKCS #8 PEM, made on the thread pool. */
export async function createPrivateKey(): Promise<string> {
  const { privateKey } = await makeKeyPair('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

export interface ChallengeAnswers {
  /** The body for `/.well-known/acme-challenge/<token>` (RFC 8555 section 8.3). */
  httpChallenge: (token: string) => string | undefined;
  /** For a client that offers the ALPN protocol `acme-tls/1` (RFC 8737); the handshake is all there is. */
  alpnContextFor: (serverName: string) => SecureContext | undefined;
  /** Each returns the call that takes the answer away. */
  putHttp: (token: string, keyAuthorization: string) => () => void;
  putAlpn: (authorization: Authorization, keyAuthorization: string) => Promise<() => void>;
}

export function createChallengeAnswers(): ChallengeAnswers {
  const tokens = new Map<string, string>();
  const contexts = new Map<string, SecureContext>();
  return {
    httpChallenge: (token) => tokens.get(token),
    alpnContextFor: (serverName) => contexts.get(serverName.toLowerCase()),
    putHttp(token, keyAuthorization) {
      tokens.set(token, keyAuthorization);
      return () => tokens.delete(token);
    },
    async putAlpn(authorization, keyAuthorization) {
      const { crypto } = await loadAcmeClient();
      const [key, cert] = await crypto.createAlpnCertificate(authorization, keyAuthorization, await createPrivateKey());
      const host = authorization.identifier.value.toLowerCase();
      const context = createSecureContext({ key, cert });
      contexts.set(host, context);
      return () => {
        if (contexts.get(host) === context) contexts.delete(host);
      };
    },
  };
}
