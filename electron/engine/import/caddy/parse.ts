/** A Caddyfile as blocks of directives, its snippets and includes put in their places. */
import type { Place } from '../../../../shared/problem.ts';
import type { Machine } from '../draft.ts';
import { MAX_DEPTH, MAX_DIRECTIVES, MAX_INCLUDES_DEEP } from '../limits.ts';
import { syntaxError, tooMuch, type Notes } from '../notes.ts';
import { readTokens, type Token } from './tokens.ts';

export interface Directive {
  name: string;
  args: Token[];
  /** What stands between its braces. */
  block: Directive[];
  at: Place;
}

export interface ServerBlock {
  addresses: Token[];
  body: Directive[];
  at: Place;
}

export interface Caddyfile {
  global: Directive[];
  servers: ServerBlock[];
}

export function parseCaddyfile(text: string, file: string, machine: Machine, notes: Notes): Caddyfile {
  const parser = new Parser(machine, notes);
  parser.file(text, file, 0);
  return parser.result;
}

/** A row of words; a block follows where it ended in `{`. */
type Row = Token[];

class Parser {
  readonly result: Caddyfile = { global: [], servers: [] };
  readonly #machine: Machine;
  readonly #notes: Notes;
  readonly #snippets = new Map<string, Directive[]>();
  #count = 0;

  constructor(machine: Machine, notes: Notes) {
    this.#machine = machine;
    this.#notes = notes;
  }

  file(text: string, file: string, depth: number): void {
    const rows = toRows(readTokens(text, file, this.#machine.env));
    while (rows.length > 0) {
      const row = rows.at(-1)!;
      if (row[0]!.text === 'import' && !opens(row)) this.#importFiles(rows.pop()!, depth);
      else if (isGlobal(row)) {
        rows.pop();
        this.result.global.push(...this.#body(rows, row[0]!.at, 1, depth));
      } else this.#server(rows, depth);
    }
  }

  #importFiles([word, pattern]: Row, depth: number): void {
    if (pattern === undefined) syntaxError(word!.at, '"import" names nothing.', 'Name a snippet or a file.');
    if (depth >= MAX_INCLUDES_DEEP) syntaxError(word!.at, 'The imports go too deep, or in a ring.');
    if (this.#snippets.has(pattern.text)) return; // at the top a snippet can hold nothing of use to us
    const files = this.#machine.include(pattern.text, word!.at.file ?? '');
    if (files.length === 0) this.#notes.leftOut(word!.at, `import ${pattern.text}`, 'No such file can be read here.');
    for (const { file, text } of files) this.file(text, file, depth + 1);
  }

  /** Addresses may go on over lines, each but the last ended by a comma. */
  #server(rows: Row[], depth: number): void {
    const addresses: Token[] = [];
    for (;;) {
      const row = rows.pop();
      if (row === undefined) syntaxError(addresses.at(-1)!.at, 'An address is missing after the comma.');
      if (row[0]!.text === '}') syntaxError(row[0]!.at, 'A brace is closed that nothing opened.', 'Take it away.');
      const isOpen = opens(row);
      addresses.push(...(isOpen ? row.slice(0, -1) : row));
      if (isOpen) break;
      if (row.at(-1)!.text.endsWith(',')) continue;
      // Without braces the rest of the file is the one site.
      const body = this.#body(rows, undefined, 1, depth);
      return void this.result.servers.push({ addresses, body, at: addresses[0]!.at });
    }
    const first = addresses[0];
    if (first === undefined) syntaxError({ line: 1, column: 1 }, 'A block has no address.');
    const body = this.#body(rows, first.at, 1, depth);
    const snippet = /^\(([^)]+)\)$/.exec(first.text)?.[1];
    if (snippet !== undefined) this.#snippets.set(snippet, body);
    else if (first.text.startsWith('&(')) this.#notes.leftOut(first.at, `the named route ${first.text}`);
    else this.result.servers.push({ addresses, body, at: first.at });
  }

  /** Up to the brace that closes what `opened` opened; to the end of the file where nothing did. */
  #body(rows: Row[], opened: Place | undefined, nested: number, depth: number): Directive[] {
    if (nested > MAX_DEPTH) tooMuch(opened ?? rows.at(-1)![0]!.at, `The blocks go deeper than ${MAX_DEPTH}.`);
    const body: Directive[] = [];
    for (;;) {
      const row = rows.pop();
      if (row === undefined) {
        if (opened !== undefined)
          syntaxError(opened, 'This block is not closed.', 'Close it with } on a line of its own.');
        return body;
      }
      const [name] = row;
      if (name!.text === '}' && !name!.isQuoted) {
        if (opened === undefined) syntaxError(name!.at, 'A brace is closed that nothing opened.', 'Take it away.');
        if (row.length > 1) syntaxError(row[1]!.at, 'Something follows the brace.', 'Put it on a line of its own.');
        return body;
      }
      this.#tally(name!.at);
      if (name!.text === 'import') for (const item of this.#imported(row, nested, depth)) body.push(item);
      else {
        const args = row.slice(1, opens(row) ? -1 : undefined);
        const block = opens(row) ? this.#body(rows, name!.at, nested + 1, depth) : [];
        body.push({ name: name!.text, args, block, at: name!.at });
      }
    }
  }

  #tally(at: Place): void {
    if (++this.#count > MAX_DIRECTIVES) tooMuch(at, `There are more than ${MAX_DIRECTIVES} directives.`);
  }

  #imported(row: Row, nested: number, depth: number): Directive[] {
    const [word, what, ...args] = row;
    if (what === undefined) syntaxError(word!.at, '"import" names nothing.', 'Name a snippet or a file.');
    if (depth >= MAX_INCLUDES_DEEP) syntaxError(word!.at, 'The imports go too deep, or in a ring.');
    const snippet = this.#snippets.get(what.text);
    if (snippet !== undefined) return this.#filled(snippet, args, nested);
    const files = this.#machine.include(what.text, word!.at.file ?? '');
    if (files.length === 0) this.#notes.leftOut(word!.at, `import ${what.text}`, 'No such snippet or file is here.');
    return files.flatMap(({ file, text }) => {
      const body = this.#body(toRows(readTokens(text, file, this.#machine.env)), undefined, nested, depth + 1);
      return this.#filled(body, args, nested);
    });
  }

