/** Words of an nginx config with their places: quotes, escapes, comments, and the signs ; { }. */
import type { Place } from '../../../../shared/problem.ts';
import { syntaxError } from '../notes.ts';

export interface Token {
  kind: 'word' | ';' | '{' | '}';
  text: string;
  at: Place;
}

const ESCAPES: Record<string, string> = { n: '\n', r: '\r', t: '\t', '"': '"', "'": "'", '\\': '\\' };

export function readTokens(text: string, file: string): Token[] {
  return new Reader(text, file).all();
}

class Reader {
  readonly #text: string;
  readonly #file: string;
  readonly #tokens: Token[] = [];
  #offset = 0;
  #line = 1;
  #lineStart = 0;

  constructor(text: string, file: string) {
    this.#text = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
    this.#file = file;
  }

  all(): Token[] {
    while (this.#offset < this.#text.length) {
      const character = this.#text[this.#offset]!;
      if (/\s/.test(character)) this.#step();
      else if (character === '#') this.#comment();
      else if (character === ';' || character === '{' || character === '}') {
        this.#tokens.push({ kind: character, text: character, at: this.#here() });
        this.#step();
      } else if (character === '"' || character === "'") this.#quoted(character);
      else this.#word();
    }
    return this.#tokens;
  }

  #here(): Place {
    return { file: this.#file, line: this.#line, column: this.#offset - this.#lineStart + 1 };
  }

  #step(): void {
    if (this.#text[this.#offset++] !== '\n') return;
    this.#line++;
    this.#lineStart = this.#offset;
  }

  #comment(): void {
    const end = this.#text.indexOf('\n', this.#offset);
    this.#offset = end === -1 ? this.#text.length : end;
  }

  #quoted(quote: string): void {
    const at = this.#here();
    let value = '';
    this.#step();
    for (;;) {
      const character = this.#text[this.#offset];
      if (character === undefined)
        syntaxError(at, `The text that begins with ${quote} is not closed.`, `Close it with ${quote}.`);
      const escaped = character === '\\' ? ESCAPES[this.#text[this.#offset + 1] ?? ''] : undefined;
      if (escaped !== undefined) {
        value += escaped;
        this.#step();
      } else if (character === quote) break;
      else value += character;
      this.#step();
    }
    this.#step();
    this.#tokens.push({ kind: 'word', text: value, at });
  }

  /** `${name}` is part of a word, its braces included. */
  #word(): void {
    const at = this.#here();
    let value = '';
    for (;;) {
      const character = this.#text[this.#offset];
      if (character === undefined || /[\s;]/.test(character)) break;
      if (character === '{' && !value.endsWith('$')) break;
      if (character === '}' && !/\$\{[^}]*$/.test(value.slice(-100))) break;
      if (character === '\\' && this.#text[this.#offset + 1] !== undefined) {
        value += character;
        this.#step();
      }
      value += this.#text[this.#offset]!;
      this.#step();
    }
    this.#tokens.push({ kind: 'word', text: value, at });
  }
}
