/** The locations of a server as routes; what the server itself answers is the rest. */
import { posix } from 'node:path';
import { addRoute, type MiddlewareFile, type RouteKeys, type SiteDraft } from '../draft.ts';
import { folderOf } from '../folder.ts';
import { inherit, middlewaresOf, readAccess, type Context } from './context.ts';
import type { Directive } from './parse.ts';
import { passPath, prefixRegex, readBreak, readReturn, readRewriteRedirect } from './rewrite.ts';
import type { Surroundings } from './server.ts';
import { isSilent } from './silent.ts';
import { readPass } from './upstream.ts';

interface Location {
  path: string;
  isExact: boolean;
}

/** The server's own answer, which is for every path. */
const WHOLE: Location = { path: '/', isExact: false };

export function readLocations(body: readonly Directive[], site: SiteDraft, scheme: string, around: Surroundings): void {
  new LocationReader(site, scheme, around, namedLocations(body)).read(body, WHOLE, around.context);
}

const namedLocations = (body: readonly Directive[]): Map<string, Directive> =>
  new Map(
    body.flatMap((each) => (each.name === 'location' && each.args[0]?.startsWith('@') ? [[each.args[0], each]] : [])),
  );

const SPEAKERS = new Set(['fastcgi_pass', 'uwsgi_pass', 'scgi_pass', 'memcached_pass']);

const REMEDIES = new Map([
  ['limit_req', 'Add the middleware ratelimit to the site.'],
  ['limit_conn', 'Give the backends max_connections.'],
  ['autoindex', 'Folders answer with their index.html.'],
  ['error_page', 'Let the backend answer with its own page.'],
  ['expires', 'Set Cache-Control by the middleware headers.'],
  ['proxy_cookie_path', 'Let the backend set its cookies for the path that the client sees.'],
  ['proxy_redirect', 'With host_header: original, backends redirect to the address that the client sees.'],
]);

class LocationReader {
  readonly #site: SiteDraft;
  readonly #scheme: string;
  readonly #around: Surroundings;
  readonly #named: ReadonlyMap<string, Directive>;

  constructor(site: SiteDraft, scheme: string, around: Surroundings, named: ReadonlyMap<string, Directive>) {
    this.#site = site;
    this.#scheme = scheme;
    this.#around = around;
    this.#named = named;
  }

  read(body: readonly Directive[], location: Location, context: Context): void {
    const { notes } = this.#around;
    this.#guard(body, context);
    const rests = new Set<string>();
    const find = (...names: string[]): Directive | undefined => body.find(({ name }) => names.includes(name));
    const answer = find('return');
    // It is given before any location is looked for.
    const inside = answer === undefined ? body : body.filter(({ name }) => name !== 'location');
    for (const directive of inside) this.#part(directive, context, rests);
    if (answer !== undefined) {
      const keys = readReturn(answer.args, this.#scheme, rests);
      if (keys === undefined)
        notes.leftOut(
          answer.at,
          `"return ${answer.args.join(' ')}"`,
          'Routes answer with a redirect, files or a backend.',
        );
      else this.#add(location, keys, context, answer);
      return;
    }
    const pass = find('proxy_pass', 'grpc_pass');
    if (pass !== undefined) return this.#pass(pass, body, location, context);
    const speaker = body.find(({ name }) => SPEAKERS.has(name));
    if (speaker !== undefined)
      return notes.leftOut(speaker.at, `"${speaker.name}"`, 'Backends speak HTTP; run the app behind an HTTP server.');
    this.#files(body, location, context);
  }

  /** What is not the answer itself. */
  #part(directive: Directive, context: Context, rests: Set<string>): void {
    const { name, args, at } = directive;
    const { notes } = this.#around;
    if (name === 'location') return this.#location(directive, context);
    if (name === 'if') return this.#condition(directive, rests);
    if (name === 'rewrite') {
      const found = readRewriteRedirect(args, this.#scheme);
      if (found !== undefined) addRoute(this.#site, { ...found, middlewares: middlewaresOf(context, notes), at });
      else if (readBreak(args) === undefined)
        notes.leftOut(at, `"rewrite ${args.join(' ')}"`, 'Use strip_prefix, or the middleware rewrite, for a prefix.');
      return;
    }
    if (name === 'client_max_body_size' && args[0] !== '0')
      return notes.once(name, () =>
        notes.changed(at, `Bodies of any size pass; the limit of ${args[0] ?? ''} is left out.`),
      );
    if (name === 'try_files' || ANSWERS.has(name) || isSilent(name) || SPEAKERS.has(name)) return;
    if (name === 'autoindex' && args[0] === 'off') return;
    if (name === 'proxy_redirect' && (args[0] === 'off' || args[0] === 'default')) return;
    notes.leftOut(at, `"${[name, ...args].join(' ')}"`, REMEDIES.get(name));
  }

  /** `if ($host = shop.test) { return 301 https://…; }` is how certbot writes it. */
  #condition({ args, block, at }: Directive, rests: Set<string>): void {
    const [only] = block ?? [];
    const words = args.join(' ').replace(/^\(\s*|\s*\)$/g, '');
    const set = /^\$uri ~ (.+)$/.exec(words)?.[1];
    if (set !== undefined && only?.name === 'set' && only.args[1] === '$1' && prefixRegex(set) !== undefined)
      return void rests.add(only.args[0]!.slice(1));
    const host = /^\$host = (.+)$/.exec(words)?.[1];
    const isForAll = (host !== undefined && this.#site.hosts.includes(host)) || words === '$scheme = http';
    const keys = only?.name === 'return' ? readReturn(only.args, this.#scheme, rests) : undefined;
    if (isForAll && keys?.redirect === 'https://{host}{path}') this.#site.forceTls = true;
    else this.#around.notes.leftOut(at, `"if (${words})"`, 'Routes are told apart by host and path alone.');
  }

  #location({ args, block, at }: Directive, context: Context): void {
    const [sign = '', path = ''] = args.length === 1 ? ['', args[0]] : args;
    if (sign.startsWith('@') || path.startsWith('@')) return;
    const exact = sign === '~' ? prefixRegex(path) : undefined;
    const isRegex = sign === '~' || sign === '~*';
    if ((isRegex && exact?.isExact !== true) || !(exact?.literal ?? path).startsWith('/'))
      return this.#around.notes.leftOut(
        at,
        `"location ${args.join(' ')}"`,
        'Routes take a path, or a prefix that ends in *; write one for each.',
      );
    const place = exact === undefined ? { path, isExact: sign === '=' } : { path: exact.literal, isExact: true };
    if (place.path.includes('*'))
      return this.#around.notes.leftOut(at, `"location ${args.join(' ')}"`, 'A route may have a * at its end alone.');
    this.read(block ?? [], place, inherit(context, block ?? []));
  }

  #guard(body: readonly Directive[], context: Context): void {
    const { notes } = this.#around;
    const guard = (directive: Directive, how: string): void => {
      this.#site.disabled = true;
      notes.once(`guard ${directive.at.file}:${directive.at.line}`, () =>
        notes.unguarded(directive.at, `"${directive.name}"`, how),
      );
    };
    for (const directive of body) {
      if (directive.name === 'auth_basic' && directive.args[0] !== 'off')
        guard(directive, 'Hash the passwords with `mogoly hash-password` and add the middleware basic_auth.');
      if (directive.name === 'auth_request') guard(directive, 'Put a middleware of your own in its place.');
    }
    const last = context.access.at(-1);
    if (last !== undefined && readAccess(context.access) === 'unsaid')
      guard(last, 'Write the lists of allow and deny as the middleware ip_filter.');
  }

