/** WebSocket and other HTTP/1.1 upgrades: routed like a request, carried by http-proxy (RFC 6455). */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { normaliseHost } from '../../../shared/host.ts';
import type { ExchangeTap } from '../exchange-tap.ts';
import type { Backend, Generation, MiddlewareRequest, Route, Site } from '../generation.ts';
import { pickBackend } from './balancer.ts';
import { Chain, type Verdict } from './chain.ts';
import { addForwarding, type Connection } from './connection.ts';
import { dial } from './transport/dial.ts';
import { TransportError } from './transport/transport-error.ts';
import type { CompletedExchange, ProxyDeps } from './deps.ts';
import { describeFailure, type Failure } from './failure.ts';
import { createHeaderList } from './header-list.ts';
import { cookieValue, readRequestHead, type RequestHead } from './headers.ts';
import { describeError, renderError, type ErrorPage } from './pages.ts';
import { noBackendPage, refusalPage, unknownHostPage } from './refusals.ts';
import { rehearsedDial, rehearsedReply } from './rehearsed.ts';
import { backendPath, matchRoute } from './router.ts';
import { NO_TARGET, takeTarget } from './target.ts';
import { carryUpgrade, handshakeHeaders } from './upgrade-carrier.ts';

/** One upgrade from the client's request to the closing of both sockets. */
export class Upgrade {
  readonly #deps: ProxyDeps;
  readonly #connection: Connection;
  readonly #request: IncomingMessage;
  readonly #socket: Socket;
  readonly #headBytes: Buffer;
  readonly #head: RequestHead;
  readonly #startedAt = Date.now();
  readonly #start = performance.now();
  readonly #attempts: { backend: string; error?: string }[] = [];
  readonly #tried = new Set<Backend>();
  #chain: Chain | undefined;
  #site: Site | undefined;
  #route: Route | undefined;
  #client: string;
  #target: string;
  #isOver = false;
  #tap: ExchangeTap | undefined;
  /** On the clock of performance.now(); 0 before. */
  #dialledAt = 0;
  #connectedAt = 0;
  #answeredAt = 0;
  #answerHeaders: string[] = [];
  /** Recorded when it opened. */
  #opened: CompletedExchange | undefined;

  constructor(deps: ProxyDeps, connection: Connection, request: IncomingMessage, socket: Socket, headBytes: Buffer) {
    this.#deps = deps;
    this.#connection = connection;
    this.#request = request;
    this.#socket = socket;
    this.#headBytes = headBytes;
    this.#head = readRequestHead(request.rawHeaders);
    this.#client = connection.peer;
    this.#target = request.url ?? '/';
    socket.on('error', () => socket.destroy());
  }