  /** `{args[0]}`, `{args.0}` and `{args[:]}` of a snippet. */
  #filled(body: readonly Directive[], args: readonly Token[], nested: number): Directive[] {
    if (nested > MAX_DEPTH && body[0] !== undefined) tooMuch(body[0].at, `The blocks go deeper than ${MAX_DEPTH}.`);
    const fill = (token: Token): Token[] => {
      if (/^\{args(\[:\]|\.\*)\}$/.test(token.text)) return [...args];
      const text = token.text.replace(
        /\{args(?:\[(\d{1,3})\]|\.(\d{1,3}))\}/g,
        (_, one: string | undefined, two: string | undefined) => args[Number(one ?? two)]?.text ?? '',
      );
      return [text === token.text ? token : { ...token, text }];
    };
    return body.map((directive) => {
      this.#tally(directive.at);
      return {
        name: fill({ text: directive.name, at: directive.at, row: 0, isQuoted: false })[0]?.text ?? '',
        args: directive.args.flatMap(fill),
        block: this.#filled(directive.block, args, nested + 1),
        at: directive.at,
      };
    });
  }
}

/** The last row first: rows are taken from the end. */
function toRows(tokens: readonly Token[]): Row[] {
  const rows: Row[] = [];
  let last = -1;
  for (const token of tokens) {
    if (token.row === last) rows.at(-1)!.push(token);
    else rows.push([token]);
    last = token.row;
  }
  return rows.reverse();
}

const opens = (row: Row): boolean => row.at(-1)!.text === '{' && !row.at(-1)!.isQuoted;

const isGlobal = (row: Row): boolean => row.length === 1 && opens(row);
