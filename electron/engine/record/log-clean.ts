/** Makes log text safe: no credentials, no control characters, no endless lines. */
import type { LogEntry } from '../../../shared/state.ts';
import { isSecretName, REDACTED, redactText } from './redact.ts';

export type LogFields = NonNullable<LogEntry['fields']>;

/** Of one message or field, in characters; a runaway custom middleware shall not fill the disk with a line. */
const TEXT_LIMIT = 8_192;

/** Control characters would move the cursor or forge a line; the Unicode line breaks and direction marks too. */
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

export function cleanText(text: string): string {
  const short = text.length > TEXT_LIMIT ? `${text.slice(0, TEXT_LIMIT)}… (${text.length} characters)` : text;
  return redactText(short).replace(UNSAFE, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

export function cleanFields(fields: LogFields): LogFields {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, cleanField(name, value)]));
}

function cleanField(name: string, value: LogFields[string]): LogFields[string] {
  if (isSecretField(name) && value !== null && value !== '') return REDACTED;
  return typeof value === 'string' ? cleanText(value) : value;
}

/** In a log `code` is the code of a problem, not the one of OAuth. */
const isSecretField = (name: string): boolean => name !== 'code' && isSecretName(name);
