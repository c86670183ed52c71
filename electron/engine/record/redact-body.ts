/** Takes credentials out of a captured body: JSON and form fields with the name of one. */
import { isSecretName, REDACTED, redactUrl } from './redact.ts';

/** Secret in a query, but everyday fields of an API's answers. */
const EVERYDAY = new Set(['code', 'key', 'session', 'auth', 'sig']);
/** `"name": "text"` or `"name": 12`, also where the text is cut off. */
const JSON_FIELD = /"((?:[^"\\]|\\.)*)"(\s*:\s*)("(?:[^"\\]|\\.)*"?|-?\d[\d.eE+-]*)/g;

/** Bytes that are no text stay as they are. */
export function redactBody(bytes: Buffer, contentType: string): Buffer {
  const type = contentType.toLowerCase();
  if (/[/+]json\b/.test(type)) return redactText(bytes, redactJson);
  if (type.startsWith('application/x-www-form-urlencoded')) return redactText(bytes, redactForm);
  return bytes;
}

/** A WebSocket says of no message what it is: what looks like JSON is read as that. */
export function redactMessage(bytes: Buffer): Buffer {
  const first = bytes[0];
  return first === 0x7b || first === 0x5b ? redactText(bytes, redactJson) : bytes;
}

/** Character by byte, so that what is not redacted keeps its bytes. */
function redactText(bytes: Buffer, redact: (text: string) => string): Buffer {
  const text = bytes.toString('latin1');
  const redacted = redact(text);
  return redacted === text ? bytes : Buffer.from(redacted, 'latin1');
}

const redactJson = (text: string): string =>
  text.replace(JSON_FIELD, (whole, name: string, colon: string) =>
    isSecretField(name) ? `"${name}"${colon}"${REDACTED}"` : whole,
  );

const redactForm = (text: string): string => redactUrl(`?${text}`).slice(1);

const isSecretField = (name: string): boolean => !EVERYDAY.has(name.toLowerCase()) && isSecretName(name);
