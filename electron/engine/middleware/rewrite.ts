/** Changes the path before the request is forwarded. */
import { z } from 'zod';
import type { MiddlewareFactory } from '../generation.ts';
import { matchPath, pathRule, splitPath } from './path-rule.ts';
import { fillTemplate, unknownPlaceholders } from './template.ts';

const target = z
  .string()
  .startsWith('/')
  .refine(
    (text) => unknownPlaceholders(text, ['rest', 'path']).length === 0,
    'takes only {rest} and {path}: leave the others out',
  )
  .refine(
    (text) => /^[\x21-\x7e]+$/.test(text) && !text.includes('#'),
    'is not a path: percent-encode spaces, # and non-ASCII',
  );

const schema = z
  .strictObject({
    rules: z
      .array(
        z.strictObject({
          from: pathRule.meta({
            title: 'Old path',
            description: 'Path that is rewritten: exact, or a prefix that ends in *.',
          }),
          to: target.meta({
            title: 'New path',
            description: 'The new path; {rest} is what stood in the place of *, {path} the whole old path.',
          }),
        }),
      )
      .min(1)
      .meta({ title: 'Rules', description: 'The first rule that matches is used; the query is kept.' }),
  })
  .meta({ title: 'Rewritten paths' });

export const rewrite: MiddlewareFactory<typeof schema> = {
  description: 'Changes the path of a request before it is forwarded.',
  schema,
  create: ({ rules }) => ({
    name: 'rewrite',
    onRequest: (request) => {
      const { pathname, query } = splitPath(request.path);
      for (const { from, to } of rules) {
        const rest = matchPath(from, pathname);
        if (rest === undefined) continue;
        const path = fillTemplate(
          to,
          new Map([
            ['rest', rest],
            ['path', pathname],
          ]),
        );
        request.path = query === '' ? path : `${path}${path.includes('?') ? '&' : '?'}${query}`;
        return undefined;
      }
      return undefined;
    },
  }),
};
