/** A recorded request as a curl command for a POSIX shell; nothing in it is ever more than an argument. */
import { textOf } from './base64.ts';

export interface CurlRequest {
  method: string;
  url: string;
  headers: readonly (readonly [string, string])[];
  /** Of the body; undefined for none, or where it was not captured. */
  base64?: string | undefined;
}

/** Made anew by curl for the connection it opens. */
const OWN_FIELDS = new Set([
  'content-length',
  'connection',
  'keep-alive',
  'transfer-encoding',
  'host',
  'te',
  'upgrade',
]);
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** What a command line can hold without harm: a NUL would end the argument. */
const SAFE_TEXT = /^[^\0]*$/;

/** In single quotes nothing is special but the quote itself (POSIX, Shell Command Language 2.2.2). */
export const quoteShell = (text: string): string =>
  /^[A-Za-z0-9_./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

/** One argument a line. A body that is no text is piped in through `base64 -d`. */
export function toCurl({ method, url, headers, base64 }: CurlRequest): string {
  const text = base64 === undefined || base64 === '' ? undefined : decodeText(base64);
  const isPiped = base64 !== undefined && base64 !== '' && text === undefined;
  const lines = [`curl --path-as-is --globoff --url ${quoteShell(url)}`];
  if (method === 'HEAD') lines.push('--head');
  else if (method !== (text !== undefined || isPiped ? 'POST' : 'GET')) lines.push(`--request ${quoteShell(method)}`);
  for (const [name, value] of headers) {
    // A line break would be another field, and a name that begins with @ would be a file.
    if (!TOKEN.test(name) || OWN_FIELDS.has(name.toLowerCase()) || /[\r\n\0]/.test(value)) continue;
    lines.push(`--header ${quoteShell(value === '' ? `${name};` : `${name}: ${value}`)}`);
  }
  const host = headers.find(([name]) => name.toLowerCase() === 'host')?.[1];
  if (host !== undefined && host !== hostOf(url) && !/[\r\n\0]/.test(host))
    lines.push(`--header ${quoteShell(`Host: ${host}`)}`);
  if (text !== undefined) lines.push(`--data-raw ${quoteShell(text)}`);
  if (isPiped) lines.push('--data-binary @-');
  const command = lines.join(' \\\n  ');
  return isPiped ? `printf %s ${quoteShell(base64)} | base64 -d | ${command}` : command;
}

function hostOf(url: string): string | undefined {
  return /^[a-z]+:\/\/([^/?#]*)/i.exec(url)?.[1];
}

/** Undefined for bytes that are not UTF-8, or that no command line can hold. */
function decodeText(base64: string): string | undefined {
  const text = textOf(base64);
  return text !== undefined && SAFE_TEXT.test(text) ? text : undefined;
}
