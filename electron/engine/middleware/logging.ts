/** Writes one log line for every exchange. */
import { z } from 'zod';
import type { MiddlewareFactory, MiddlewareRequest } from '../generation.ts';
import { splitPath } from './path-rule.ts';

const FIELDS = ['method', 'host', 'path', 'status', 'duration_ms', 'bytes', 'backend', 'client', 'error'] as const;

const schema = z
  .strictObject({
    level: z
      .enum(['debug', 'info', 'warn', 'error'])
      .default('info')
      .meta({ title: 'Level', description: 'Level of the lines (info).' }),
    fields: z
      .array(z.enum(FIELDS))
      .optional()
      .meta({ title: 'Fields', description: 'Fields that go with each line; all of them unless given.' }),
    query: z
      .boolean()
      .default(false)
      .meta({ title: 'Keep the query', description: 'Writes the query of the path too, which may hold secrets.' }),
  })
  .meta({ title: 'Log lines' });

export const logging: MiddlewareFactory<typeof schema> = {
  description: 'Writes one log line for every exchange: method, host, path, status, duration, bytes and backend.',
  schema,
  create: ({ level, fields = FIELDS, query }, context) => {
    // The path as it came: an inner middleware may rewrite it.
    const paths = new WeakMap<MiddlewareRequest, string>();
    return {
      name: 'logging',
      onRequest: (request) => {
        paths.set(request, query ? request.path : splitPath(request.path).pathname);
        return undefined;
      },
      onEnd: (result, request) => {
        const path = paths.get(request) ?? splitPath(request.path).pathname;
        const durationMs = Math.round(result.durationMs * 10) / 10;
        const all = {
          method: request.method,
          host: request.host,
          path,
          status: result.status,
          duration_ms: durationMs,
          bytes: result.bytesOut,
          backend: result.backend ?? null,
          client: request.client,
          error: result.error ?? null,
        };
        const tail = result.error ?? result.backend ?? 'local';
        const message = `${request.method} ${request.host}${path} ${result.status} ${durationMs} ms ${result.bytesOut} B ${tail}`;
        context.log(level, 'exchange.ended', message, Object.fromEntries(fields.map((field) => [field, all[field]])));
      },
    };
  },
};