  #pass(pass: Directive, body: readonly Directive[], location: Location, context: Context): void {
    const { groups, notes } = this.#around;
    const target = readPass(pass, groups, notes);
    if (target === undefined) return;
    const written = body.find(({ name, args }) => name === 'rewrite' && readBreak(args) !== undefined);
    const change =
      written === undefined ? passPath(location, target.uri) : { ...readBreak(written.args)!, middlewares: [] };
    const keys: RouteKeys = {
      ...(change.strip === '' ? {} : { strip_prefix: change.strip }),
      ...based(target.keys, change.base),
    };
    const host = hostOf(context);
    if (host !== undefined && host !== target.authority) keys.host_header = host;
    if (context.readTimeout !== undefined && context.readTimeout !== '120s')
      keys.response_timeout = context.readTimeout;
    this.#add(location, keys, context, pass, change.middlewares);
  }

  #files(body: readonly Directive[], location: Location, context: Context): void {
    const { machine, notes } = this.#around;
    const tries = body.find(({ name }) => name === 'try_files');
    const fallback = tries?.args.at(-1) ?? '';
    const named = this.#named.get(fallback);
    if (named !== undefined) {
      notes.changed(tries!.at, `Files are not looked for before ${fallback} is asked.`, 'Give them a static route.');
      return this.read(named.block ?? [], location, inherit(context, named.block ?? []));
    }
    if (tries !== undefined && !/^=|^\$uri/.test(fallback))
      notes.leftOut(
        tries.at,
        `"try_files … ${fallback}"`,
        'Serve the app by its dev server, which falls back to its index.',
      );
    const alias = body.find(({ name }) => name === 'alias');
    const own = body.find(({ name }) => name === 'root');
    const folder = alias?.args[0] ?? context.root;
    if (folder === undefined) return;
    const at = alias ?? own ?? tries ?? { name: '', args: [], block: undefined, at: this.#site.at };
    if (folder.includes('$') || (alias !== undefined && location.isExact))
      return notes.leftOut(at.at, `"${at.name} ${folder}"`, 'Name a folder that is there.');
    const path = machine.resolve(folder);
    const isSlashed = location.path.endsWith('/');
    // Only behind a slash does ours take the prefix off.
    const keys =
      alias !== undefined && !isSlashed
        ? { static: path, strip_prefix: location.path }
        : folderOf(path, patternOf(location), alias !== undefined);
    this.#add(location, { ...keys, static: posix.normalize(keys.static ?? path).replace(/(.)\/$/, '$1') }, context, at);
  }

  #add(location: Location, keys: RouteKeys, context: Context, { at }: Directive, own: MiddlewareFile[] = []): void {
    const middlewares = [...middlewaresOf(context, this.#around.notes), ...own];
    addRoute(this.#site, { path: patternOf(location), keys, middlewares, at });
  }
}

const ANSWERS = new Set([
  'return',
  'proxy_pass',
  'grpc_pass',
  'root',
  'alias',
  'auth_basic',
  'auth_basic_user_file',
  'auth_request',
  'set',
]);

const patternOf = ({ path, isExact }: Location): string => (isExact || path === '/' ? path : `${path}*`);

/** Undefined for the backend's own. */
function hostOf({ setHeaders }: Context): string | undefined {
  const value = setHeaders.filter(({ args }) => args[0]?.toLowerCase() === 'host').at(-1)?.args[1];
  if (value === undefined || value === '$proxy_host') return undefined;
  return value.includes('$') ? 'original' : value;
}

function based(keys: RouteKeys, base: string): RouteKeys {
  if (base === '') return keys;
  const { url, balance } = keys;
  return {
    ...keys,
    ...(url === undefined ? {} : { url: url + base }),
    ...(balance === undefined
      ? {}
      : { balance: balance.map((each) => ({ ...each, url: `${each.url ?? ''}${base}` })) }),
  };
}
