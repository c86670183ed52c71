/** What the places of strings and colons in a JSON text tell, without parsing it. */
import { MAX_DEPTH } from './parse-problems.ts';

const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const OPEN_LIST = 91;
const BACKSLASH = 92;
const CLOSE_LIST = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

export const isSpace = (code: number): boolean => code === 32 || code === 10 || code === 13 || code === 9;

export function skipSpace(text: string, from: number): number {
  let at = from;
  while (isSpace(text.charCodeAt(at))) at++;
  return at;
}

/** Index of the quote that ends the string that starts at `open`, or the end of the text. */
export function closingQuote(text: string, open: number): number {
  for (let index = text.indexOf('"', open + 1); index !== -1; index = text.indexOf('"', index + 1)) {
    let slashes = 0;
    while (text.charCodeAt(index - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return index;
  }
  return text.length;
}

/** Index behind the value that starts there, if the text is JSON. */
export function endOfValue(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = closingQuote(text, at);
    else if (code === OPEN_OBJECT || code === OPEN_LIST) depth++;
    else if (code === CLOSE_OBJECT || code === CLOSE_LIST) depth--;
    else if (code === COMMA && depth === 0) return at;
    // What a bracket closes ends behind it; a plain value ends before the bracket of its holder.
    if (depth < 0) return at;
    if (depth === 0 && (code === CLOSE_OBJECT || code === CLOSE_LIST)) return at + 1;
  }
  return text.length;
}

/** A repeated key shows as one colon more than the parsed value has keys; also false where it is nested too deep. */
export const hasEachKeyOnce = (text: string, value: unknown, depth = 0): boolean =>
  countColons(text) === countKeys(value, depth);

/** Colons outside strings. */
function countColons(text: string): number {
  let count = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === COLON) count++;
    else if (code === QUOTE) index = closingQuote(text, index);
  }
  return count;
}

/** Keys in all objects; -Infinity past the depth bound, so that a scan says where. */
function countKeys(value: unknown, depth: number): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (depth >= MAX_DEPTH) return -Infinity;
  const parts = Array.isArray(value) ? value : Object.values(value);
  let count = Array.isArray(value) ? 0 : parts.length;
  for (const part of parts) count += countKeys(part, depth + 1);
  return count;
}
