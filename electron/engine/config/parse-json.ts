/** JSON to a value; places are scanned for only when a problem needs one. */
import { failure, problem, ProblemError, success } from '../../../shared/problem.ts';
import type { ConfigPath, Place, Problem, Result } from '../../../shared/problem.ts';
import type { ParsedText } from './places.ts';
import { closingQuote, hasEachKeyOnce, skipSpace } from './json-text.ts';
import { MAX_DEPTH, repeatedKey, tooDeep } from './parse-problems.ts';

interface JsonNode {
  start: number;
  members?: Map<string, { key: number; node: JsonNode }>;
  items?: JsonNode[];
}

export function parseJson(text: string, place: (offset: number) => Place): Result<ParsedText> {
  try {
    const value: unknown = JSON.parse(text);
    const places = jsonPlaces(text, place);
    if (!hasEachKeyOnce(text, value)) places.locate([]); // the slower scan says which one is there twice
    return success({ value: value ?? {}, ...places });
  } catch (error) {
    return failure(...explainFailure(error, text, place));
  }
}

/** Of a text that was parsed already. */
export function jsonPlaces(text: string, place: (offset: number) => Place): Pick<ParsedText, 'locate' | 'locateKey'> {
  let tree: JsonNode | undefined;
  const find = (path: ConfigPath, wantKey: boolean): Place => {
    let node = (tree ??= scanJson(text, place));
    let at = node.start;
    for (const step of path) {
      const member = typeof step === 'number' ? undefined : node.members?.get(step);
      const next = typeof step === 'number' ? node.items?.[step] : member?.node;
      if (!next) return place(at);
      at = wantKey && member ? member.key : next.start;
      node = next;
    }
    return place(at);
  };
  return { locate: (path) => find(path, false), locateKey: (path) => find(path, true) };
}

function explainFailure(error: unknown, text: string, place: (offset: number) => Place): Problem[] {
  if (error instanceof ProblemError) return error.problems;
  if (!(error instanceof SyntaxError)) throw error;
  try {
    scanJson(text, place);
  } catch (found) {
    if (found instanceof ProblemError) return found.problems;
    throw found;
  }
  return [problem('CONFIG_SYNTAX', error.message, { at: place(0), fix: 'Mend the JSON.' })];
}

/** RFC 8259, and no key twice. Throws a ProblemError: one syntax error, or all repeated keys. */
function scanJson(text: string, place: (offset: number) => Place): JsonNode {
  return new JsonScanner(text, place).scan();
}

class JsonScanner {
  readonly #text: string;
  readonly #place: (offset: number) => Place;
  readonly #repeated: Problem[] = [];
  #at = 0;

  constructor(text: string, place: (offset: number) => Place) {
    this.#text = text;
    this.#place = place;
  }

  scan(): JsonNode {
    const root = this.#value(0);
    this.#skip();
    if (this.#at < this.#text.length) this.#fail(`Expected the end of the file, found ${this.#found()}.`);
    if (this.#repeated.length > 0) throw new ProblemError(this.#repeated);
    return root;
  }

  #value(depth: number): JsonNode {
    this.#skip();
    const node: JsonNode = { start: this.#at };
    const open = this.#text[this.#at];
    if ((open === '{' || open === '[') && depth >= MAX_DEPTH) throw new ProblemError([tooDeep(this.#place(this.#at))]);
    if (open === '{') {
      const members = (node.members = new Map<string, { key: number; node: JsonNode }>());
      this.#list('}', () => this.#member(members, depth));
    } else if (open === '[') {
      const items: JsonNode[] = (node.items = []);
      this.#list(']', () => items.push(this.#value(depth + 1)));
    } else this.#scalar();
    return node;
  }

  #list(close: string, item: () => void): void {
    this.#at++;
    this.#skip();
    if (this.#text[this.#at] === close) return void this.#at++;
    for (;;) {
      item();
      this.#skip();
      if (this.#text[this.#at] === close) return void this.#at++;
      if (this.#text[this.#at] !== ',') this.#fail(`Expected "," or "${close}", found ${this.#found()}.`);
      this.#at++;
      this.#skip();
    }
  }

  #member(members: NonNullable<JsonNode['members']>, depth: number): void {
    const key = this.#at;
    if (this.#text[key] !== '"') this.#fail(`Expected a key in double quotes, found ${this.#found()}.`);
    const name = this.#string();
    this.#skip();
    if (this.#text[this.#at] !== ':') this.#fail(`Expected ":", found ${this.#found()}.`);
    this.#at++;
    const before = members.get(name);
    if (before) this.#repeated.push(repeatedKey(name, this.#place(key), this.#place(before.key)));
    members.set(name, { key, node: this.#value(depth + 1) });
  }

  #string(): string {
    const start = this.#at;
    this.#at = closingQuote(this.#text, start) + 1;
    try {
      return JSON.parse(this.#text.slice(start, this.#at)) as string;
    } catch {
      return this.#fail('This string is not closed, or has a line break or a bad escape in it.', start);
    }
  }

  #scalar(): void {
    if (this.#text[this.#at] === '"') return void this.#string();
    const word = /[^\s,\]}:]*/y;
    word.lastIndex = this.#at;
    const literal = word.exec(this.#text)?.[0] ?? '';
    if (literal === '') this.#fail(`Expected a value, found ${this.#found()}.`);
    if (!LITERAL.test(literal)) this.#fail(`"${literal.slice(0, 40)}" is not a JSON value.`);
    this.#at += literal.length;
  }

  #skip(): void {
    this.#at = skipSpace(this.#text, this.#at);
  }

  #found(): string {
    const code = this.#text.codePointAt(this.#at);
    return code === undefined ? 'the end of the file' : `"${String.fromCodePoint(code)}"`;
  }

  #fail(message: string, offset = this.#at): never {
    const fix = 'JSON wants double quotes, no comments and no comma before a closing bracket.';
    throw new ProblemError([
      problem('CONFIG_SYNTAX', message, { at: this.#place(Math.min(offset, this.#text.length)), fix }),
    ]);
  }
}

const LITERAL = /^(true|false|null|-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?)$/;
