/** What the proxy asks of the other rooms, and what it tells them of an exchange. */
import type { Exchange } from '../../../shared/state.ts';
import type { Captures, ExchangeTap, ReplayMark } from '../exchange-tap.ts';
import type { Backend, Generation, RehearsedFault } from '../generation.ts';
import type { Transports } from './transport/transport.ts';

/** What is recorded of an exchange when it is over. */
export interface CompletedExchange extends Exchange {
  rawRequestHeaders: string[];
  rawResponseHeaders: string[];
  capture?: ExchangeTap;
}

/** What the proxy asks of the other rooms. */
export interface ProxyDeps {
  current: () => Generation;
  transports: Transports;
  /** Differs for every running engine; part of the Via token that finds loops. */
  instance: string;
  /** Of the https listener; undefined while there is none. */
  httpsPort: () => number | undefined;
  /** What an ACME authority is to find under this token (RFC 8555 section 8.3). */
  acmeChallenge: (token: string) => string | undefined;
  /** Asked before every attempt. */
  faultOf: (backend: Backend) => RehearsedFault | undefined;
  reportSuccess: (backend: Backend) => void;
  reportFailure: (backend: Backend, reason: string) => void;
  /** Again for a WebSocket that was recorded when it opened. */
  record: (exchange: CompletedExchange) => void;
  captures: Captures;
  /** By the port they come from. */
  replays: ReadonlyMap<number, ReplayMark>;
  hostRefused: (backend: Backend, framework: string, fix: string) => void;
  /** A bug in a pass or a middleware: logged, answered 500. */
  bug: (error: unknown, where: string) => void;
}
