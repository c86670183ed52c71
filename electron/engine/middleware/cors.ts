/** Lets pages of other origins read the answers (Fetch standard, CORS protocol). */
import { z } from 'zod';
import { duration } from '../../../shared/config.ts';
import { isFieldName } from '../../../shared/http-field.ts';
import type { HeaderList, LocalReply, MiddlewareFactory, MiddlewareRequest } from '../generation.ts';
import { isOriginPattern, matchOrigin } from './origin-pattern.ts';
import { refuse } from './reply.ts';
import { addVary } from './vary.ts';

const tokens = z.array(
  z.string().refine(isFieldName, 'is not a name that headers can carry: use letters, digits and hyphens'),
);

const schema = z
  .strictObject({
    allow_origins: z
      .array(
        z.string().refine(isOriginPattern, 'is not an origin: write it as https://app.test, https://*.shop.local or *'),
      )
      .min(1)
      .default(['*'])
      .meta({
        title: 'Origins that may read',
        description: 'As https://app.test, https://*.shop.local, http://localhost:* (any port), or * for every one.',
      }),
    allow_methods: tokens
      .default(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'])
      .meta({ title: 'Methods', description: 'Methods they may use.' }),
    allow_headers: tokens.optional().meta({
      title: 'Request headers',
      description: 'Request headers they may send; whatever they ask for unless given.',
    }),
    expose_headers: tokens
      .default([])
      .meta({ title: 'Response headers', description: 'Response headers they may read besides the simple ones.' }),
    allow_credentials: z
      .boolean()
      .default(false)
      .meta({ title: 'Allow cookies', description: 'Lets cookies come along; needs named origins.' }),
    max_age: duration.default(600_000).meta({
      title: 'Keep a preflight for',
      description: 'How long a browser may keep the answer to a preflight (10m).',
    }),
  })
  .check((context) => {
    const { allow_credentials: credentials, allow_origins: origins } = context.value;
    if (!credentials || !origins.includes('*')) return;
    const fix = 'Name the origins, as in https://*.shop.local, or leave allow_credentials out.';
    context.issues.push({
      code: 'custom',
      input: context.value,
      path: ['allow_credentials'],
      message: 'cannot be given to every origin',
      params: { fix },
    });
  })
  .meta({ title: 'Cross-origin access (CORS)' });

type CorsConfig = z.output<typeof schema>;

export const cors: MiddlewareFactory<typeof schema> = {
  description: 'Lets pages of other origins read the answers, and answers their preflight requests.',
  schema,
  create: (config, context) => {
    const isAllowed = (origin: string): boolean => config.allow_origins.some((pattern) => matchOrigin(pattern, origin));
    return {
      name: 'cors',
      onRequest: (request) =>
        isPreflight(request) ? answerPreflight(config, request, isAllowed, context.site) : undefined,
      onResponse: (response, request) => {
        if (isPreflight(request)) return;
        const origin = request.headers.get('origin');
        dropOwn(response.headers);
        if (!config.allow_origins.includes('*')) addVary(response.headers, 'Origin');
        if (origin === undefined || !isAllowed(origin)) return;
        for (const [name, value] of grant(config, origin)) response.headers.set(name, value);
        if (config.expose_headers.length > 0)
          response.headers.set('Access-Control-Expose-Headers', config.expose_headers.join(', '));
      },
    };
  },
};

const isPreflight = (request: MiddlewareRequest): boolean =>
  request.method === 'OPTIONS' && request.headers.has('origin') && request.headers.has('access-control-request-method');

function answerPreflight(
  config: CorsConfig,
  request: MiddlewareRequest,
  isAllowed: (origin: string) => boolean,
  site: string,
): LocalReply {
  const origin = request.headers.get('origin')!;
  const vary = { Vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers' };
  if (!isAllowed(origin))
    return refuse(403, 'CORS_ORIGIN', `${origin} may not read ${site}.`, {
      title: 'This origin may not read the site',
      fix: 'Add it to allow_origins of its cors in Mogoly.',
      headers: vary,
    });
  const asked = request.headers.getAll('access-control-request-headers').join(', ');
  const allowed = config.allow_headers?.join(', ') ?? asked;
  const headers: Record<string, string> = {
    ...Object.fromEntries(grant(config, origin)),
    'Access-Control-Allow-Methods': config.allow_methods.join(', '),
    'Access-Control-Max-Age': String(Math.floor(config.max_age / 1_000)),
    ...vary,
  };
  if (allowed !== '') headers['Access-Control-Allow-Headers'] = allowed;
  // A public page that reaches a local address asks this besides (Private Network Access).
  if (request.headers.get('access-control-request-private-network') === 'true')
    headers['Access-Control-Allow-Private-Network'] = 'true';
  return { status: 204, headers };
}

function grant(config: CorsConfig, origin: string): [string, string][] {
  const fields: [string, string][] = [
    ['Access-Control-Allow-Origin', config.allow_origins.includes('*') ? '*' : origin],
  ];
  if (config.allow_credentials) fields.push(['Access-Control-Allow-Credentials', 'true']);
  return fields;
}

/** What the backend said of CORS itself: two such fields would make the browser refuse both. */
function dropOwn(headers: HeaderList): void {
  for (const name of ['origin', 'credentials', 'methods', 'headers']) headers.delete(`access-control-allow-${name}`);
  headers.delete('access-control-expose-headers');
  headers.delete('access-control-max-age');
}
