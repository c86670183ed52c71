/** Where in a site a directive of a Caddyfile stands: paths, what was taken off them, and what is done around them. */
import type { MiddlewareFile } from '../draft.ts';
import type { Notes } from '../notes.ts';
import { intersect } from '../pattern.ts';
import type { Directive } from './parse.ts';
import type { Token } from './tokens.ts';

export interface Matcher {
  /** Undefined for every path. */
  paths: string[] | undefined;
  /** Undefined for every host of the site. */
  hosts: string[] | undefined;
  /** A condition that ours cannot say, as written. */
  unsaid: string | undefined;
}

export interface Scope {
  /** What the requests in it have for a path, as the client sent it. */
  pattern: string;
  stripped: string;
  /** Put before the path. */
  base: string;
  root: string | undefined;
  middlewares: MiddlewareFile[];
  named: ReadonlyMap<string, Matcher>;
  hosts: string[] | undefined;
}

export const EVERYTHING: Matcher = { paths: undefined, hosts: undefined, unsaid: undefined };

/** The matcher that a directive begins with, and what follows it. */
export function takeMatcher({ args }: Directive, scope: Scope): { matcher: Matcher; rest: Token[] } {
  const [first, ...rest] = args;
  if (first === undefined || first.isQuoted) return { matcher: EVERYTHING, rest: args };
  if (first.text === '*') return { matcher: EVERYTHING, rest };
  if (first.text.startsWith('@'))
    return {
      matcher: scope.named.get(first.text) ?? { ...EVERYTHING, unsaid: `the matcher ${first.text}` },
      rest,
    };
  if (first.text.startsWith('/')) return { matcher: pathMatcher([first.text]), rest };
  return { matcher: EVERYTHING, rest: args };
}

function pathMatcher(paths: string[]): Matcher {
  const odd = paths.find((path) => !/^\/[^*]*\*?$/.test(path) && path !== '*');
  if (odd !== undefined) return { ...EVERYTHING, unsaid: `the path ${odd}` };
  return { ...EVERYTHING, paths: paths.includes('*') ? undefined : paths };
}

/** `@name path /a /b`, or a block of conditions that all hold. */
export function namedMatcher({ args, block, at }: Directive): Matcher {
  const conditions: Directive[] =
    args.length > 0 ? [{ name: args[0]!.text, args: args.slice(1), block: [], at }, ...block] : block;
  return conditions.reduce<Matcher>((matcher, { name, args: values }) => {
    const texts = values.map(({ text }) => text);
    if (name === 'path' && matcher.paths === undefined) return { ...matcher, ...definedOf(pathMatcher(texts)) };
    if (name === 'host' && matcher.hosts === undefined) return { ...matcher, hosts: texts };
    return { ...matcher, unsaid: matcher.unsaid ?? `the condition "${[name, ...texts].join(' ')}"` };
  }, EVERYTHING);
}

const definedOf = ({ paths, unsaid }: Matcher): Partial<Matcher> => ({
  ...(paths === undefined ? {} : { paths }),
  ...(unsaid === undefined ? {} : { unsaid }),
});

/** The scopes that a matcher leaves of one: one a path; none where it never holds or cannot be said. */
export function narrowed(scope: Scope, matcher: Matcher, what: Directive, notes: Notes): Scope[] {
  if (matcher.unsaid !== undefined) {
    notes.leftOut(
      what.at,
      `"${what.name}" for ${matcher.unsaid}`,
      'Routes are told apart by host and path alone; give it a path or a host of its own.',
    );
    return [];
  }
  const hosts = matcher.hosts ?? scope.hosts;
  if (matcher.paths === undefined) return [{ ...scope, hosts }];
  const slashed = matcher.paths.find((path) => path.endsWith('/*'));
  if (slashed !== undefined)
    notes.once('slash', () =>
      notes.changed(
        what.at,
        `${slashed} is not ${slashed.slice(0, -2)} itself in Caddy; here a pattern takes that too.`,
      ),
    );
  return matcher.paths.flatMap((path) => {
    const pattern = intersect(scope.pattern, scope.stripped + path);
    return pattern === undefined ? [] : [{ ...scope, hosts, pattern }];
  });
}
