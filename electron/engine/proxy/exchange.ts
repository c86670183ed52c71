/** One request through its fixed row of passes: host, site, route, loop, middlewares, backend, record. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Transform } from 'node:stream';
import type { Exchange } from '../../../shared/state.ts';
import { normaliseHost } from '../../../shared/host.ts';
import type { Backend, Generation, MiddlewareRequest, Route, Site } from '../generation.ts';
import { Attempt, type AttemptOwner, type ResponseHead } from './attempt.ts';
import { pickBackend, stickyToken } from './balancer.ts';
import { Chain, type Verdict } from './chain.ts';
import type { CompletedExchange, ProxyDeps } from './deps.ts';
import { addForwarding, type Connection } from './connection.ts';
import type { Failure } from './failure.ts';
import { createHeaderList } from './header-list.ts';
import { cookieValue, readRequestHead, type RequestHead } from './headers.ts';
import { LocalAnswer } from './local-answer.ts';
import { describeError, type ErrorPage, type PageCode } from './pages.ts';
import { RequestBody } from './request-body.ts';
import { backendPath, matchRoute, pathOf } from './router.ts';
import { readTarget } from './target.ts';
import { noBackendPage, unknownHostPage, watchForHostRefusal } from './refusals.ts';
import type { OutboundNeeds } from './transport.ts';

export type { CompletedExchange, ProxyDeps } from './deps.ts';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

export class ProxyExchange implements AttemptOwner {
  readonly method: string;
  readonly response: ServerResponse;
  readonly request: IncomingMessage;
  readonly isHttp10: boolean;
  readonly deps: ProxyDeps;
  readonly connection: Connection;
  readonly generation: Generation;
  bytesIn = 0;
  bytesOut = 0;
  site: Site | undefined;
  route: Route | undefined;
  head: RequestHead;
  host = '';
  client: string;
  /** Origin-form: path and query. */
  target: string;
  chain: Chain | undefined;
  responseHeaders: string[] = [];
  readonly #startedAt = Date.now();
  readonly #start = performance.now();
  readonly #expectContinue: boolean;
  #firstByte = 0;
  #attempt: Attempt | undefined;
  #attempts: Exchange['attempts'] = [];
  #tried: Set<Backend> | undefined;
  #lastFailure: Failure | undefined;
  #body: RequestBody | null = null;
  #isOver = false;

  constructor(deps: ProxyDeps, connection: Connection, request: IncomingMessage, response: ServerResponse, expectContinue: boolean) {
    this.deps = deps;
    this.connection = connection;
    this.generation = deps.current();
    this.request = request;
    this.response = response;
    this.method = request.method ?? 'GET';
    this.isHttp10 = request.httpVersionMinor === 0;
    this.head = readRequestHead(request);
    this.target = request.url ?? '/';
    this.client = connection.peer;
    this.#expectContinue = expectContinue;
    response.on('close', () => this.#onClose());
  }

  /** The passes before a backend is chosen. */
  start(): void {
    if (!readTarget(this)) return;
    if (this.head.duplicateHost) return this.refuse('HOST_INVALID', 'The request has more than one Host header.');
    const host = this.head.host === undefined ? undefined : normaliseHost(this.head.host);
    if (host === undefined && !(this.isHttp10 && this.head.host === undefined)) {
      return this.refuse('HOST_INVALID', this.head.host === undefined ? 'The request has no Host header.' : 'The Host header is not a valid host name.');
    }
    this.host = host ?? '';
    const site = this.generation.findSite(this.host);
    if (site === undefined) return this.answerPage(unknownHostPage(this.host, this.generation));
    this.site = site;
    if (site.disabled) return this.refuse('SITE_DISABLED', `${site.name} is turned off.`);
    const route = matchRoute(site, this.target);
    if (route === undefined) return this.refuse('STATIC_NOT_FOUND', `${site.name} has no route for this path.`);
    this.route = route;
    const viaToken = `mogoly-${this.deps.instance}-${site.viaToken}`;
    if (this.head.via?.includes(viaToken)) return this.refuse('LOOP_DETECTED', `${site.name} routes to a backend that leads back to it.`);
    this.client = addForwarding(this.head, this.connection, this.generation.isTrustedProxy, this.request.httpVersion, viaToken);
    if (route.middlewares.length === 0) this.#serve();
    else this.#runChain(route);
  }

  #runChain(route: Route): void {
    const headers = createHeaderList(this.head.headers);
    headers.set('host', this.head.host ?? '');
    const { method, host, connection, client } = this;
    const seen: MiddlewareRequest = { method, host, scheme: connection.scheme, site: route.site.name, client, isUpgrade: false, headers, path: this.target };
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
      if (verdict instanceof Promise) verdict.then(go).catch((error: unknown) => this.#bug(error));
      else go(verdict);
    } catch (error) {
      this.#bug(error);
    }
  }

  #serve(): void {
    const route = this.route!;
    if (route.kind === 'proxy') this.#tryNext();
    else new LocalAnswer(this).route(route);
  }

  #tryNext(): void {
    const pool = this.route!.pool!;
    const sticky = pool.stickyCookie === undefined ? undefined : cookieValue(this.head.cookie, pool.stickyCookie);
    const backend = pickBackend(pool, { client: this.client, sticky, tried: this.#tried });
    if (backend === undefined) this.#noBackend();
    else this.#send(backend);
  }

  #noBackend(): void {
    const { backend } = this.#attempt ?? {};
    const onceMore = this.#lastFailure?.code === 'BACKEND_RESET' && this.#attempts.length === 1 && backend?.live.available && this.#mayRetry();
    if (onceMore) this.#send(backend); // a kept connection that the only backend had just closed
    else this.answerPage(noBackendPage(this.route!, this.client, this.#attempts, this.#lastFailure));
  }

  #send(backend: Backend): void {
    const route = this.route!;
    const { head } = this;
    const attempt = new Attempt(this, backend);
    this.#attempt = attempt;
    head.headers[1] = route.hostHeader === 'backend' ? backend.origin.authority : route.hostHeader === 'original' ? (head.host ?? '') : route.hostHeader;
    if (head.hasBody) this.#takeBody();
    const path = backendPath(this.target, route.stripPrefix, backend.origin.basePath);
    try {
      this.deps.transports
        .get(backend.origin)
        .dispatch({ method: this.method, path, headers: head.headers, body: this.#body, headersTimeout: route.responseTimeoutMs, bodyTimeout: 0 }, attempt, this.#needs());
    } catch (error) {
      attempt.onError(error as Error);
    }
    if (this.#expectContinue && this.#body === null) this.onContinue();
  }

  /** An attempt that failed before the body began leaves it whole for the next. */
  #takeBody(): void {
    this.#body?.destroy();
    this.#body = new RequestBody(this.request, (bytes) => (this.bytesIn += bytes));
  }

  #needs(): OutboundNeeds | undefined {
    const { hasTrailers, acceptsTrailers } = this.head;
    if (!this.#expectContinue && !hasTrailers && !acceptsTrailers) return undefined;
    return { expectContinue: this.#expectContinue, trailers: hasTrailers ? () => this.request.rawTrailers : undefined, acceptsTrailers };
  }

  onContinue(): void {
    if (this.#expectContinue && !this.isHttp10) this.response.writeContinue();
  }

  onHead(attempt: Attempt, head: ResponseHead): Transform[] {
    this.#firstByte = performance.now();
    this.deps.reportSuccess(attempt.backend);
    this.responseHeaders = head.headers;
    const cookie = this.route!.pool!.stickyCookie;
    if (cookie !== undefined) this.#stick(cookie, attempt.backend, head.headers);
    const watch = head.status === 400 || head.status === 403 ? watchForHostRefusal(head, attempt.backend, this.deps.hostRefused) : undefined;
    if (this.chain === undefined) return watch === undefined ? [] : [watch];
    try {
      const transforms = this.applyChain(head, attempt.backend.name, this.method !== 'HEAD' && head.status !== 204 && head.status !== 304);
      return watch === undefined ? transforms : [watch, ...transforms];
    } catch (error) {
      attempt.cancel();
      this.chain = undefined;
      this.#bug(error);
      return [];
    }
  }

  /** Lets the middlewares change a response head; gives the streams its body goes through. */
  applyChain(head: ResponseHead, backend: string | undefined, hasBody: boolean): Transform[] {
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

  #stick(cookie: string, backend: Backend, headers: string[]): void {
    const token = stickyToken(backend);
    if (cookieValue(this.head.cookie, cookie) !== token) headers.push('set-cookie', `${cookie}=${token}; Path=/; HttpOnly; SameSite=Lax`);
  }

  onDone(attempt: Attempt): void {
    this.#attempts.push({ backend: attempt.backend.name });
    this.finish(this.response.statusCode, attempt.backend.name);
  }

  onFailed(attempt: Attempt, failure: Failure): void {
    const { backend } = attempt;
    this.#attempts.push({ backend: backend.name, error: failure.reason });
    if (failure.code !== 'REQUEST_MALFORMED') {
      backend.live.failures++;
      this.deps.reportFailure(backend, failure.reason);
    }
    this.#lastFailure = failure;
    if (attempt.begun) {
      this.response.destroy();
      this.finish(this.response.statusCode, backend.name, failure.code);
    } else if (failure.code === 'REQUEST_MALFORMED') this.refuse('REQUEST_MALFORMED', `The request was not sent on: ${failure.reason}.`);
    else if (this.#mayRetry()) {
      (this.#tried ??= new Set()).add(backend);
      this.#tryNext();
    } else this.answerPage(noBackendPage(this.route!, this.client, this.#attempts, failure));
  }

  /** Always before a byte was sent; after that only safe methods whose body, if any, is still here. */
  #mayRetry(): boolean {
    if (this.#isOver || this.#body?.touched) return false;
    return this.#attempt?.sent !== true || SAFE_METHODS.has(this.method);
  }

  refuse(code: PageCode, message: string): void {
    this.answerPage(describeError(code, message));
  }

  answerPage(page: ErrorPage): void {
    new LocalAnswer(this).page(page);
  }

  #bug(error: unknown): void {
    this.deps.bug(error, `${this.method} ${this.host}${pathOf(this.target)}`);
    if (!this.response.headersSent && !this.#isOver) this.refuse('INTERNAL', 'A middleware failed.');
    else this.response.destroy();
  }

  #onClose(): void {
    if (this.#isOver) return;
    this.#attempt?.cancel();
    if (this.#attempt) this.#attempts.push({ backend: this.#attempt.backend.name, error: 'the client left' });
    this.finish(this.response.headersSent ? this.response.statusCode : 0, this.#attempt?.backend.name);
  }

  /** Once, on every path: what the exchange was. */
  finish(status: number, backend?: string, error?: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
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
      path: this.request.url ?? '/',
      status,
      attempts: this.#attempts,
      client: this.client,
      protocol: this.isHttp10 ? '1.0' : '1.1',
      bytesIn: this.bytesIn,
      bytesOut: this.bytesOut,
      rawRequestHeaders: this.request.rawHeaders,
      rawResponseHeaders: this.responseHeaders,
    };
    if (this.#firstByte > 0) completed.firstByteMs = this.#firstByte - this.#start;
    if (backend !== undefined) completed.backend = backend;
    if (error !== undefined) completed.error = error;
    this.deps.record(completed);
    this.chain?.onEnd({ status, durationMs, bytesOut: this.bytesOut, backend, error });
  }
}
