/** Rules of Traefik routers: `Host(`a`) && (PathPrefix(`/x`) || Path(`/y`))` as hosts and paths. */
import { intersect } from '../pattern.ts';

export interface RuleMatch {
  /** Undefined for every host. */
  host: string | undefined;
  path: string;
}

/** More alternatives come of a mistake. */
const MAX_MATCHES = 200;
/** Brackets in brackets. */
const MAX_DEPTH = 20;

/** What a rule says and ours cannot. */
export class RuleUnsaid extends Error {}

export function parseRule(rule: string): RuleMatch[] {
  const words = rule.match(/&&|\|\||[!(),]|`[^`]*`|"[^"]*"|'[^']*'|[A-Za-z]+|\S/g) ?? [];
  const reader = new RuleReader(words);
  const matches = reader.either(0);
  if (!reader.isAtEnd) throw new RuleUnsaid(rule);
  return matches;
}

class RuleReader {
  readonly #words: readonly string[];
  #next = 0;

  constructor(words: readonly string[]) {
    this.#words = words;
  }

  get isAtEnd(): boolean {
    return this.#next === this.#words.length;
  }

  #take(word: string): boolean {
    if (this.#words[this.#next] !== word) return false;
    this.#next++;
    return true;
  }

  either(depth: number): RuleMatch[] {
    const matches = this.#both(depth);
    while (this.#take('||')) matches.push(...this.#both(depth));
    return bounded(matches);
  }

  #both(depth: number): RuleMatch[] {
    let matches = this.#one(depth);
    while (this.#take('&&')) {
      const others = this.#one(depth);
      matches = bounded(matches.flatMap((match) => others.flatMap((other) => together(match, other) ?? [])));
    }
    return matches;
  }

  #one(depth: number): RuleMatch[] {
    if (depth > MAX_DEPTH) throw new RuleUnsaid('its brackets');
    if (this.#take('(')) {
      const inner = this.either(depth + 1);
      if (!this.#take(')')) throw new RuleUnsaid('a bracket that is not closed');
      return inner;
    }
    const name = this.#words[this.#next++] ?? '';
    if (!/^[A-Za-z]+$/.test(name) || !this.#take('(')) throw new RuleUnsaid(name === '!' ? 'a "not"' : `"${name}"`);
    const values: string[] = [];
    while (!this.#take(')')) {
      const word = this.#words[this.#next++];
      if (word === undefined) throw new RuleUnsaid('a bracket that is not closed');
      if (word !== ',') values.push(word.replace(/^[`"']|[`"']$/g, ''));
    }
    return bounded(values.map((value) => matchOf(name, value)));
  }
}

function bounded(matches: RuleMatch[]): RuleMatch[] {
  if (matches.length > MAX_MATCHES) throw new RuleUnsaid(`more than ${MAX_MATCHES} alternatives`);
  return matches;
}

function matchOf(name: string, value: string): RuleMatch {
  switch (name.toLowerCase()) {
    case 'host':
    case 'hostheader':
      return { host: value, path: '/' };
    case 'hostregexp': {
      // `{name:[a-z]+}.shop.test` of version 2, `^.+\.shop\.test$` of version 3.
      const suffix = /^(?:\{[^{}]*\}|\^?(?:\.\+|\[[^\]]*\]\+)(?:\\\.))\.?((?:[A-Za-z0-9-]|\\?\.)+)\$?$/.exec(
        value,
      )?.[1];
      if (suffix === undefined) throw new RuleUnsaid(`HostRegexp ${value}`);
      return { host: `*.${suffix.replaceAll('\\', '')}`, path: '/' };
    }
    case 'pathprefix':
      return { host: undefined, path: value === '/' ? '/' : `${value}*` };
    case 'path':
      return { host: undefined, path: value };
    default:
      throw new RuleUnsaid(`${name}(${value})`);
  }
}

function together(one: RuleMatch, two: RuleMatch): RuleMatch | undefined {
  const path = intersect(one.path, two.path);
  if (path === undefined || (one.host !== undefined && two.host !== undefined && one.host !== two.host))
    return undefined;
  return { host: one.host ?? two.host, path };
}
