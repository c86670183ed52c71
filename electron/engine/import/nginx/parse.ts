/** An nginx config as a tree of directives, its includes put in their places. */
import type { Place } from '../../../../shared/problem.ts';
import type { Machine } from '../draft.ts';
import { MAX_DEPTH, MAX_DIRECTIVES, MAX_INCLUDES_DEEP } from '../limits.ts';
import { syntaxError, tooMuch, type Notes } from '../notes.ts';
import { readTokens, type Token } from './tokens.ts';

export interface Directive {
  name: string;
  args: string[];
  /** Undefined where it ended in a semicolon. */
  block: Directive[] | undefined;
  at: Place;
}

export function parseNginx(text: string, file: string, machine: Machine, notes: Notes): Directive[] {
  return new Parser(machine, notes, file).file(text, file, 0);
}

/** What is shipped with nginx and says nothing of routes. */
const WITHOUT_ROUTES = /(^|[/\\])(mime\.types|(fastcgi|uwsgi|scgi|proxy)_params|modules-enabled[/\\].*|fastcgi\.conf)$/;

class Parser {
  readonly #machine: Machine;
  readonly #notes: Notes;
  /** Includes are relative to the folder of the first file. */
  readonly #main: string;
  #count = 0;
  #tokens: Token[] = [];
  #next = 0;

  constructor(machine: Machine, notes: Notes, main: string) {
    this.#machine = machine;
    this.#notes = notes;
    this.#main = main;
  }

  file(text: string, file: string, depth: number): Directive[] {
    const outer = { tokens: this.#tokens, next: this.#next };
    this.#tokens = readTokens(text, file);
    this.#next = 0;
    const list = this.#list(undefined, 0, depth);
    this.#tokens = outer.tokens;
    this.#next = outer.next;
    return list;
  }

  /** Up to the brace that closes what `opened` opened; to the end of the file where nothing did. */
  #list(opened: Place | undefined, nested: number, depth: number): Directive[] {
    if (nested > MAX_DEPTH) tooMuch(opened!, `The blocks go deeper than ${MAX_DEPTH}.`);
    const list: Directive[] = [];
    for (;;) {
      const token = this.#tokens[this.#next++];
      if (token === undefined) {
        if (opened !== undefined) syntaxError(opened, 'This block is not closed.', 'Close it with }.');
        return list;
      }
      if (token.kind === '}') {
        if (opened === undefined) syntaxError(token.at, 'A brace is closed that nothing opened.', 'Take it away.');
        return list;
      }
      if (token.kind === '{') syntaxError(token.at, 'A block has no name.', 'Write as in server { … }.');
      if (token.kind === ';') continue;
      this.#directive(token, list, nested, depth);
    }
  }

  #directive(name: Token, list: Directive[], nested: number, depth: number): void {
    if (++this.#count > MAX_DIRECTIVES) tooMuch(name.at, `There are more than ${MAX_DIRECTIVES} directives.`);
    const args: string[] = [];
    for (;;) {
      const token = this.#tokens[this.#next++];
      if (token === undefined || token.kind === '}')
        syntaxError(name.at, `"${name.text}" is not ended.`, 'End it with a semicolon.');
      if (token.kind === 'word') args.push(token.text);
      else if (token.kind === ';') {
        if (name.text === 'include') for (const item of this.#included(name.at, args[0], depth)) list.push(item);
        else list.push({ name: name.text, args, block: undefined, at: name.at });
        return;
      } else {
        const block = this.#list(name.at, nested + 1, depth);
        return void list.push({ name: name.text, args, block, at: name.at });
      }
    }
  }

  #included(at: Place, pattern: string | undefined, depth: number): Directive[] {
    if (pattern === undefined) syntaxError(at, '"include" names nothing.', 'Name a file or a pattern.');
    if (WITHOUT_ROUTES.test(pattern)) return [];
    if (depth >= MAX_INCLUDES_DEEP) syntaxError(at, 'The includes go too deep, or in a ring.');
    const files = this.#machine.include(pattern, this.#main);
    if (files.length === 0 && !/[*?]/.test(pattern))
      this.#notes.leftOut(at, `include ${pattern}`, 'The file cannot be read here; import it by itself.');
    return files.flatMap(({ file, text }) => this.file(text, file, depth + 1));
  }
}
