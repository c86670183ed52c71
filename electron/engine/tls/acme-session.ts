/** One talk with an ACME directory: acme-client's protocol over our own transport. */
import type { Client } from 'acme-client';
import { acmeError } from './acme-error.ts';
import { createTransport, type Send, type Transport } from './acme-transport.ts';

/** Loaded at the first order: it takes some 250 ms. */
export const loadAcmeClient = () => import('acme-client');

export interface SessionOptions {
  /** URL of the directory. */
  directory: string;
  /** PEM of the roots that its TLS is checked against; the machine's own unless given. */
  ca: string | undefined;
  signal: AbortSignal;
}

/** RFC 8555 section 7.1.1, and RFC 9773 section 4.1. */
export interface DirectoryDocument {
  newOrder: string;
  renewalInfo?: string;
}

export interface Session {
  readonly directory: string;
  readonly signal: AbortSignal;
  readonly transport: Transport;
  /** Read once. */
  readDirectory: () => Promise<DirectoryDocument>;
  /** `accountUrl` undefined for one to register. */
  connect: (accountKey: string, accountUrl: string | undefined) => Promise<Client>;
  close: () => void;
}

/** Nothing is sent yet. Every request of the session ends with its signal. */
export function openSession({ directory, ca, signal }: SessionOptions): Session {
  const transport = createTransport({ ca, signal });
  let document: ReturnType<Send> | undefined;
  const readOnce = (): ReturnType<Send> => (document ??= transport.send(directory, 'GET'));
  // acme-client reads the directory for itself; it gets the one that was read before.
  const send: Send = (url, method, options) => (url === directory ? readOnce() : transport.send(url, method, options));
  const readDirectory = async (): Promise<DirectoryDocument> => {
    const { data } = await readOnce();
    if (typeof (data as Partial<DirectoryDocument> | null)?.newOrder === 'string') return data as DirectoryDocument;
    throw acmeError('ACME_DIRECTORY_INVALID', `${directory} is not an ACME directory.`, 'Check acme.directory.');
  };
  return {
    directory,
    signal,
    transport,
    readDirectory,
    async connect(accountKey, accountUrl) {
      await readDirectory();
      const { Client: AcmeClient } = await loadAcmeClient();
      const account = accountUrl === undefined ? {} : { accountUrl };
      const client = new AcmeClient({ directoryUrl: directory, accountKey, ...account });
      // Its requests go through one method of an object it does not declare. Replaced on this instance only, so that
      // nothing global (axios.defaults) carries the CA file, and so that an abort ends them.
      (client as unknown as { http: { request: Send } }).http.request = send;
      return client;
    },
    close: () => transport.close(),
  };
}
