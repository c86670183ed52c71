/** Forwards an exchange: tries the backends of its pool until one answers, by the retry rule. */
import type { Transform } from 'node:stream';
import type { Exchange } from '../../../shared/state.ts';
import type { Backend, Route } from '../generation.ts';
import { Attempt, type AttemptOwner } from './attempt.ts';
import { pickBackend, stickyToken } from './balancer.ts';
import type { ProxyExchange } from './exchange.ts';
import type { Failure } from './failure.ts';
import { cookieValue, passedTrailers } from './headers.ts';
import { rehearsedTransport } from './rehearsed.ts';
import { noBackendPage, watchForHostRefusal } from './refusals.ts';
import { RequestBody } from './request-body.ts';
import { backendPath } from './router.ts';
import type { OutboundNeeds, ResponseHead, Transport } from './transport/transport.ts';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

export class Forward implements AttemptOwner {
  /** Each backend tried, in order. */
  readonly attempts: Exchange['attempts'] = [];
  /** On the clock of performance.now(); 0 until a response head came. */
  firstByteAt = 0;
  /** When the last attempt began, where something came before it or it had to connect; else 0. */
  dispatchedAt = 0;
  /** What the backend was asked for. */
  path = '';
  readonly #exchange: ProxyExchange;
  readonly #route: Route;
  #attempt: Attempt | undefined;
  #tried: Set<Backend> | undefined;
  #lastFailure: Failure | undefined;
  #body: RequestBody | null = null;

  constructor(exchange: ProxyExchange, route: Route) {
    this.#exchange = exchange;
    this.#route = route;
  }

  /** Of the last attempt; 0 for a kept connection. */
  get connectedAt(): number {
    return this.#attempt?.connectedAt ?? 0;
  }

  get isBodyWhole(): boolean {
    return this.#body === null ? !this.#exchange.head.hasBody : this.#body.isWhole;
  }

