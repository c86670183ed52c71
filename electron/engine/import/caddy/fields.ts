/** Header changes of a Caddyfile as our `headers` middleware. */
import { isFieldName, isFieldValue } from '../../../../shared/http-field.ts';
import type { MiddlewareFile } from '../draft.ts';
import type { Notes } from '../notes.ts';
import type { Directive } from './parse.ts';

export interface Fields {
  remove: string[];
  set: Record<string, string>;
  add: Record<string, string>;
}

export const noFields = (): Fields => ({ remove: [], set: {}, add: {} });

/** Told to every backend anyway. */
const FORWARDED = /^x-forwarded-(for|host|proto|port)$/i;
/** Ours decides about them. */
const FRAMING = /^(connection|content-length|keep-alive|proxy-connection|te|trailer|transfer-encoding|upgrade|host)$/i;

/** `header_up NAME value`, `header -NAME`, `header +NAME value`, `header ?NAME value`. */
export function collectField(
  { name: directive, args, at }: Directive,
  fields: Fields,
  side: 'request' | 'response',
  notes: Notes,
): void {
  const [field = '', value, third] = args.map(({ text }) => text);
  const sign = /^[-+?>]/.exec(field)?.[0] ?? '';
  const name = field.slice(sign.length).replace(/:$/, '');
  if (side === 'request' && FORWARDED.test(name)) return;
  if (/^x-real-ip$/i.test(name) && side === 'request')
    return notes.once('x-real-ip', () =>
      notes.leftOut(at, 'X-Real-IP', 'Read X-Forwarded-For in the backend; it always is sent.'),
    );
  const isPlain = isFieldName(name) && !FRAMING.test(name) && third === undefined;
  if (isPlain && sign === '-') fields.remove.push(name);
  else if (isPlain && value !== undefined && isFieldValue(value) && !value.includes('{') && sign !== '?')
    (sign === '+' ? fields.add : fields.set)[name] = value;
  else if (!FRAMING.test(name))
    notes.leftOut(
      at,
      `"${[directive, field, value, third].filter((text) => text !== undefined).join(' ')}"`,
      'The headers middleware sets, adds and removes whole headers with fixed values.',
    );
}

export function headersMiddleware(request: Fields, response: Fields): MiddlewareFile[] {
  const sides = { request: tidy(request), response: tidy(response) };
  const config = Object.fromEntries(Object.entries(sides).filter(([, side]) => Object.keys(side).length > 0));
  return Object.keys(config).length === 0 ? [] : [{ name: 'headers', config }];
}

const tidy = ({ remove, set, add }: Fields): Record<string, unknown> => ({
  ...(remove.length > 0 ? { remove } : {}),
  ...(Object.keys(set).length > 0 ? { set } : {}),
  ...(Object.keys(add).length > 0 ? { add } : {}),
});
