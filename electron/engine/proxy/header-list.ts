/** A header list over the flat array that Node reads and writes: order and spelling are kept. */
import { isFieldName, isFieldValue } from '../../../shared/http-field.ts';
import type { HeaderList } from '../generation.ts';

/**
 * A view of `['Name', 'value', …]`; changes are made in that array, which is also `raw`.
 * `get` gives the first field of that name; `set` puts one field in the place of the first and drops the others.
 * `set` and `append` throw a TypeError for a name that is no token or a value that would break the head (RFC 9110 §5.5).
 */
export function createHeaderList(raw: string[]): HeaderList & { raw: string[] } {
  return new FlatHeaderList(raw);
}

class FlatHeaderList implements HeaderList {
  readonly raw: string[];

  constructor(raw: string[]) {
    this.raw = raw;
  }

  get(name: string): string | undefined {
    const at = this.#find(name.toLowerCase(), 0);
    return at < 0 ? undefined : this.raw[at + 1];
  }

  getAll(name: string): string[] {
    const lower = name.toLowerCase();
    const values: string[] = [];
    for (let at = this.#find(lower, 0); at >= 0; at = this.#find(lower, at + 2)) values.push(this.raw[at + 1]!);
    return values;
  }

  has(name: string): boolean {
    return this.#find(name.toLowerCase(), 0) >= 0;
  }

  set(name: string, value: string): void {
    assertField(name, value);
    const lower = name.toLowerCase();
    const at = this.#find(lower, 0);
    if (at < 0) {
      this.raw.push(name, value);
      return;
    }
    this.raw[at] = name;
    this.raw[at + 1] = value;
    this.#drop(lower, at + 2);
  }

  append(name: string, value: string): void {
    assertField(name, value);
    this.raw.push(name, value);
  }

  delete(name: string): void {
    this.#drop(name.toLowerCase(), 0);
  }

  entries(): [string, string][] {
    const pairs: [string, string][] = [];
    for (let at = 0; at + 1 < this.raw.length; at += 2) pairs.push([this.raw[at]!, this.raw[at + 1]!]);
    return pairs;
  }

  /** Index of the next field of that name, or -1. The length is compared first: it tells most names apart. */
  #find(lower: string, from: number): number {
    const { raw } = this;
    for (let at = from; at + 1 < raw.length; at += 2) {
      const name = raw[at]!;
      if (name.length === lower.length && (name === lower || name.toLowerCase() === lower)) return at;
    }
    return -1;
  }

  #drop(lower: string, from: number): void {
    for (let at = this.#find(lower, from); at >= 0; at = this.#find(lower, at)) this.raw.splice(at, 2);
  }
}

function assertField(name: string, value: string): void {
  if (!isFieldName(name)) throw new TypeError(`${JSON.stringify(name)} is not a header name`);
  if (!isFieldValue(value)) throw new TypeError(`The value of ${name} holds a character that headers cannot carry`);
}
