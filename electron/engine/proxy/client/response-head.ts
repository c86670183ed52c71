/** Writes the head of an HTTP/1 response (RFC 9112 section 4). */
import { STATUS_CODES } from 'node:http';
import { INVALID, responseFieldKind } from '../transport/response-fields.ts';

/** What may not stand in a field: anything that ends a line, and what is no character of HTTP (RFC 9110 section 5.5). */
const UNSAFE = /[^\t\x20-\x7e\x80-\xff]/;

let dateSecond = 0;
let dateText = '';

/** As of this second: making it anew for each response would cost more than all of its other fields. */
export function date(): string {
  const second = Math.floor(Date.now() / 1_000);
  if (second !== dateSecond) {
    dateSecond = second;
    dateText = new Date(second * 1_000).toUTCString();
  }
  return dateText;
}

const DATE = /^date$/i;

/**
 * Status line and fields, without the empty line; a Date where there is none. Throws ERR_INVALID_CHAR for what would be
 * more than its own field.
 */
export function writeResponseHead(status: number, statusText: string, headers: readonly string[]): string {
  let head = `HTTP/1.1 ${status} ${statusText === '' ? (STATUS_CODES[status] ?? '') : statusText}\r\n`;
  if (UNSAFE.test(statusText)) throw unsafe('the reason');
  let hasDate = false;
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!;
    const value = headers[i + 1]!;
    if (responseFieldKind(name) === INVALID || UNSAFE.test(value)) throw unsafe(name);
    if (name.length === 4 && DATE.test(name)) hasDate = true;
    head += `${name}: ${value}\r\n`;
  }
  return hasDate ? head : `${head}date: ${date()}\r\n`;
}

const unsafe = (what: string): Error =>
  Object.assign(new TypeError(`${what} of the answer has characters that are not HTTP`), { code: 'ERR_INVALID_CHAR' });
