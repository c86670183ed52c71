/** Lines of a config text, indented by their depth. */

export class Lines {
  readonly #lines: string[] = [];
  #depth = 0;
  readonly #indent: string;

  constructor(indent: string) {
    this.#indent = indent;
  }

  add(text: string): void {
    this.#lines.push(text === '' ? '' : this.#indent.repeat(this.#depth) + text);
  }

  /** `open`, what `body` adds one level deeper, `close`. */
  block(open: string, body: () => void, close = '}'): void {
    this.add(open);
    this.#depth++;
    body();
    this.#depth--;
    if (close !== '') this.add(close);
  }

  toString(): string {
    return `${this.#lines.join('\n')}\n`;
  }
}

/** In double quotes, for the languages whose strings are like that; values with line ends never get here from a checked config. */
export const quoted = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
