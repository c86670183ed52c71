/** The schema of the config file: every key, default and unit, said once, here. */
import { z } from 'zod';
import { acmeSchema, type AcmeConfig, type AcmeDnsConfig } from './acme-config.ts';
import { duration } from './duration.ts';
import { normaliseZone } from './host.ts';
import { dockerSchema, serviceSchema } from './service-config.ts';
import { parseUpstream } from './upstream.ts';

export const port = z.number().int().min(1).max(65_535);

/** A port, an address with a port, or "off". */
const listenAddress = z.union([
  port,
  z.literal('off'),
  z.string().regex(/^(\[[0-9a-fA-F:.]+\]|[^\s:[\]]+):\d{1,5}$/, 'use a port, "address:port", or "off"'),
]);

export const STRATEGIES = ['round_robin', 'least_connections', 'random', 'ip_hash'] as const;
export type Strategy = (typeof STRATEGIES)[number];
const strategy = z
  .enum(STRATEGIES)
  .describe('How the next backend is chosen; weights count in all of them (round_robin).');

const middleware = z
  .strictObject({
    name: z
      .string()
      .min(1)
      .describe('A built-in middleware, or the path of a module (./mw.mjs) that exports a factory.'),
    config: z.unknown().optional().describe('Its settings; each middleware has its own schema.'),
  })
  .describe('One step of the chain around the backend.');

const wait = duration.refine((ms) => ms > 0, 'use more than 0');

const healthCheck = z
  .strictObject({
    path: z.string().startsWith('/').default('/').describe('Requested with GET.'),
    interval: wait.optional().describe('Between probes of an available backend; health_check_interval unless given.'),
    interval_when_down: wait.default(2_000).describe('Between probes of one that is down (2s).'),
    timeout: wait.default(3_000).describe('A slower answer is a failed probe (3s).'),
    expect: z
      .string()
      .regex(/^\d{3}(-\d{3})?(,\s*\d{3}(-\d{3})?)*$/, 'use status codes or ranges, as in "200-399"')
      .default('200-499')
      .describe('Status codes that pass, as in "200-399,401".'),
    healthy_after: z.number().int().min(1).default(1).describe('Passes in a row that bring a backend back.'),
    unhealthy_after: z.number().int().min(1).default(2).describe('Failures in a row that take it out.'),
    enabled: z.boolean().default(true).describe('Sends probes; without them only real requests tell.'),
  })
  .describe('Probes sent to each backend.');

const passiveHealth = z
  .strictObject({
    max_fails: z
      .number()
      .int()
      .min(1)
      .default(3)
      .describe('Failed requests within the window that take a backend out.'),
    window: duration.default(10_000).describe('How long a failure counts (10s).'),
    cooldown: duration.default(10_000).describe('How long it stays out before it is tried again (10s).'),
  })
  .describe('What real requests tell about a backend.');

const sticky = z.strictObject({
  cookie: z
    .string()
    .regex(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/, 'use letters, digits, - and _')
    .default('mogoly_backend')
    .describe('Name of the cookie.'),
});

/** Where a backend is: `url`, or `protocol` + `host` + `port`. */
const origin = {
  url: z
    .string()
    .min(1)
    .optional()
    .describe('As in http://localhost:5173; a path in it is put before the request path.'),
  protocol: z.enum(['http', 'https', 'h2c']).optional().describe('With host and port, in place of url (http).'),
  host: z.string().min(1).optional().describe('Name or address of the machine it runs on.'),
  port: port.optional().describe('From 1 to 65535; 80 or 443 by the protocol unless given.'),
};

const poolPolicy = {
  strategy: strategy.optional(),
  sticky: sticky.optional().describe('Keep a client on its backend by a cookie.'),
};

/** One backend, or a pool that takes its place among backends. */
export interface BackendInput {
  name?: string | undefined;
  url?: string | undefined;
  protocol?: 'http' | 'https' | 'h2c' | undefined;
  host?: string | undefined;
  port?: number | undefined;
  weight: number;
  backup: boolean;
  disabled: boolean;
  drain: boolean;
  max_connections?: number | undefined;
  is_healthy?: boolean | undefined;
  strategy?: Strategy | undefined;
  sticky?: { cookie: string } | undefined;
  balance?: BackendInput[] | undefined;
}

const backend = z.strictObject({
  name: z.string().min(1).optional().describe('Unique in its pool; made from the URL unless given.'),
  ...origin,
  weight: z.number().int().min(0).max(1_000).default(1).describe('Its share relative to the others.'),
  backup: z.boolean().default(false).describe('Serves only when all the others are down.'),
  disabled: z.boolean().default(false).describe('Gets no request.'),
  drain: z.boolean().default(false).describe('Gets no new client; sticky clients stay.'),
  max_connections: z.number().int().min(1).optional().describe('Requests under way at once; more go elsewhere.'),
  is_healthy: z.boolean().optional().describe('What is assumed before the first probe.'),
  ...poolPolicy,
  get balance(): z.ZodOptional<z.ZodArray<z.ZodType<BackendInput>>> {
    return z.array(backend).min(1).optional().describe('Makes this entry a pool of its own.') as never;
  },
});

