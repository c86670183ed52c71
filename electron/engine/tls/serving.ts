/** The TLS side of a listener: which context a handshake gets, and the keys and default certificate its servers keep. */
import type { SecureContext, SecureContextOptions } from 'node:tls';
import type { Leaf } from './leaf-store.ts';
import { MIN_VERSION } from './local.ts';
import { SESSION_TIMEOUT_S } from './tickets.ts';
import type { Tickets } from './tickets.ts';

export type SniCallback = (
  serverName: string,
  answer: (error: Error | null, context?: SecureContext | undefined) => void,
) => void;

/** What tls.Server, https.Server and Http2SecureServer have in common. */
export interface TlsServer {
  setSecureContext: (options: SecureContextOptions) => void;
  setTicketKeys: (keys: Buffer) => unknown;
}

/** What a TLS server is made with, beside its own options. */
export interface ServingOptions {
  minVersion: 'TLSv1.2';
  /** Seconds. */
  sessionTimeout: number;
  ticketKeys: Buffer;
  SNICallback?: SniCallback;
}

export interface ServingDeps {
  contextFor: (serverName: string) => SecureContext | undefined | Promise<SecureContext | undefined>;
  tickets: Tickets;
  /** Undefined while no site has a local certificate. */
  defaultLeaf: () => Promise<Leaf | undefined>;
}

export type Serving = ReturnType<typeof createServing>;

export function createServing({ contextFor, tickets, defaultLeaf }: ServingDeps) {
  /** With the fingerprint of the default certificate that each has. */
  const nameless = new Map<TlsServer, string | undefined>();
  /** The default certificate is made when it is first needed: node-forge would hold up a start. */
  let prepared: Promise<void> | undefined;
  const common = (): ServingOptions => ({
    minVersion: MIN_VERSION,
    sessionTimeout: SESSION_TIMEOUT_S,
    ticketKeys: tickets.keys(),
  });
  const give = (server: TlsServer, leaf: Leaf | undefined): void => {
    if (!nameless.has(server) || nameless.get(server) === leaf?.fingerprint256) return;
    nameless.set(server, leaf?.fingerprint256);
    server.setSecureContext(leaf === undefined ? common() : { ...common(), cert: leaf.cert, key: leaf.key });
  };
  const follow = (server: TlsServer): (() => void) => tickets.follow((keys) => void server.setTicketKeys(keys));
  const refresh = async (): Promise<void> => {
    if (nameless.size === 0) return;
    const leaf = await defaultLeaf();
    for (const server of nameless.keys()) give(server, leaf);
  };
  return {
    namedOptions: (): ServingOptions => ({ ...common(), SNICallback: sniCallback(contextFor) }),
    namelessOptions: common,
    attachNamed: follow,
    attachNameless(server: TlsServer): () => void {
      nameless.set(server, undefined);
      const unfollow = follow(server);
      prepared = prepared && refresh();
      return () => {
        unfollow();
        nameless.delete(server);
      };
    },
    /** Resolves once clients that name no host have their certificate. Never rejects. */
    prepare: (): Promise<void> => (prepared ??= refresh()),
    /** The default certificate may be another now. */
    refresh: async (): Promise<void> => void (prepared && (await (prepared = refresh()))),
  };
}

/** Without a context the handshake ends with an alert, since the server has no certificate of its own. */
function sniCallback(contextFor: ServingDeps['contextFor']): SniCallback {
  return (serverName, answer) => {
    const found = contextFor(serverName);
    if (found instanceof Promise)
      found.then(
        (context) => answer(null, context),
        (error: unknown) => answer(error as Error),
      );
    else answer(null, found);
  };
}