  start(): void {
    if (this.#exchange.chain !== undefined) this.dispatchedAt = performance.now();
    this.#tryNext();
  }

  /** The client left: gives the name of the backend that was at work. */
  cancel(): string | undefined {
    const attempt = this.#attempt;
    if (attempt === undefined) return undefined;
    attempt.cancel();
    this.attempts.push({ backend: attempt.backend.name, error: 'the client left' });
    return attempt.backend.name;
  }

  #tryNext(): void {
    const pool = this.#route.pool!;
    const sticky =
      pool.stickyCookie === undefined ? undefined : cookieValue(this.#exchange.head.cookie, pool.stickyCookie);
    const backend = pickBackend(pool, { client: this.#exchange.clientAddress, sticky, tried: this.#tried });
    if (backend === undefined) this.#noBackend();
    else this.#send(backend);
  }

  #noBackend(): void {
    const { backend } = this.#attempt ?? {};
    const onceMore =
      this.#lastFailure?.code === 'BACKEND_RESET' &&
      this.attempts.length === 1 &&
      backend?.live.available &&
      this.#mayRetry();
    if (onceMore)
      this.#send(backend); // a kept connection that the only backend had just closed
    else
      this.#exchange.answerPage(
        noBackendPage(this.#route, this.#exchange.clientAddress, this.attempts, this.#lastFailure),
      );
  }

  #send(backend: Backend): void {
    const route = this.#route;
    const { head } = this.#exchange;
    const attempt = new Attempt(this, this.#exchange.client, backend);
    this.#attempt = attempt;
    head.headers[1] =
      route.hostHeader === 'backend'
        ? backend.origin.authority
        : route.hostHeader === 'original'
          ? (head.host ?? '')
          : route.hostHeader;
    if (head.hasBody) this.#takeBody();
    const path = backendPath(this.#exchange.target, route.stripPrefix, backend.origin.basePath);
    this.path = path;
    try {
      this.#transportOf(backend).dispatch(
        {
          method: this.#exchange.method,
          path,
          headers: head.headers,
          body: this.#body,
          responseTimeoutMs: route.responseTimeoutMs,
        },
        attempt,
        this.#needs(),
      );
    } catch (error) {
      attempt.onError(error as Error);
    }
    attempt.isDispatched = true;
    if (this.#body === null) this.onContinue();
  }

  #transportOf(backend: Backend): Pick<Transport, 'dispatch'> {
    const { transports, faultOf } = this.#exchange.deps;
    const fault = faultOf(backend);
    if (fault === undefined) return transports.get(backend.origin);
    return rehearsedTransport(fault, () => transports.get(backend.origin));
  }

  /** An attempt that failed before the body began leaves it whole for the next. */
  #takeBody(): void {
    this.#body?.destroy();
    const exchange = this.#exchange;
    this.#body = new RequestBody(exchange.client, (bytes, chunk) => {
      exchange.bytesIn += bytes;
      exchange.tap?.requestBody(chunk);
    });
  }

  #needs(): OutboundNeeds | undefined {
    const { hasBody, acceptsTrailers } = this.#exchange.head;
    const { expectsContinue, version } = this.#exchange.client;
    // HTTP/2 does not say beforehand that trailers will come.
    const hasTrailers = this.#exchange.head.hasTrailers || (hasBody && version === '2');
    if (!expectsContinue && !hasTrailers && !acceptsTrailers) return undefined;
    return {
      expectContinue: expectsContinue,
      trailers: hasTrailers ? () => passedTrailers(this.#exchange.client.rawTrailers) : undefined,
      acceptsTrailers,
    };
  }

  onContinue(): void {
    this.#exchange.client.sendContinue();
  }

  onHead(attempt: Attempt, head: ResponseHead): Transform[] {
    this.firstByteAt = performance.now();
    this.#exchange.deps.reportSuccess(attempt.backend);
    if (this.#route.site.tls.kind === 'local') dropStrictTransport(head.headers);
    this.#exchange.responseHeaders = head.headers;
    const cookie = this.#route.pool!.stickyCookie;
    if (cookie !== undefined) this.#stick(cookie, attempt.backend, head.headers);
    const watch =
      head.status === 400 || head.status === 403
        ? watchForHostRefusal(head, attempt.backend, this.#exchange.deps.hostRefused)
        : undefined;
    if (this.#exchange.chain === undefined) return watch === undefined ? [] : [watch];
    try {
      const transforms = this.#exchange.applyChain(
        head,
        attempt.backend.name,
        this.#exchange.method !== 'HEAD' && head.status !== 204 && head.status !== 304,
      );
      return watch === undefined ? transforms : [watch, ...transforms];
    } catch (error) {
      attempt.cancel();
      this.#exchange.chain = undefined;
      this.#exchange.bug(error);
      return [];
    }
  }

  #stick(cookie: string, backend: Backend, headers: string[]): void {
    const token = stickyToken(backend);
    if (cookieValue(this.#exchange.head.cookie, cookie) !== token)
      headers.push('set-cookie', `${cookie}=${token}; Path=/; HttpOnly; SameSite=Lax`);
  }

  onBytes(count: number, body: Buffer | string): void {
    this.#exchange.bytesOut += count;
    this.#exchange.tap?.responseBody(body);
  }

  onDone(attempt: Attempt): void {
    this.attempts.push({ backend: attempt.backend.name });
    this.#exchange.finish(this.#exchange.client.status, attempt.backend.name);
  }

  onFailed(attempt: Attempt, failure: Failure): void {
    const { backend } = attempt;
    this.attempts.push({ backend: backend.name, error: failure.reason });
    if (failure.code !== 'REQUEST_MALFORMED') {
      backend.live.failures++;
      this.#exchange.deps.reportFailure(backend, failure.reason);
    }
    this.#lastFailure = failure;
    if (attempt.begun) {
      this.#exchange.client.destroy();
      this.#exchange.finish(this.#exchange.client.status, backend.name, failure.code);
    } else if (failure.code === 'REQUEST_MALFORMED')
      this.#exchange.refuse('REQUEST_MALFORMED', `The request was not sent on: ${failure.reason}.`);
    else if (this.#mayRetry()) {
      (this.#tried ??= new Set()).add(backend);
      this.dispatchedAt = performance.now();
      this.#tryNext();
    } else this.#exchange.answerPage(noBackendPage(this.#route, this.#exchange.clientAddress, this.attempts, failure));
  }

  /** Always before a byte was sent; after that only safe methods whose body, if any, is still here. */
  #mayRetry(): boolean {
    if (this.#exchange.isOver || this.#body?.touched) return false;
    return this.#attempt?.sent !== true || SAFE_METHODS.has(this.#exchange.method);
  }
}

const STRICT_TRANSPORT = 'strict-transport-security';

/** A browser would remember it for the name, whatever is served there next week (RFC 6797). */
function dropStrictTransport(headers: string[]): void {
  for (let i = headers.length - 2; i >= 0; i -= 2) {
    const name = headers[i]!;
    if (name.length === STRICT_TRANSPORT.length && name.toLowerCase() === STRICT_TRANSPORT) headers.splice(i, 2);
  }
}
