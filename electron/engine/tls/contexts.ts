/** The certificate room's door: which certificate each handshake gets, and all that is known of certificates. */
import type { SecureContext } from 'node:tls';
import type { CertificateNames, CertificateState, RenewedRoot, RootState } from '../../../shared/certificate.ts';
import { success } from '../../../shared/problem.ts';
import type { Problem, Result } from '../../../shared/problem.ts';
import { createTurns } from '../turns.ts';
import { createParts } from './parts.ts';
import type { Parts } from './parts.ts';
import { contextFor } from './pick.ts';
import type { ServingOptions, TlsServer } from './serving.ts';
import { pairFiles } from './site.ts';
import type { CertificatesDeps } from './site.ts';

export { sortByHello } from './client-hello.ts';
export type { ClientKind } from './client-hello.ts';
export type { KeyWrapper } from './root-files.ts';
export type { ServingOptions, SniCallback, TlsServer } from './serving.ts';
export type { CertificatesDeps, CertificateSite, SecureContextSource, SiteTls } from './site.ts';

export interface Certificates {
  /**
   * For a server name of TLS (RFC 6066 section 3): at once where it is in memory. Undefined refuses it: no site serves
   * the name over TLS, or there is no certificate for it, which was reported.
   */
  contextFor: (serverName: string) => SecureContext | undefined | Promise<SecureContext | undefined>;
  /**
   * The server for clients that name a host; it must have no certificate of its own, or refused names would get it.
   * Made with namedOptions(); attachNamed() keeps its ticket keys up to date and returns the call that ends that.
   */
  namedOptions: () => ServingOptions;
  attachNamed: (server: TlsServer) => () => void;
  /**
   * The server for clients that name none, as for `https://127.0.0.1`: its certificate is for `localhost` and the
   * loopback addresses. sortByHello() in client-hello.ts tells which of the two a connection is for.
   */
  namelessOptions: () => ServingOptions;
  attachNameless: (server: TlsServer) => () => void;
  /** Before such a connection is handed to that server: its certificate is made when it is first needed. Never rejects. */
  prepareNameless: () => Promise<void>;
  list: () => CertificateState[];
  root: () => RootState;
  /** The root as PEM, made where there is none yet. */
  rootPem: () => Promise<Result<string>>;
  /** Those of the names that the root may not sign for. */
  coverage: (names: CertificateNames) => string[];
  /** Names in use unless told. See createRootKeeper(). */
  renewRoot: (names: CertificateNames | undefined, options: { consent: boolean }) => Promise<Result<RenewedRoot>>;
  problems: () => Problem[];
  /** After an apply: other sites, other files, other names. Never rejects. */
  adopt: () => Promise<void>;
  /** After a wake or a change of the clock; also done each minute. Never rejects. */
  refresh: () => Promise<void>;
  close: () => Promise<void>;
}

/** How long a clock may have jumped before it is seen without a handshake or a call. */
const REFRESH_MS = 60_000;
/** Ends of certificates come one by one, not in a burst. */
const MIN_REFRESH_MS = 1_000;
/** Signing takes tens of milliseconds the first time: what is asked of an engine that just started goes before. */
const PREPARE_AFTER_MS = 1_000;

export function createCertificates(deps: CertificatesDeps): Certificates {
  const parts = createParts(deps);
  const { authority, files, keeper, leaves, local, serving } = parts;
  const refresh = joined(() => refreshAll(parts));
  let preparing: NodeJS.Timeout | undefined;
  const ticker = startTicker(refresh, () => Math.min(local.soonestEnd(), files.soonestEnd()) - deps.now());
  return {
    contextFor: (serverName) => contextFor(serverName, parts, deps),
    namedOptions: serving.namedOptions,
    attachNamed: serving.attachNamed,
    namelessOptions: serving.namelessOptions,
    attachNameless: serving.attachNameless,
    prepareNameless: serving.prepare,
    list: () => [...local.states.list(), ...files.list()],
    root: keeper.state,
    async rootPem() {
      const signer = await parts.signer();
      return signer.ok ? success(signer.value.root.pem) : signer;
    },
    coverage: keeper.coverage,
    renewRoot: (names, options) => keeper.renew(names ?? parts.names(), options),
    problems: () => [...keeper.problems(), ...files.problems(), ...local.states.problems()],
    adopt() {
      preparing ??= setTimeout(() => void serving.prepare(), PREPARE_AFTER_MS).unref();
      return adopt(parts, deps);
    },
    refresh,
    async close() {
      ticker.stop();
      clearTimeout(preparing);
      await files.close();
      await leaves.close();
      await authority.close();
    },
  };
}

async function adopt(parts: Parts, deps: CertificatesDeps): Promise<void> {
  const { authority, files, keeper, local, served, serving, tickets } = parts;
  const turns = createTurns(); // each step looks at every site once more
  local.forgetHosts();
  await turns.next();
  files.adopt(deps.sites().flatMap(pairFiles));
  if (served.hasLost(deps.sites())) tickets.rotate();
  await turns.next();
  if (authority.current().root === undefined) await parts.loadRoot();
  // Handshakes that came before the root was read went by the names it would have now.
  local.forgetHosts();
  await keeper.widen();
  await parts.index();
  await serving.refresh();
}

async function refreshAll(parts: Parts): Promise<void> {
  parts.refused.clear();
  await parts.loadRoot();
  await parts.files.refresh();
  await parts.local.refresh();
  await parts.serving.refresh();
  parts.tickets.age();
}

/** Calls that come while one is under way get the answer of that one. */
function joined(act: () => Promise<void>): () => Promise<void> {
  let underWay: Promise<void> | undefined;
  return () => (underWay ??= act().finally(() => (underWay = undefined)));
}

/** Each minute, and when the next certificate ends. */
function startTicker(act: () => Promise<void>, untilEnd: () => number): { stop: () => void } {
  let timer: NodeJS.Timeout;
  let isStopped = false;
  const arm = (): void => {
    if (isStopped) return;
    const delay = Math.max(MIN_REFRESH_MS, Math.min(REFRESH_MS, untilEnd()));
    timer = setTimeout(() => void act().finally(arm), delay);
    timer.unref();
  };
  arm();
  return {
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
