/** Answers a fixed path by itself, to see that the way to here is open. */
import { z } from 'zod';
import type { MiddlewareFactory } from '../generation.ts';
import { splitPath } from './path-rule.ts';

const schema = z
  .strictObject({
    path: z
      .string()
      .startsWith('/', 'start the path with /')
      .default('/ping')
      .meta({ title: 'Path', description: 'The path that is answered (/ping).' }),
  })
  .meta({ title: 'Ping' });

export const ping: MiddlewareFactory<typeof schema> = {
  description: 'Answers 200 "pong" on one path, without a backend.',
  schema,
  create: ({ path }) => ({
    name: 'ping',
    onRequest: (request) => {
      const isAsked =
        (request.method === 'GET' || request.method === 'HEAD') && splitPath(request.path).pathname === path;
      return isAsked
        ? {
            status: 200,
            headers: { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' },
            body: 'pong',
          }
        : undefined;
    },
  }),
};