const poolKeys = {
  ...origin,
  balance: z.array(backend).min(1).optional().describe('The backends; a site with one may write url instead.'),
  ...poolPolicy,
  health_check: healthCheck.optional(),
  passive_health: passiveHealth.optional(),
  host_header: z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'use backend, original, or a host such as shop.local')
    .optional()
    .describe('Host sent to backends: backend (default), original, or a literal.'),
  response_timeout: duration.optional().describe('Until the response begins (2m).'),
};

const route = z.strictObject({
  path: z.string().startsWith('/').describe('Exact, or a prefix that ends in *, as in /api/*.'),
  strip_prefix: z.string().startsWith('/').optional().describe('Taken off the path before it goes on, as in /api.'),
  static: z.string().min(1).optional().describe('A folder to serve files from, relative to the config file.'),
  redirect: z
    .string()
    .min(1)
    .optional()
    .describe('Where to send the client; {rest}, {path}, {query} and {host} are filled in.'),
  status: z
    .union([z.literal(301), z.literal(302), z.literal(303), z.literal(307), z.literal(308)])
    .optional()
    .describe('Of the redirect (308).'),
  ...poolKeys,
  middlewares: z.array(middleware).optional().describe('Inside of those of the site; the first is the outermost.'),
});

const tls = z.union([
  z.enum(['local', 'acme', 'off']),
  z.strictObject({
    cert: z.string().min(1).describe('PEM file of the certificate and its chain; relative to the config file.'),
    key: z.string().min(1).describe('PEM file of its private key.'),
  }),
]);

const site = z.strictObject({
  name: z.string().min(1).describe('Its host, unless hosts says otherwise.'),
  hosts: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe('Exact names, *.suffix patterns, or * for what no other site has.'),
  disabled: z.boolean().default(false).describe('Takes no requests.'),
  ...poolKeys,
  routes: z.array(route).optional().describe('Path rules; the longest match wins, the site itself is the rest.'),
  middlewares: z.array(middleware).optional().describe('The first is the outermost.'),
  tls: tls
    .optional()
    .describe(
      'Who signs its certificate: the own authority, a public one by ACME, or files of yours; off for none (local).',
    ),
  force_tls: z.boolean().default(false).describe('Plain http gets a 308 to https.'),
  is_healthy: z.boolean().optional().describe('What is assumed of its one backend before the first probe.'),
});

const zone = z
  .string()
  .refine((text) => normaliseZone(text) !== undefined, 'use a suffix such as test or dev.example.com')
  .transform((text) => normaliseZone(text) ?? text);

const resolver = z
  .string()
  .refine((text) => parseUpstream(text) !== undefined, 'use an address, address:port, or an https:// URL');

export const configSchema = z
  .strictObject({
    listen: z
      .strictObject({
        http: listenAddress.optional().describe('A port on loopback, an address with a port, or off; 80 unless given.'),
        https: listenAddress.optional().describe('As http; 443 unless given.'),
        dns: listenAddress.optional().describe('As http, for UDP and TCP; 53 unless given.'),
      })
      .prefault({})
      .describe('Where it listens.'),
    zones: z.array(zone).default(['test']).describe('Suffixes the DNS answers for every name.'),
    dns: z
      .strictObject({
        forward: z
          .union([z.literal('system'), z.array(resolver)])
          .default('system')
          .describe(
            "Who is asked for other names: the system's resolvers, or a list (ip, ip:port, https://… for DoH).",
          ),
        ttl: z.number().int().min(0).max(86_400).default(5).describe('Of the answers for own names, in seconds.'),
      })
      .prefault({})
      .describe('The DNS of local names.'),
    acme: acmeSchema.optional().describe('How public certificates are got.'),
    health_check_interval: wait.default(30_000).describe('Between probes (30s).'),
    trusted_proxies: z
      .array(z.string().min(1))
      .default([])
      .describe('Addresses or CIDRs whose X-Forwarded-* headers are believed.'),
    log_output: z.string().min(1).default('logs/mogoly.log').describe('Relative to the home folder.'),
    stream: z.boolean().default(false).describe('Also write the log to standard output.'),
    variables: z
      .record(z.string(), z.string())
      .default({})
      .describe('For ${NAME} anywhere in the file; ${env:NAME} reads the environment.'),
    server: z.array(site).default([]).describe('The sites.'),
    services: z.array(serviceSchema).default([]).describe('Database containers beside the pools.'),
    docker: dockerSchema,
  })
  .describe('The config of Mogoly.');

/** As written by a person: defaults left out, durations as text or seconds. */
export type ConfigFile = z.input<typeof configSchema>;
export type SiteFile = NonNullable<ConfigFile['server']>[number];
export type BackendFile = NonNullable<SiteFile['balance']>[number];
export type RouteFile = NonNullable<SiteFile['routes']>[number];

/** As checked: defaults filled in, durations in milliseconds. */
export type Config = z.output<typeof configSchema>;
export type SiteConfig = Config['server'][number];
export type RouteConfig = NonNullable<SiteConfig['routes']>[number];
export type BackendConfig = BackendInput;
export type { AcmeConfig, AcmeDnsConfig };
export type MiddlewareConfig = z.output<typeof middleware>;
export type HealthCheckConfig = z.output<typeof healthCheck>;
export type PassiveHealthConfig = z.output<typeof passiveHealth>;

export {
  duration,
  backend as backendSchema,
  healthCheck as healthCheckSchema,
  middleware as middlewareSchema,
  passiveHealth as passiveHealthSchema,
  route as routeSchema,
  site as siteSchema,
};