  async start(): Promise<void> {
    const generation = this.#deps.current();
    const target = takeTarget(this.#head, this.#target);
    if (target === undefined) return this.#refuse(describeError('REQUEST_MALFORMED', NO_TARGET));
    this.#target = target;
    const host = this.#head.host === undefined || this.#head.duplicateHost ? undefined : normaliseHost(this.#head.host);
    if (host === undefined)
      return this.#refuse(describeError('HOST_INVALID', 'The Host header is missing, doubled or not a host name.'));
    const site = generation.findSite(host);
    if (site === undefined) return this.#refuse(this.#unknownHost(host, generation));
    this.#site = site;
    if (this.#deps.captures.isOn) this.#tap = this.#deps.captures.open(site.name);
    if (site.disabled) return this.#refuse(describeError('SITE_DISABLED', `${site.name} is disabled in Mogoly.`));
    const route = matchRoute(site, this.#target);
    if (route?.pool === undefined)
      return this.#refuse(describeError('UPGRADE_REFUSED', 'This path is not served by a backend.'));
    this.#route = route;
    const viaToken = `mogoly-${this.#deps.instance}-${site.viaToken}`;
    if (this.#head.via?.includes(viaToken))
      return this.#refuse(describeError('LOOP_DETECTED', `${site.name} routes to a backend that leads back to it.`));
    this.#client = addForwarding(this.#head, this.#connection, generation.isTrustedProxy, '1.1', viaToken);
    const verdict = await this.#runChain(route, host);
    if (verdict !== undefined) return this.#answer(verdict);
    const opened = await this.#open(route);
    if (opened !== undefined) this.#carry(route, opened.backend, opened.upstream);
  }

  #unknownHost(host: string, generation: Generation): ErrorPage {
    const { scheme } = this.#connection;
    return unknownHostPage(host, generation, { scheme, authority: this.#head.host, httpsPort: this.#deps.httpsPort() });
  }

  async #runChain(route: Route, host: string): Promise<Verdict> {
    if (route.middlewares.length === 0) return undefined;
    const headers = createHeaderList(this.#head.headers);
    headers.set('host', this.#head.host ?? '');
    const seen: MiddlewareRequest = {
      method: 'GET',
      path: this.#target,
      host,
      scheme: this.#connection.scheme,
      site: route.site.name,
      client: this.#client,
      isUpgrade: true,
      headers,
    };
    this.#chain = new Chain(route.middlewares, seen);
    const verdict = await this.#chain.run();
    headers.delete('host');
    this.#head.headers = ['host', '', ...headers.raw];
    this.#target = seen.path;
    return verdict;
  }

  /** The first backend that takes the connection; nothing was sent, so every one may be tried. */
  async #open(route: Route): Promise<{ backend: Backend; upstream: Socket } | undefined> {
    const pool = route.pool!;
    const sticky = pool.stickyCookie === undefined ? undefined : cookieValue(this.#head.cookie, pool.stickyCookie);
    let failure: Failure | undefined;
    for (;;) {
      const backend = pickBackend(pool, { client: this.#client, sticky, tried: this.#tried });
      if (backend === undefined) {
        this.#refuse(noBackendPage(route, this.#client, this.#attempts, failure));
        return undefined;
      }
      const fault = this.#deps.faultOf(backend);
      if (fault?.kind === 'fail') {
        this.#attempts.push({ backend: backend.name });
        this.#answer(rehearsedReply(fault));
        return undefined;
      }
      const open = (): Promise<Socket> => dial(backend.origin);
      try {
        this.#dialledAt = performance.now();
        const upstream = await (fault === undefined ? open() : rehearsedDial(fault, open));
        this.#connectedAt = performance.now();
        if (!this.#socket.destroyed) return { backend, upstream };
        upstream.destroy();
        this.#finish(0, undefined);
        return undefined;
      } catch (error) {
        failure = describeFailure(error as Error);
        this.#tried.add(backend);
        this.#attempts.push({ backend: backend.name, error: failure.reason });
        backend.live.failures++;
        this.#deps.reportFailure(backend, failure.reason);
      }
    }
  }

  #carry(route: Route, backend: Backend, upstream: Socket): void {
    const { origin, live } = backend;
    live.active++;
    live.requests++;
    this.#attempts.push({ backend: backend.name });
    const request = this.#request;
    request.url = backendPath(this.#target, route.stripPrefix, origin.basePath);
    const host =
      route.hostHeader === 'backend'
        ? origin.authority
        : route.hostHeader === 'original'
          ? (this.#head.host ?? '')
          : route.hostHeader;
    request.headers = handshakeHeaders(host, request.headers.upgrade ?? 'websocket', this.#head.headers);
    const onLost = this.#relay(route, backend, upstream);
    const onSwitched = (rawHeaders: string[]): void => this.#switched(backend, upstream, rawHeaders);
    carryUpgrade({ request, socket: this.#socket, headBytes: this.#headBytes, origin, upstream, onSwitched, onLost });
  }

  /** Both sides speak frames from here on; it is shown while it is open. */
  #switched(backend: Backend, upstream: Socket, rawHeaders: string[]): void {
    if (this.#isOver) return;
    this.#answerHeaders = rawHeaders;
    const tap = this.#tap;
    if (tap !== undefined) {
      this.#socket.on('data', (chunk: Buffer) => tap.frames('client', chunk));
      upstream.on('data', (chunk: Buffer) => tap.frames('backend', chunk));
    }
    this.#opened = { ...this.#describe(101, backend.name, upstream), open: true };
    this.#deps.record(this.#opened);
  }

  /** Ties the two sockets together: each takes the other along, and a backend that never answers is told of. */
  #relay(route: Route, backend: Backend, upstream: Socket): () => void {
    const { live } = backend;
    let status = 0;
    let failure: Failure = describeFailure(new TransportError('CONNECTION_CLOSED', ''));
    const timer = setTimeout(() => {
      failure = describeFailure(new TransportError('RESPONSE_TIMEOUT', ''));
      upstream.destroy();
    }, route.responseTimeoutMs);
    upstream.once('data', (chunk: Buffer) => {
      clearTimeout(timer);
      this.#answeredAt = performance.now();
      if (chunk.toString('latin1', 0, 7) === 'HTTP/1.') status = Number(chunk.toString('latin1', 9, 12)) || 0;
      if (status > 0) this.#deps.reportSuccess(backend);
      else failure = describeFailure(new TransportError('RESPONSE_MALFORMED', ''));
    });
    const lost = (): void => {
      upstream.destroy();
      if (status > 0 || this.#isOver) this.#socket.destroySoon();
      else this.#lost(route, backend, failure);
    };
    upstream.on('close', lost);
    this.#socket.on('close', () => {
      clearTimeout(timer);
      upstream.destroy();
      live.active--;
      this.#finish(status, backend.name, upstream);
    });
    return lost;
  }

  /** The request was sent, so no other backend gets it. */
  #lost(route: Route, backend: Backend, failure: Failure): void {
    this.#attempts[this.#attempts.length - 1] = { backend: backend.name, error: failure.reason };
    backend.live.failures++;
    this.#deps.reportFailure(backend, failure.reason);
    this.#refuse(noBackendPage(route, this.#client, this.#attempts, failure));
  }

  #answer(verdict: NonNullable<Verdict>): void {
    if ('abort' in verdict) {
      this.#socket.destroy();
      return this.#finish(0, undefined);
    }
    const headers = Object.entries(verdict.headers ?? {}).flatMap(([name, value]) =>
      [value].flat().map((item) => `${name}: ${item}`),
    );
    const page = refusalPage(verdict, this.#site?.name);
    if (page === undefined) this.#write(verdict.status, headers, verdict.body ?? '');
    else this.#refuse(page, headers);
  }

  #refuse(page: ErrorPage, extra: readonly string[] = []): void {
    const { contentType, body } = renderError(page, this.#head.accept);
    const headers = [`content-type: ${contentType}`, `x-mogoly-error: ${page.code}`, ...extra];
    this.#write(page.status, headers, body, page.code);
  }

  #write(status: number, headers: string[], body: string, error?: string): void {
    const lines = [
      `HTTP/1.1 ${status} ${status === 101 ? '' : 'Refused'}`,
      ...headers,
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
      '',
      body,
    ];
    this.#socket.end(lines.join('\r\n'));
    this.#finish(status, undefined, undefined, error);
  }

  #finish(status: number, backend: string | undefined, upstream?: Socket, error?: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#site !== undefined) this.#site.counter.requests++;
    const exchange = Object.assign(this.#opened ?? {}, this.#describe(status, backend, upstream, error));
    delete exchange.open;
    this.#deps.record(exchange);
    this.#chain?.onEnd({ status, durationMs: exchange.durationMs, bytesOut: exchange.bytesOut, backend, error });
  }

  #describe(status: number, backend: string | undefined, upstream?: Socket, error?: string): CompletedExchange {
    const exchange: CompletedExchange = {
      id: this.#opened?.id ?? 0,
      startedAt: this.#startedAt,
      durationMs: performance.now() - this.#start,
      site: this.#site?.name ?? '',
      route: this.#route?.pattern ?? '',
      method: 'GET',
      host: this.#head.host ?? '',
      path: this.#target,
      status,
      attempts: this.#attempts,
      client: this.#client,
      protocol: 'websocket',
      bytesIn: upstream?.bytesWritten ?? 0,
      bytesOut: upstream?.bytesRead ?? 0,
      rawRequestHeaders: this.#request.rawHeaders,
      rawResponseHeaders: this.#answerHeaders,
    };
    if (this.#dialledAt > 0) exchange.queuedMs = this.#dialledAt - this.#start;
    if (this.#connectedAt > 0) exchange.connectMs = this.#connectedAt - this.#dialledAt;
    if (this.#answeredAt > 0) exchange.firstByteMs = this.#answeredAt - this.#start;
    if (this.#connection.scheme === 'https') exchange.tls = true;
    if (this.#tap !== undefined) exchange.capture = this.#tap;
    if (backend !== undefined) exchange.backend = backend;
    if (error !== undefined) exchange.error = error;
    return exchange;
  }
}
