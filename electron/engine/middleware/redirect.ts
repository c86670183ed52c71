/** Sends the client somewhere else. */
import { z } from 'zod';
import type { MiddlewareFactory } from '../generation.ts';
import { splitPath } from './path-rule.ts';
import { fillTemplate, unknownPlaceholders } from './template.ts';

const PLACEHOLDERS = ['scheme', 'host', 'path', 'query'];

const schema = z
  .strictObject({
    to: z
      .string()
      .refine(
        (text) => /^(https?:\/\/|\{scheme\}:\/\/|\/|\{path\})/.test(text),
        'use a URL that starts with https://, {scheme}:// or /',
      )
      .refine((text) => /^[\x21-\x7e]+$/.test(text), 'is not a URL: percent-encode spaces and non-ASCII')
      .refine(
        (text) => unknownPlaceholders(text, PLACEHOLDERS).length === 0,
        'takes only {scheme}, {host}, {path} and {query}: leave the others out',
      )
      .meta({
        title: 'Where to',
        description:
          'A URL or a path; {scheme}, {host}, {path} and {query} of the request are filled in; a query is kept where {query} does not place it.',
      }),
    status: z
      .union([z.literal(301), z.literal(302), z.literal(303), z.literal(307), z.literal(308)])
      .default(308)
      .meta({ title: 'Status', description: 'Status of the answer (308).' }),
  })
  .meta({ title: 'Redirect' });

/** A request that already is where the redirect leads goes on, so that `https://{host}{path}` ends. */
export const redirect: MiddlewareFactory<typeof schema> = {
  description: 'Answers every request with a redirect.',
  schema,
  create: ({ to, status }) => ({
    name: 'redirect',
    onRequest: ({ scheme, host, path }) => {
      const { pathname, query } = splitPath(path);
      const values = new Map([
        ['scheme', scheme],
        ['host', host],
        ['path', pathname],
        ['query', query],
      ]);
      const filled = keepOnHost(to, fillTemplate(to, values));
      const location =
        to.includes('{query}') || query === '' ? filled : `${filled}${filled.includes('?') ? '&' : '?'}${query}`;
      if (location === path || location === `${scheme}://${host}${path}`) return undefined;
      const headers = { Location: location, 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' };
      return { status, headers, body: `Go to ${location}\n` };
    },
  }),
};

/** A target on this host stays there: `//other` and `/\other` would be read as another host (RFC 3986 §4.2). */
function keepOnHost(template: string, location: string): string {
  if (!template.startsWith('/') && !template.startsWith('{path}')) return location;
  return template.startsWith('//') ? location : location.replace(/^[/\\]+/, '/');
}
