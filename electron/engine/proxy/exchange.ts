/** One request through its fixed row of passes: host, site, route, loop, middlewares, backend, record. */
import type { Transform } from 'node:stream';
import type { Exchange } from '../../../shared/state.ts';
import { normaliseHost } from '../../../shared/host.ts';
import type { ExchangeTap, ReplayMark } from '../exchange-tap.ts';
import type { Generation, MiddlewareRequest, Route, Site } from '../generation.ts';
import type { ResponseHead } from './transport/transport.ts';
import { Chain, type Verdict } from './chain.ts';
import type { Client } from './client/client.ts';
import type { CompletedExchange, ProxyDeps } from './deps.ts';
import { addForwarding, type Connection } from './connection.ts';
import { Forward } from './forward.ts';
import { createHeaderList } from './header-list.ts';
import { readRequestHead, type RequestHead } from './headers.ts';
import { LocalAnswer } from './local-answer.ts';
import { describeError, type ErrorPage, type PageCode } from './pages.ts';
import { matchRoute, pathOf } from './router.ts';
import { readTarget } from './target.ts';
import { unknownHostPage } from './refusals.ts';

export type { CompletedExchange, ProxyDeps } from './deps.ts';

const ACME_PATH = '/.well-known/acme-challenge/';

/** Of an exchange that never got to a backend; shared, never written. */
const NO_ATTEMPTS: Exchange['attempts'] = [];

export class ProxyExchange {
  readonly client: Client;
  readonly method: string;
  readonly deps: ProxyDeps;
  readonly connection: Connection;
  readonly generation: Generation;
  bytesIn = 0;
  bytesOut = 0;
  site: Site | undefined;
  route: Route | undefined;
  head: RequestHead;
  host = '';
  /** Of the peer, or the one that trusted proxies vouch for. */
  clientAddress: string;
  /** Origin-form: path and query. */
  target: string;
  chain: Chain | undefined;
  responseHeaders: string[] = [];
  /** Where capture is on. */
  tap: ExchangeTap | undefined;
  readonly #startedAt = Date.now();
  readonly #start = performance.now();
  #forward: Forward | undefined;
  #isOver = false;

