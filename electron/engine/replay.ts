/** Sends a recorded exchange again through our own listener, so that it is routed and recorded as a new one. */
import { request as requestHttp, type ClientRequest, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type Socket } from 'node:net';
import type { ReplayEdits } from '../../shared/capture.ts';
import { failure, problem, success, type Result } from '../../shared/problem.ts';
import type { Exchange, ListenerState } from '../../shared/state.ts';
import type { ReplayMark } from './exchange-tap.ts';

/** What is known of the exchange that is sent again; nothing redacted. */
export interface ReplaySource {
  id: number;
  method: string;
  host: string;
  path: string;
  headers: readonly string[];
  isTls: boolean;
  isWebSocket: boolean;
  bytesIn: number;
}

export interface ReplayDeps {
  find: (id: number) => ReplaySource | undefined;
  /** As it came, or why it cannot be had. */
  bodyOf: (id: number) => Buffer | 'missing' | 'truncated';
  /** An exchange as lists show it. */
  summaryOf: (id: number) => Exchange | undefined;
  listeners: () => readonly ListenerState[];
  /** The proxy looks here; by the port of our end. */
  marks: Map<number, ReplayMark>;
  /** Functions of the record room, to find what the window shows in place of a credential. */
  redactHeader: (name: string, value: string) => string;
  redactUrl: (url: string) => string;
  redacted: string;
}

/** At once; more are refused. */
const REPLAYS_LIMIT = 8;
/** An answer that streams on is cut off here: it has been recorded by then. */
const REPLAY_TIMEOUT_MS = 30_000;
/** From the end of our side until the proxy has recorded it. */
const RECORD_GRACE_MS = 2_000;
/** Set anew for the connection that it is sent over (RFC 9110 section 7.6.1). */
const OWN_FIELDS = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'content-length',
  'te',
  'trailer',
  'upgrade',
  'expect',
  'host',
  'http2-settings',
]);

type Refusal = { ok: false; problems: ReturnType<typeof problem>[] };
interface Outgoing {
  method: string;
  path: string;
  /** Flat, Host first. */
  headers: string[];
  body: Buffer;
}

/**
 * Problems: EXCHANGE_UNKNOWN, REPLAY_WEBSOCKET, REPLAY_BODY_MISSING, REPLAY_BODY_TRUNCATED, REPLAY_REDACTED,
 * REPLAY_NO_LISTENER, REPLAY_BUSY, REPLAY_INVALID, REPLAY_FAILED.
 */
export async function replay(
  deps: ReplayDeps,
  { id, edits = {} }: { id: number; edits?: ReplayEdits | undefined },
): Promise<Result<Exchange>> {
  const source = deps.find(id);
  if (source === undefined) return refuse('EXCHANGE_UNKNOWN', `Exchange ${id} is not kept any more.`, 'Send it anew.');
  if (source.isWebSocket)
    return refuse('REPLAY_WEBSOCKET', 'A WebSocket is a conversation, and cannot be sent again.', 'Open it anew.');
  const outgoing = prepare(deps, source, edits);
  if (!outgoing.ok) return outgoing;
  const listener = findListener(deps.listeners(), source.isTls);
  if (listener === undefined)
    return refuse('REPLAY_NO_LISTENER', 'Mogoly does not listen for this request now.', 'Start routing.');
  if (deps.marks.size >= REPLAYS_LIMIT)
    return refuse('REPLAY_BUSY', `${REPLAYS_LIMIT} replays are under way.`, 'Wait for one of them to end.');
  const sent = await send(deps, source, outgoing.value, listener);
  if (!sent.ok) return sent;
  const recorded = deps.summaryOf(sent.value);
  return recorded === undefined
    ? refuse('EXCHANGE_UNKNOWN', 'The new exchange is not kept any more.', 'Send it anew when there is less traffic.')
    : success(recorded);
}

function prepare(deps: ReplayDeps, source: ReplaySource, edits: ReplayEdits): Result<Outgoing> {
  const method = edits.method ?? source.method;
  const path = edits.path === undefined || edits.path === deps.redactUrl(source.path) ? source.path : edits.path;
  const pairs = edits.headers === undefined ? pairsOf(source.headers) : restore(deps, source, edits.headers);
  if (edits.path !== undefined && path.includes(deps.redacted)) return redactedStays('The path');
  if (pairs === undefined) return redactedStays('A header');
  if (edits.body?.includes(deps.redacted)) return redactedStays('The body');
  const body = edits.body === undefined ? bodyOf(deps, source) : success(Buffer.from(edits.body));
  if (!body.ok) return body;
  const host = pairs.find(([name]) => /^(host|:authority)$/i.test(name))?.[1] ?? source.host;
  const fields = pairs.filter(([name]) => !name.startsWith(':') && !OWN_FIELDS.has(name.toLowerCase())).flat();
  const headers = ['host', host, ...fields];
  if (body.value.length > 0 || carriesBody(method)) headers.push('content-length', String(body.value.length));
  return success({ method, path, headers, body: body.value });
}

