/** One HTTP request on the control socket: guard, method, body, dispatch, answer. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Problem } from '../../shared/problem.ts';
import { problem } from '../../shared/problem.ts';
import { isCommand } from '../../shared/names.ts';
import { dispatch } from './dispatch.ts';
import { refuseStranger } from './guard.ts';
import type { ControlServerOptions } from './server.ts';

/** A config of 10,000 sites is about 10 MiB. */
export const BODY_LIMIT = 64 * 1_024 * 1_024;
const COMMAND_PREFIX = '/v1/';

/** What the status code says beyond the code in the body. */
const STATUS_BY_CODE = new Map([
  ['COMMAND_UNKNOWN', 404],
  ['CONFIG_CONFLICT', 409],
  ['CONTROL_QUIT_REFUSED', 403],
  ['INTERNAL', 500],
]);

/** Never rejects. */
export async function handleRequest(
  options: ControlServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const stranger = refuseStranger(request, options.token);
    if (stranger) return refuse(request, response, stranger.status, stranger.problem);
    const path = (request.url ?? '').split('?', 1)[0]!;
    if (path === '/metrics') return await sendMetrics(options, request, response);
    if (path === '/v1/events')
      return refuse(
        request,
        response,
        426,
        problem('CONTROL_UPGRADE', 'Events are a WebSocket.', { fix: 'Open a WebSocket at /v1/events.' }),
        { upgrade: 'websocket' },
      );
    await runCommand(options, path, request, response);
  } catch {
    // The client left in the middle; there is nobody to answer.
    response.destroy();
  }
}

async function runCommand(
  options: ControlServerOptions,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const name = path.startsWith(COMMAND_PREFIX) ? path.slice(COMMAND_PREFIX.length) : path;
  if (request.method !== 'POST' && isCommand(name))
    return refuse(
      request,
      response,
      405,
      problem('CONTROL_METHOD', `${request.method} is not how commands are sent.`, { fix: 'Use POST.' }),
      { allow: 'POST' },
    );
  const body = await readBody(request);
  if (!body.ok) return refuse(request, response, body.status, body.problem);
  const answer = await dispatch(options.handlers, name, body.value);
  const status = answer.ok ? 200 : (STATUS_BY_CODE.get(answer.problems[0]?.code ?? '') ?? 400);
  send(response, status, 'application/json; charset=utf-8', JSON.stringify(answer));
}

async function sendMetrics(
  options: ControlServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return refuse(request, response, 405, problem('CONTROL_METHOD', 'Metrics are read.', { fix: 'Use GET.' }), {
      allow: 'GET',
    });
  const { text } = await options.handlers['metrics.get'](undefined);
  send(response, 200, 'text/plain; version=0.0.4; charset=utf-8', text);
}

type Body = { ok: true; value: unknown } | { ok: false; status: number; problem: Problem };

/** An empty body is a command without a request. */
async function readBody(request: IncomingMessage): Promise<Body> {
  const tooLarge: Body = {
    ok: false,
    status: 413,
    problem: problem('COMMAND_TOO_LARGE', `The body is larger than ${BODY_LIMIT / 1_048_576} MiB.`, {
      fix: 'Send less.',
    }),
  };
  if (Number(request.headers['content-length'] ?? 0) > BODY_LIMIT) return tooLarge;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_LIMIT) return tooLarge;
    chunks.push(chunk);
  }
  if (size === 0) return { ok: true, value: undefined };
  try {
    return { ok: true, value: JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown };
  } catch (error) {
    return {
      ok: false,
      status: 400,
      problem: problem('COMMAND_NOT_JSON', `The body is not JSON: ${(error as Error).message}.`, {
        fix: 'Send JSON, as in {"site": "shop.local"}.',
      }),
    };
  }
}

/** The rest of the body is not waited for: the connection ends with the answer. */
function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  item: Problem,
  headers: Record<string, string> = {},
): void {
  request.resume();
  send(response, status, 'application/json; charset=utf-8', JSON.stringify({ ok: false, problems: [item] }), {
    ...headers,
    connection: 'close',
  });
}

function send(
  response: ServerResponse,
  status: number,
  type: string,
  text: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  });
  response.end(text);
}