  constructor(deps: ProxyDeps, connection: Connection, client: Client) {
    this.deps = deps;
    this.connection = connection;
    this.generation = deps.current();
    this.client = client;
    this.method = client.method;
    this.head = readRequestHead(client.rawHeaders);
    if (client.hasBody !== undefined) this.head.hasBody = client.hasBody;
    this.target = client.target;
    this.clientAddress = connection.peer;
    client.onClose(() => this.#onClose());
  }

  /** The passes before a backend is chosen. */
  start(): void {
    if (!readTarget(this)) return;
    if (this.head.duplicateHost) return this.refuse('HOST_INVALID', 'The request has more than one Host header.');
    if (this.head.unknownCoding)
      return this.refuse('REQUEST_SMUGGLING', 'Only chunked is understood as a Transfer-Encoding.');
    const host = this.head.host === undefined ? undefined : normaliseHost(this.head.host);
    if (host === undefined && !(this.client.version === '1.0' && this.head.host === undefined)) {
      return this.refuse(
        'HOST_INVALID',
        this.head.host === undefined ? 'The request has no Host header.' : 'The Host header is not a valid host name.',
      );
    }
    this.host = host ?? '';
    if (this.target.startsWith(ACME_PATH) && this.#answerAcme()) return;
    const site = this.generation.findSite(this.host);
    if (site === undefined) return this.answerPage(this.#unknownHost());
    this.site = site;
    if (this.deps.captures.isOn) this.tap = this.deps.captures.open(site.name);
    if (site.disabled) return this.refuse('SITE_DISABLED', `${site.name} is disabled in Mogoly.`);
    if (site.forceTls && this.connection.scheme === 'http' && new LocalAnswer(this).toHttps()) return;
    const route = matchRoute(site, this.target);
    if (route === undefined) return this.refuse('STATIC_NOT_FOUND', `${site.name} has no route for this path.`);
    this.route = route;
    const viaToken = `mogoly-${this.deps.instance}-${site.viaToken}`;
    if (this.head.via?.includes(viaToken))
      return this.refuse('LOOP_DETECTED', `${site.name} routes to a backend that leads back to it.`);
    this.clientAddress = addForwarding(
      this.head,
      this.connection,
      this.generation.isTrustedProxy,
      this.client.version,
      viaToken,
    );
    if (route.middlewares.length === 0) this.#serve();
    else this.#runChain(route);
  }

  #unknownHost(): ErrorPage {
    const came = { scheme: this.connection.scheme, authority: this.head.host, httpsPort: this.deps.httpsPort() };
    return unknownHostPage(this.host, this.generation, came);
  }

  /** Before any site, which may send all else to https (RFC 8555 section 8.3). */
  #answerAcme(): boolean {
    const answer = this.deps.acmeChallenge(pathOf(this.target).slice(ACME_PATH.length));
    if (answer === undefined) return false;
    new LocalAnswer(this).send(200, ['content-type', 'application/octet-stream'], answer);
    return true;
  }

  #runChain(route: Route): void {
    const headers = createHeaderList(this.head.headers);
    headers.set('host', this.head.host ?? '');
    const { method, host, connection, clientAddress: client } = this;
    const seen: MiddlewareRequest = {
      method,
      host,
      scheme: connection.scheme,
      site: route.site.name,
      client,
      isUpgrade: false,
      headers,
      path: this.target,
    };
    this.chain = new Chain(route.middlewares, seen);
    const go = (verdict: Verdict): void => {
      if (this.#isOver) return;
      if (verdict !== undefined) return new LocalAnswer(this).verdict(verdict);
      headers.delete('host');
      this.head.headers = ['host', '', ...headers.raw];
      this.target = seen.path.startsWith('/') ? seen.path : `/${seen.path}`;
      this.#serve();
    };
    try {
      const verdict = this.chain.run();
      if (verdict instanceof Promise) verdict.then(go).catch((error: unknown) => this.bug(error));
      else go(verdict);
    } catch (error) {
      this.bug(error);
    }
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  #serve(): void {
    const route = this.route!;
    if (route.kind === 'proxy') (this.#forward = new Forward(this, route)).start();
    else new LocalAnswer(this).route(route);
  }

  /** Lets the middlewares change a response head; gives the streams its body goes through. */
  applyChain(
    head: Pick<ResponseHead, 'status' | 'headers'>,
    backend: string | undefined,
    hasBody: boolean,
  ): Transform[] {
    if (this.chain === undefined) return [];
    const headers = createHeaderList(head.headers);
    const seen = { status: head.status, headers, backend };
    this.chain.onResponse(seen);
    const transforms = hasBody ? this.chain.transforms(seen) : [];
    head.status = seen.status;
    head.headers = headers.raw;
    this.responseHeaders = head.headers;
    return transforms;
  }

  refuse(code: PageCode, message: string): void {
    this.answerPage(describeError(code, message));
  }

  answerPage(page: ErrorPage): void {
    new LocalAnswer(this).page(page);
  }

  bug(error: unknown): void {
    this.deps.bug(error, `${this.method} ${this.host}${pathOf(this.target)}`);
    if (this.client.status === 0 && !this.#isOver) this.refuse('INTERNAL', 'A middleware failed.');
    else this.client.destroy();
  }

  #onClose(): void {
    if (this.#isOver) return;
    const backend = this.#forward?.cancel();
    this.finish(this.client.status, backend);
  }

  /** Once, on every path: what the exchange was. */
  finish(status: number, backend?: string, error?: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const forward = this.#forward;
    const end = performance.now();
    const durationMs = end - this.#start;
    if (this.site !== undefined) this.site.counter.requests++;
    const completed: CompletedExchange = {
      id: 0,
      startedAt: this.#startedAt,
      durationMs,
      site: this.site?.name ?? '',
      route: this.route?.pattern ?? '',
      method: this.method,
      host: this.host,
      path: this.client.target,
      status,
      attempts: forward?.attempts ?? NO_ATTEMPTS,
      client: this.clientAddress,
      protocol: this.client.version,
      bytesIn: this.bytesIn,
      bytesOut: this.bytesOut,
      rawRequestHeaders: this.client.rawHeaders,
      rawResponseHeaders: this.responseHeaders,
    };
    if (forward !== undefined) this.#addForward(completed, forward);
    if (backend !== undefined) completed.backend = backend;
    if (error !== undefined) completed.error = error;
    if (this.connection.scheme === 'https') completed.tls = true;
    if (this.tap !== undefined) this.#addCapture(completed, this.tap);
    const replay = this.deps.replays.size === 0 ? undefined : this.#findReplay();
    if (replay !== undefined) completed.replayOf = replay.of;
    this.deps.record(completed);
    replay?.onRecorded(completed.id);
    this.chain?.onEnd({ status, durationMs, bytesOut: this.bytesOut, backend, error });
  }

  #findReplay(): ReplayMark | undefined {
    const { peer, peerPort } = this.connection;
    const mark = this.deps.replays.get(peerPort);
    return mark?.address === peer ? mark : undefined;
  }

  #addForward(completed: CompletedExchange, { firstByteAt, dispatchedAt, connectedAt, path }: Forward): void {
    if (firstByteAt > 0) completed.firstByteMs = firstByteAt - this.#start;
    if (dispatchedAt > 0) completed.queuedMs = dispatchedAt - this.#start;
    if (connectedAt > 0) completed.connectMs = connectedAt - (dispatchedAt > 0 ? dispatchedAt : this.#start);
    if (path !== '' && path !== completed.path) completed.backendPath = path;
  }

  #addCapture(completed: CompletedExchange, tap: ExchangeTap): void {
    if (this.#forward === undefined ? this.client.isComplete && !this.head.hasBody : this.#forward.isBodyWhole)
      tap.requestEnd();
    completed.capture = tap;
  }
}
