/** Answers that Mogoly gives itself: error pages, replies of middlewares, redirects, files. */
import { pipeline } from 'node:stream';
import type { AbortReply, LocalReply, Route } from '../generation.ts';
import type { ProxyExchange } from './exchange.ts';
import { createHeaderList } from './header-list.ts';
import { describeError, renderError, type ErrorPage } from './pages.ts';
import { refusalPage } from './refusals.ts';
import { backendPath, pathOf, restOf } from './router.ts';
import { serveStatic } from './static.ts';

export class LocalAnswer {
  readonly #exchange: ProxyExchange;

  constructor(exchange: ProxyExchange) {
    this.#exchange = exchange;
  }

  page(page: ErrorPage, extra: readonly string[] = []): void {
    const { contentType, body } = renderError(page, this.#exchange.head.accept);
    const headers = ['content-type', contentType, 'cache-control', 'no-store', 'x-mogoly-error', page.code, ...extra];
    const saysWhen = extra.some((name, i) => i % 2 === 0 && name.toLowerCase() === 'retry-after');
    if (page.status === 503 && !saysWhen) headers.push('retry-after', '2');
    this.send(page.status, headers, body, page.code);
  }

  verdict(verdict: LocalReply | AbortReply): void {
    if ('abort' in verdict) {
      this.#exchange.client.destroy();
      this.#exchange.finish(0, undefined, 'FAULT_ABORTED');
      return;
    }
    const headers: string[] = [];
    for (const [name, value] of Object.entries(verdict.headers ?? {})) {
      for (const item of Array.isArray(value) ? value : [value]) headers.push(name, item);
    }
    const page = refusalPage(verdict, this.#exchange.site?.name);
    if (page === undefined) this.send(verdict.status, headers, verdict.body ?? '');
    else this.page(page, headers);
  }

  /** 308 keeps the method; false where there is no https, or a proxy before us has brought it here from https. */
  toHttps(): boolean {
    const { head, connection, generation, deps, host, target } = this.#exchange;
    const port = deps.httpsPort();
    const cameByHttps = head.forwarded?.proto === 'https' && generation.isTrustedProxy(connection.peer);
    if (port === undefined || cameByHttps) return false;
    const authority = host.includes(':') ? `[${host}]` : host;
    this.send(308, ['location', `https://${authority}${port === 443 ? '' : `:${port}`}${target}`], '');
    return true;
  }

  route(route: Route): void {
    if (route.redirect !== undefined) this.#redirect(route, route.redirect);
    else void this.#file(route);
  }

  #redirect(route: Route, redirect: NonNullable<Route['redirect']>): void {
    const { target, host } = this.#exchange;
    const path = pathOf(target);
    const query = target.slice(path.length + 1);
    const to = redirect.to.startsWith('{rest}') ? `/${redirect.to}` : redirect.to;
    const filled = fill(to, { rest: restOf(route.pattern, path), path, query, host });
    const location =
      to.includes('{query}') || query === '' ? filled : `${filled}${filled.includes('?') ? '&' : '?'}${query}`;
    // Two slashes at the start, also as browsers read a backslash, would name another host.
    const safe = /^[/\\]{2}/.test(location) ? `/${location.replace(/^[/\\]+/, '')}` : location;
    if (hostIn(safe) !== hostIn(fill(to, { rest: '', path: '/', query: '', host })))
      return this.#exchange.refuse('REQUEST_MALFORMED', 'This path would lead the redirect to another host.');
    this.send(redirect.status, ['location', safe], '');
  }

  async #file(route: Route): Promise<void> {
    const exchange = this.#exchange;
    const headers = createHeaderList([...exchange.client.rawHeaders]);
    try {
      const reply = await serveStatic(route.staticRoot!, {
        method: exchange.method,
        path: backendPath(
          exchange.target,
          route.stripPrefix === '' ? staticPrefix(route.pattern) : route.stripPrefix,
          '',
        ),
        headers: {
          range: headers.get('range'),
          ifRange: headers.get('if-range'),
          ifNoneMatch: headers.get('if-none-match'),
          ifModifiedSince: headers.get('if-modified-since'),
        },
      });
      if (reply.code !== undefined)
        return this.page(
          describeError(
            reply.code,
            `${pathOf(exchange.target)} cannot be served${reply.code === 'REQUEST_MALFORMED' ? ': a part of it can name no file' : ''}.`,
          ),
          allowOf(reply.headers),
        );
      const head = { status: reply.status, headers: reply.headers };
      const transforms = exchange.applyChain(head, undefined, reply.stream !== undefined);
      exchange.responseHeaders = head.headers;
      exchange.client.sendHead(head.status, '', head.headers, reply.stream !== undefined);
      if (reply.stream === undefined) return exchange.finish(head.status);
      reply.stream.on('data', (chunk: Buffer) => {
        exchange.bytesOut += chunk.length;
        exchange.tap?.responseBody(chunk);
      });
      pipeline([reply.stream, ...transforms, exchange.client.sink], () => exchange.finish(head.status));
    } catch (error) {
      exchange.deps.bug(error, `static ${route.staticRoot ?? ''}`);
      if (exchange.client.status === 0) exchange.refuse('INTERNAL', 'The file could not be read.');
    }
  }

  send(status: number, headers: string[], body: string, error?: string): void {
    const exchange = this.#exchange;
    const { client } = exchange;
    if (client.status !== 0 || client.isGone) return exchange.finish(client.status, undefined, error);
    const bytes = Buffer.from(body);
    const head = { status, headers: [...headers] };
    if (status !== 204 && status !== 304) head.headers.push('content-length', String(bytes.length));
    const hasBody = bytes.length > 0 && exchange.method !== 'HEAD' && status !== 204 && status !== 304;
    const transforms = exchange.applyChain(head, undefined, hasBody);
    exchange.responseHeaders = head.headers;
    client.sendHead(head.status, '', head.headers, hasBody);
    if (hasBody) {
      exchange.bytesOut += bytes.length;
      exchange.tap?.responseBody(bytes);
      if (transforms.length === 0) client.end(bytes);
      else {
        pipeline([...transforms, client.sink], () => undefined);
        transforms[0]!.end(bytes);
      }
    }
    exchange.finish(head.status, undefined, error);
  }
}

function fill(to: string, values: Record<'rest' | 'path' | 'query' | 'host', string>): string {
  return to.replaceAll(/\{(rest|path|query|host)\}/g, (_, key: keyof typeof values) => values[key]);
}

/** Where a Location leads, the client's own host aside; undefined when nowhere. */
function hostIn(location: string): string | undefined {
  try {
    return new URL(location, 'http://own.invalid').host;
  } catch {
    return undefined;
  }
}

/** A 405 names what is allowed (RFC 9110 section 15.5.6). */
function allowOf(headers: readonly string[]): string[] {
  const at = headers.findIndex((name, i) => i % 2 === 0 && name.toLowerCase() === 'allow');
  return at === -1 ? [] : ['allow', headers[at + 1]!];
}

/** Files are found below what the pattern matched: `/assets/*` serves `/assets/a.js` as `a.js`. */
const staticPrefix = (pattern: string): string => (pattern.endsWith('/*') ? pattern.slice(0, -2) : '');
