/** Bytes as base64, to and from text; the same in Node and in a window. */

/** Pieces of a size that a call's arguments can be. */
const PIECE_BYTES = 32_768;

export function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** Undefined for bytes that are not UTF-8. */
export function textOf(base64: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytesOf(base64));
  } catch {
    return undefined; // not text
  }
}

export function base64Of(text: string): string {
  const bytes = new TextEncoder().encode(text);
  let characters = '';
  for (let at = 0; at < bytes.length; at += PIECE_BYTES)
    characters += String.fromCharCode(...bytes.subarray(at, at + PIECE_BYTES));
  return btoa(characters);
}

export const isBase64 = (text: string): boolean => text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);

/** Of the bytes. */
export const lengthOf = (base64: string): number =>
  (base64.length / 4) * 3 - (base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0);
