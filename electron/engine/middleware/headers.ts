/** Sets, adds and removes headers of requests and responses. */
import { z } from 'zod';
import { isFieldName, isFieldValue } from '../../../shared/http-field.ts';
import type { HeaderList, MiddlewareFactory } from '../generation.ts';

/** They belong to one connection or to the length of the body, which the proxy itself decides. */
const FRAMING = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

const name = z
  .string()
  .refine(isFieldName, 'is not a header name: use letters, digits and hyphens, as in X-Team')
  .refine(
    (value) => !FRAMING.has(value.toLowerCase()),
    'is decided by the proxy itself and cannot be changed: remove it',
  );
const value = z.string().refine(isFieldValue, 'holds a character that headers cannot carry: take it out');
const requestName = name.refine(
  (each) => each.toLowerCase() !== 'host',
  'is set by host_header of the site: set that in its place',
);

const changes = (
  key: typeof name,
): z.ZodObject<
  {
    remove: z.ZodDefault<z.ZodArray<typeof name>>;
    set: z.ZodDefault<z.ZodRecord<typeof name, typeof value>>;
    add: z.ZodDefault<z.ZodRecord<typeof name, typeof value>>;
  },
  z.core.$strict
> =>
  z.strictObject({
    remove: z.array(key).default([]).meta({ title: 'Remove', description: 'Names whose fields are dropped first.' }),
    set: z
      .record(key, value)
      .default({})
      .meta({ title: 'Set', description: 'Fields put in the place of those of the same name.' }),
    add: z
      .record(key, value)
      .default({})
      .meta({ title: 'Add', description: 'Fields put beside those of the same name.' }),
  });

const schema = z
  .strictObject({
    request: changes(requestName)
      .optional()
      .meta({ title: 'Request headers', description: 'Changes to what the backend gets.' }),
    response: changes(name)
      .optional()
      .meta({ title: 'Response headers', description: 'Changes to what the client gets.' }),
  })
  .meta({ title: 'Headers' });

interface Changes {
  remove: readonly string[];
  set: Record<string, string>;
  add: Record<string, string>;
}

export const headers: MiddlewareFactory<typeof schema> = {
  description: 'Sets, adds and removes headers of requests and responses.',
  schema,
  create: ({ request: onRequest, response: onResponse }) => ({
    name: 'headers',
    onRequest: (request) => {
      if (onRequest) applyChanges(request.headers, onRequest);
      return undefined;
    },
    onResponse: (response) => {
      if (onResponse) applyChanges(response.headers, onResponse);
    },
  }),
};

function applyChanges(list: HeaderList, { remove, set, add }: Changes): void {
  for (const each of remove) list.delete(each);
  for (const [each, text] of Object.entries(set)) list.set(each, text);
  for (const [each, text] of Object.entries(add)) list.append(each, text);
}
