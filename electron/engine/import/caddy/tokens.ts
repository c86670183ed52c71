/** Words of a Caddyfile with their places: quotes, backticks, heredocs, continued lines, `{$ENV:default}`. */
import type { Place } from '../../../../shared/problem.ts';
import { syntaxError } from '../notes.ts';

export interface Token {
  text: string;
  at: Place;
  /** Logical line: a continued line goes on with the row before, and a quoted text of many lines is on one. */
  row: number;
  /** A quoted brace is text. */
  isQuoted: boolean;
}

export function readTokens(text: string, file: string, env: Record<string, string | undefined>): Token[] {
  return new Reader(text.replaceAll('\r\n', '\n'), file, env).all();
}

class Reader {
  readonly #text: string;
  readonly #file: string;
  readonly #env: Record<string, string | undefined>;
  readonly #tokens: Token[] = [];
  #offset = 0;
  #line = 1;
  #lineStart = 0;
  #row = 1;

  constructor(text: string, file: string, env: Record<string, string | undefined>) {
    this.#text = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
    this.#file = file;
    this.#env = env;
  }

  all(): Token[] {
    while (this.#offset < this.#text.length) this.#next(this.#text[this.#offset]!);
    return this.#tokens;
  }

  #here(): Place {
    return { file: this.#file, line: this.#line, column: this.#offset - this.#lineStart + 1 };
  }

  #next(character: string): void {
    if (character === '\n') this.#newLine(true);
    else if (/\s/.test(character)) this.#offset++;
    else if (character === '\\' && this.#text[this.#offset + 1] === '\n') {
      this.#offset++;
      this.#newLine(false);
    } else if (character === '#') this.#offset = this.#endOfLine();
    else if (character === '"' || character === '`') this.#quoted(character);
    else if (this.#text.startsWith('<<', this.#offset)) this.#heredoc();
    else this.#word();
  }

  #newLine(isRow: boolean): void {
    this.#offset++;
    this.#line++;
    this.#lineStart = this.#offset;
    if (isRow) this.#row++;
  }

  #endOfLine(): number {
    const end = this.#text.indexOf('\n', this.#offset);
    return end === -1 ? this.#text.length : end;
  }

  /** Only a quote is escaped; any other backslash stays. */
  #quoted(quote: '"' | '`'): void {
    const at = this.#here();
    let value = '';
    this.#offset++;
    for (;;) {
      const character = this.#text[this.#offset];
      if (character === undefined)
        syntaxError(at, `The text that begins with ${quote} is not closed.`, `Close it with ${quote}.`);
      if (character === quote) break;
      if (quote === '"' && character === '\\' && this.#text[this.#offset + 1] === '"') {
        value += '"';
        this.#offset += 2;
      } else {
        value += character;
        if (character === '\n') this.#newLine(false);
        else this.#offset++;
      }
    }
    this.#offset++;
    this.#push(value, at, true);
  }

  /** The indent of the closing marker is taken off every line. */
  #heredoc(): void {
    const at = this.#here();
    const marker = this.#text.slice(this.#offset + 2, this.#endOfLine()).trimEnd();
    if (!/^[A-Za-z0-9_-]+$/.test(marker)) return this.#word();
    this.#offset = this.#endOfLine();
    const lines: string[] = [];
    for (;;) {
      if (this.#offset >= this.#text.length)
        syntaxError(at, `The text <<${marker} is not closed.`, `End it with a line that says ${marker}.`);
      this.#newLine(false);
      const line = this.#text.slice(this.#offset, this.#endOfLine());
      const indent = line.length - line.trimStart().length;
      const rest = line.slice(indent);
      if (rest === marker || (rest.startsWith(marker) && /\s/.test(rest[marker.length]!))) {
        this.#offset += indent + marker.length;
        const closing = line.slice(0, indent);
        const body = lines.map((each) => (each.startsWith(closing) ? each.slice(indent) : each)).join('\n');
        return this.#push(body, at, true);
      }
      lines.push(line);
      this.#offset = this.#endOfLine();
    }
  }

  #word(): void {
    const at = this.#here();
    let value = '';
    for (;;) {
      const character = this.#text[this.#offset];
      if (character === undefined || /\s/.test(character)) break;
      if (character === '\\' && this.#text[this.#offset + 1] === '\n') break;
      value += character;
      this.#offset++;
    }
    this.#push(value, at, false);
  }

  #push(text: string, at: Place, isQuoted: boolean): void {
    const filled = fillEnv(text, this.#env);
    const words = isQuoted || filled === text ? [filled] : filled.split(/\s+/).filter((word) => word !== '');
    for (const word of words) this.#tokens.push({ text: word, at, row: this.#row, isQuoted });
  }
}

/** `{$NAME}` and `{$NAME:default}`; empty for one that is not set. */
const fillEnv = (text: string, env: Record<string, string | undefined>): string =>
  text.replace(/\{\$([^{}:]*)(?::([^{}]*))?\}/g, (_, name: string, fallback: string | undefined) => {
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    return value ?? fallback ?? '';
  });
