/** Requests, responses and contexts for middlewares, made of the real header list. */
import { createHeaderList } from '../../electron/engine/proxy/header-list.ts';
import type {
  LocalReply,
  Middleware,
  MiddlewareContext,
  MiddlewareFactory,
  MiddlewareRequest,
  MiddlewareResponse,
} from '../../electron/engine/generation.ts';
import type { z } from 'zod';

export function makeRequest(
  rest: Partial<Omit<MiddlewareRequest, 'headers'>> = {},
  headers: string[] = [],
): MiddlewareRequest {
  const base = {
    method: 'GET',
    path: '/',
    host: 'shop.local',
    scheme: 'http' as const,
    site: 'shop.local',
    client: '10.0.0.1',
    isUpgrade: false,
  };
  return { ...base, ...rest, headers: createHeaderList([...headers]) };
}

export function makeResponse(status = 200, headers: string[] = []): MiddlewareResponse {
  return { status, headers: createHeaderList([...headers]), backend: 'web-1' };
}

export interface LogLine {
  level: string;
  event: string;
  message: string;
  fields: Record<string, unknown> | undefined;
}

/** A context whose clock is moved by hand and whose lines are kept. */
export function makeContext(): MiddlewareContext & { clock: { nowMs: number }; lines: LogLine[] } {
  const clock = { nowMs: 0 };
  const lines: LogLine[] = [];
  return {
    site: 'shop.local',
    place: '/ 0',
    degraded: () => undefined,
    now: () => clock.nowMs,
    log: (level, event, message, fields) => lines.push({ level, event, message, fields }),
    clock,
    lines,
  };
}

/** As a config makes it: checked by its schema first. */
export function build<S extends z.ZodType>(
  factory: MiddlewareFactory<S>,
  config: z.input<S>,
  context: MiddlewareContext = makeContext(),
): Middleware {
  return factory.create(factory.schema.parse(config), context);
}

/** The reply of onRequest; a failure when it let the request go on. */
export async function replyOf(middleware: Middleware, request: MiddlewareRequest): Promise<LocalReply> {
  const reply = await middleware.onRequest?.(request);
  if (reply === undefined || 'abort' in reply) throw new Error('the middleware did not answer');
  return reply;
}