/** Nothing is needed where nothing was sent. */
function bodyOf(deps: ReplayDeps, source: ReplaySource): Result<Buffer> {
  const pairs = pairsOf(source.headers);
  const announced = pairs.some(
    ([name, value]) => /^transfer-encoding$/i.test(name) || (/^content-length$/i.test(name) && Number(value) > 0),
  );
  if (source.bytesIn === 0 && !announced) return success(Buffer.alloc(0));
  const body = deps.bodyOf(source.id);
  const what = `The body of this ${source.method}`;
  if (body === 'missing')
    return refuse(
      'REPLAY_BODY_MISSING',
      `${what} was not captured.`,
      'Turn capture on and send it once more, or write a body with "Edit and resend".',
    );
  if (body === 'truncated')
    return refuse(
      'REPLAY_BODY_TRUNCATED',
      `${what} was captured in part only.`,
      'Capture more of each body, or write a body with "Edit and resend".',
    );
  return success(body);
}

/** Fields that still show a credential's place get the credential back; undefined where none fits. */
function restore(
  deps: ReplayDeps,
  source: ReplaySource,
  edited: readonly [string, string][],
): [string, string][] | undefined {
  const originals = pairsOf(source.headers).map(([name, value]) => ({
    name: name.toLowerCase(),
    value,
    shown: deps.redactHeader(name, value),
  }));
  const restored: [string, string][] = [];
  for (const [name, value] of edited) {
    const original = originals.find((each) => each.name === name.toLowerCase() && each.shown === value);
    if (original === undefined && value.includes(deps.redacted)) return undefined;
    restored.push([name, original?.value ?? value]);
  }
  return restored;
}

/** The same kind first; what came over TLS is never sent in the clear. */
function findListener(listeners: readonly ListenerState[], isTls: boolean): ListenerState | undefined {
  const kind = isTls ? 'https' : 'http';
  return listeners.find((listener) => listener.kind === kind && listener.problem === undefined);
}

function send(
  { marks }: ReplayDeps,
  source: ReplaySource,
  { method, path, headers, body }: Outgoing,
  listener: ListenerState,
): Promise<Result<number>> {
  return new Promise((resolve) => {
    let port = 0;
    let outgoing: ClientRequest | undefined;
    let late: NodeJS.Timeout | undefined;
    const end = (result: Result<number>): void => {
      clearTimeout(deadline);
      clearTimeout(late);
      marks.delete(port);
      resolve(result);
    };
    // The exchange is over for the client first: what it is recorded as is told by its mark.
    const deadline = setTimeout(() => outgoing?.destroy(), REPLAY_TIMEOUT_MS);
    try {
      outgoing = open(listener, source.host, { method, path, headers: headers as never });
    } catch (error) {
      return end(refuse('REPLAY_INVALID', `The request cannot be sent: ${(error as Error).message}.`, 'Mend it.'));
    }
    outgoing.on('socket', (socket: Socket) => {
      const mark = (): void => {
        port = socket.localPort ?? 0;
        const address = socket.localAddress ?? '';
        marks.set(port, { of: source.id, address, onRecorded: (recorded) => end(success(recorded)) });
      };
      if (socket.connecting) socket.once('connect', mark);
      else mark();
    });
    outgoing.on('response', (response) => response.resume());
    let why = 'it was refused before it was routed';
    outgoing.on('error', (error) => (why = error.message));
    // The proxy records what it has routed when it is over, which may be a moment after we have left.
    outgoing.on('close', () => {
      const failed = (): void =>
        end(
          port === 0
            ? refuse('REPLAY_NO_LISTENER', `Our own listener cannot be reached: ${why}.`, 'Start routing.')
            : refuse('REPLAY_FAILED', `It could not be sent again: ${why}.`, 'Look at it first.'),
        );
      late = setTimeout(failed, port === 0 ? 0 : RECORD_GRACE_MS);
    });
    outgoing.end(body);
  });
}

function open(listener: ListenerState, host: string, options: RequestOptions): ClientRequest {
  const address = listener.address === '0.0.0.0' ? '127.0.0.1' : listener.address === '::' ? '::1' : listener.address;
  const to = { ...options, host: address, port: listener.port, agent: false, setHost: false };
  if (listener.kind === 'http') return requestHttp(to);
  // It is our own listener on this machine; its certificate is for the site's name and may not be trusted yet.
  const servername = isIP(host) === 0 ? host : '';
  return requestHttps({ ...to, servername, rejectUnauthorized: false });
}

const carriesBody = (method: string): boolean => !['GET', 'HEAD', 'OPTIONS', 'DELETE', 'TRACE'].includes(method);

function pairsOf(flat: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) pairs.push([flat[i]!, flat[i + 1]!]);
  return pairs;
}

const redactedStays = (what: string): Refusal =>
  refuse('REPLAY_REDACTED', `${what} has a credential that is not shown here.`, 'Write it out, or leave it as it was.');

const refuse = (code: string, message: string, fix: string): Refusal => failure(problem(code, message, { fix }));
