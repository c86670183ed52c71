/** The directives of a site block as routes with their pools, folders, redirects and middlewares. */
import { isAbsolute } from 'node:path';
import type { Place } from '../../../../shared/problem.ts';
import type { SiteFile } from '../../../../shared/config.ts';
import type { Machine, MiddlewareFile, RouteDraft, RouteKeys } from '../draft.ts';
import type { Notes } from '../notes.ts';
import { folderOf } from '../folder.ts';
import { prefixOf } from '../pattern.ts';
import { collectField, headersMiddleware, noFields } from './fields.ts';
import type { Directive } from './parse.ts';
import { readProxy } from './proxy.ts';
import { readRedirect } from './redirect.ts';
import { EVERYTHING, namedMatcher, narrowed, takeMatcher, type Scope } from './scope.ts';
import type { Token } from './tokens.ts';

/** `hosts`: of a host matcher; all of the site unless given. */
export type HostRoute = RouteDraft & { hosts: string[] | undefined };

export interface SiteParts {
  /** In the order in which Caddy tries them. */
  routes: HostRoute[];
  tls: SiteFile['tls'];
  disabled: boolean;
}

export function readSite(body: readonly Directive[], machine: Machine, notes: Notes): SiteParts {
  const reader = new SiteReader(machine, notes);
  const scope: Scope = {
    pattern: '/',
    stripped: '',
    base: '',
    root: undefined,
    middlewares: [],
    named: new Map(),
    hosts: undefined,
  };
  reader.walk(body, scope, false);
  return reader.parts;
}

/** What answers, in Caddy's own order; `handle` and `handle_path` are one step of it. */
const RANKS = new Map([
  ['redir', 0],
  ['handle', 1],
  ['handle_path', 1],
  ['route', 2],
  ['respond', 3],
  ['reverse_proxy', 4],
  ['file_server', 5],
]);

/** In one step the longest path goes first, and what has no matcher last; exact before prefix. */
function byRank(one: Directive, two: Directive, scope: Scope): number {
  const rank = ({ name }: Directive): number => RANKS.get(name)!;
  const weight = (directive: Directive): number => {
    const { matcher } = takeMatcher(directive, scope);
    const [only, ...others] = matcher.paths ?? [];
    if (only !== undefined && others.length === 0)
      return only.replace('*', '').length * 2 + (only.endsWith('*') ? 2 : 3);
    return matcher === EVERYTHING ? 0 : 1;
  };
  return rank(one) - rank(two) || weight(two) - weight(one);
}

/** Caddy's own affair, or done here in any case. */
const SILENT = new Set('log log_skip log_append skip_log bind tracing vars import'.split(' '));

const GUARDS = new Map([
  ['basic_auth', 'Hash the passwords with `mogoly hash-password` and add the middleware basic_auth.'],
  ['basicauth', 'Hash the passwords with `mogoly hash-password` and add the middleware basic_auth.'],
  ['forward_auth', 'Put a middleware of your own in its place.'],
]);

class SiteReader {
  readonly parts: SiteParts = { routes: [], tls: undefined, disabled: false };
  readonly #machine: Machine;
  readonly #notes: Notes;

  constructor(machine: Machine, notes: Notes) {
    this.#machine = machine;
    this.#notes = notes;
  }

  /** What changes requests goes before what answers them; `route` keeps the order among the latter. */
  walk(body: readonly Directive[], outer: Scope, isOrdered: boolean): void {
    const named = new Map(outer.named);
    for (const directive of body)
      if (directive.name.startsWith('@')) named.set(directive.name, namedMatcher(directive));
    const scope: Scope = { ...outer, named, middlewares: [...outer.middlewares] };
    const rest = body.filter(({ name }) => !name.startsWith('@'));
    for (const directive of rest) if (!RANKS.has(directive.name)) this.#modify(directive, scope);
    const ends = rest.filter(({ name }) => RANKS.has(name));
    if (!isOrdered) ends.sort((one, two) => byRank(one, two, scope));
    for (const directive of ends) this.#end(directive, scope);
  }

  #modify(directive: Directive, scope: Scope): void {
    const { name, args, at } = directive;
    if (SILENT.has(name)) return;
    const guard = GUARDS.get(name);
    if (guard !== undefined) {
      this.parts.disabled = true;
      return this.#notes.unguarded(at, `"${name}"`, guard);
    }
    if (name === 'root') return this.#root(directive, scope);
    if (name === 'tls') return this.#tls(directive);
    if (name === 'header' || name === 'request_header') return this.#header(directive, scope);
    if (name === 'encode') return this.#encode(directive, scope);
    if (name === 'uri' || name === 'rewrite') return this.#rewrite(directive, scope);
    const words = [name, ...args.map(({ text }) => text)].join(' ');
    if (name === 'try_files')
      return this.#notes.leftOut(at, `"${words}"`, 'Serve the app by its dev server, which falls back to its index.');
    this.#notes.leftOut(at, `"${words}"`);
  }

  #root({ args, at }: Directive, scope: Scope): void {
    const path = (args.length > 1 && args[0]!.text === '*' ? args[1] : args[0])?.text;
    if (args.length > 1 && args[0]!.text !== '*')
      return this.#notes.leftOut(at, `"root" for ${args[0]!.text}`, 'Write it into a route with that path.');
    if (path === undefined || path.includes('{')) return this.#notes.leftOut(at, `"root ${path ?? ''}"`);
    scope.root = isAbsolute(path) ? path : this.#machine.resolve(path);
  }

  #tls({ args, block, at }: Directive): void {
    const [first, second] = args.map(({ text }) => text);
    if (first === 'internal') this.parts.tls = 'local';
    else if (first !== undefined && second !== undefined) this.#files(first, second, at);
    else if (first?.includes('@')) this.parts.tls = 'acme';
    for (const part of block) this.#notes.leftOut(part.at, `"${part.name}" of tls`, 'See tls and acme in the docs.');
  }

  #files(cert: string, key: string, at: Place): void {
    const files = { cert: this.#machine.resolve(cert), key: this.#machine.resolve(key) };
    if (this.#machine.isFile(files.cert) && this.#machine.isFile(files.key)) this.parts.tls = files;
    else
      this.#notes.changed(
        at,
        `The certificate ${files.cert} is not on this machine; the local authority signs one in its place.`,
        'To use it, copy both files here and name them in tls: { cert, key }.',
      );
  }

  #header(directive: Directive, scope: Scope): void {
    const { matcher, rest } = takeMatcher(directive, scope);
    if (matcher.paths !== undefined || matcher.hosts !== undefined || matcher.unsaid !== undefined)
      return this.#notes.leftOut(
        directive.at,
        `"${directive.name}" for some requests alone`,
        'Make a route of that path with a middleware headers of its own.',
      );
    const side = directive.name === 'header' ? 'response' : 'request';
    const fields = noFields();
    if (rest.length > 0) collectField({ ...directive, args: rest }, fields, side, this.#notes);
    for (const { name, args, at } of directive.block)
      collectField({ name: 'header', args: [word(name, at), ...args], block: [], at }, fields, side, this.#notes);
    const [request, response] = side === 'request' ? [fields, noFields()] : [noFields(), fields];
    scope.middlewares.push(...headersMiddleware(request, response));
  }

  #encode({ args }: Directive, scope: Scope): void {
    const wanted = args.map(({ text }) => text);
    const encodings = ['br', 'gzip'].filter((each) => wanted.includes(each));
    const isDefault = encodings.length !== 1;
    scope.middlewares.push(isDefault ? { name: 'compress' } : { name: 'compress', config: { encodings } });
  }

  /** `uri strip_prefix /x`, `rewrite * /base{uri}`, `rewrite /old /new`. */
  #rewrite(directive: Directive, scope: Scope): void {
    const { matcher, rest } = takeMatcher(
      directive.args.length === 1 ? { ...directive, args: [word('*', directive.at), ...directive.args] } : directive,
      scope,
    );
    const [first = '', second = ''] = rest.map(({ text }) => text);
    const isForAll = matcher.paths === undefined && matcher.hosts === undefined && matcher.unsaid === undefined;
    const stripped = `/${second.replace(/^\//, '').replace(/\/$/, '')}`;
    if (directive.name === 'uri' && first === 'strip_prefix' && isForAll && !stripped.includes('{')) {
      scope.stripped += stripped;
      return;
    }
    const base = /^(\/[^{}?#]*)\{(?:uri|http\.request\.uri)\}$/.exec(first)?.[1];
    if (directive.name === 'rewrite' && isForAll && base !== undefined) {
      scope.base = scope.base + base.replace(/\/$/, '');
      return;
    }
    const [from] = matcher.paths ?? [];
    if (directive.name === 'rewrite' && from !== undefined && /^\/[\x21-\x7e]*$/.test(first) && !/[{#?]/.test(first)) {
      const rules = (matcher.paths ?? []).map((path) => ({ from: scope.stripped + path, to: first }));
      scope.middlewares.push({ name: 'rewrite', config: { rules } });
      return;
    }
    const words = directive.args.map(({ text }) => text).join(' ');
    this.#notes.leftOut(
      directive.at,
      `"${directive.name} ${words}"`,
      'Use strip_prefix of a route, a path in the url of its backend, or the middleware rewrite.',
    );
  }

  #end(directive: Directive, scope: Scope): void {
    const { matcher, rest } = takeMatcher(directive, scope);
    for (const inner of narrowed(scope, matcher, directive, this.#notes)) this.#answer(directive, rest, inner);
  }

  #answer(directive: Directive, rest: readonly Token[], scope: Scope): void {
    const { name, block, at } = directive;
    switch (name) {
      case 'handle':
        return this.walk(block, scope, false);
      case 'route':
        return this.walk(block, scope, true);
      case 'handle_path':
        return this.walk(block, { ...scope, stripped: prefixOf(scope.pattern) }, false);
      case 'redir':
        return this.#add(readRedirect(directive, rest, scope, this.#notes), scope, at);
      case 'file_server':
        return this.#folder(directive, scope);
      case 'reverse_proxy': {
        const read = readProxy(directive, rest, scope.base, this.#notes);
        const strip = scope.stripped === '' ? {} : { strip_prefix: scope.stripped };
        return this.#add(read && { ...strip, ...read.keys }, scope, at, read?.middlewares);
      }
      case 'respond':
        this.#notes.leftOut(at, `"${[name, ...directive.args.map(({ text }) => text)].join(' ')}"`);
    }
  }

  #folder({ args, block, at }: Directive, scope: Scope): void {
    if (args.some(({ text }) => text === 'browse') || block.some(({ name }) => name === 'browse'))
      this.#notes.leftOut(at, 'the listing of folders (browse)', 'Folders answer with their index.html.');
    const own = block.find(({ name }) => name === 'root')?.args[0]?.text;
    const root = own === undefined ? scope.root : this.#machine.resolve(own);
    const keys = folderOf(root ?? this.#machine.resolve('.'), scope.pattern, scope.stripped !== '');
    this.#add(keys, scope, at);
  }

  #add(keys: RouteKeys | undefined, scope: Scope, at: Place, own: MiddlewareFile[] = []): void {
    if (keys === undefined) return;
    const middlewares = [...scope.middlewares, ...own];
    this.parts.routes.push({ path: scope.pattern, keys, middlewares, at, hosts: scope.hosts });
  }
}

const word = (text: string, at: Place): Token => ({ text, at, row: 0, isQuoted: false });
