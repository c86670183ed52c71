/** What nginx hands down from http to server to location, and what of it is a middleware of ours. */
import { isFieldName, isFieldValue } from '../../../../shared/http-field.ts';
import { isValidCidr } from '../../../../shared/cidr.ts';
import type { MiddlewareFile } from '../draft.ts';
import type { Notes } from '../notes.ts';
import { seconds } from '../pool.ts';
import type { Directive } from './parse.ts';

export interface Context {
  root: string | undefined;
  /** A level that has any of its own takes none from above. */
  setHeaders: readonly Directive[];
  addHeaders: readonly Directive[];
  access: readonly Directive[];
  readTimeout: string | undefined;
  gzip: boolean;
}

export const NOTHING: Context = {
  root: undefined,
  setHeaders: [],
  addHeaders: [],
  access: [],
  readTimeout: undefined,
  gzip: false,
};

export function inherit(outer: Context, body: readonly Directive[]): Context {
  const all = (...names: string[]): Directive[] => body.filter(({ name }) => names.includes(name));
  const last = (name: string): string | undefined => all(name).at(-1)?.args[0];
  const or = (own: Directive[], above: readonly Directive[]): readonly Directive[] => (own.length > 0 ? own : above);
  const timeout = last('proxy_read_timeout');
  const gzip = last('gzip');
  return {
    root: last('root') ?? outer.root,
    setHeaders: or(all('proxy_set_header', 'grpc_set_header'), outer.setHeaders),
    addHeaders: or(all('add_header'), outer.addHeaders),
    access: or(all('allow', 'deny'), outer.access),
    readTimeout: timeout === undefined ? outer.readTimeout : seconds(timeout),
    gzip: gzip === undefined ? outer.gzip : gzip === 'on',
  };
}

/** Told to every backend anyway, or decided by ours. */
const FORWARDED = /^(x-forwarded-(for|host|proto|port|scheme|server|ssl)|upgrade|connection|host|accept-encoding)$/i;

/** In the order in which they stand around the backend. */
export function middlewaresOf(context: Context, notes: Notes): MiddlewareFile[] {
  const access = readAccess(context.access);
  return [
    ...(access === undefined || access === 'unsaid' ? [] : [access]),
    ...headersOf(context, notes),
    ...compressOf(context),
  ];
}

const compressOf = ({ gzip }: Context): MiddlewareFile[] =>
  gzip ? [{ name: 'compress', config: { encodings: ['gzip'] } }] : [];

function headersOf({ setHeaders, addHeaders }: Context, notes: Notes): MiddlewareFile[] {
  const request: { set: Record<string, string>; remove: string[] } = { set: {}, remove: [] };
  const add: Record<string, string> = {};
  for (const { name, args, at } of [...setHeaders, ...addHeaders]) {
    const [field = '', value = ''] = args;
    const isRequest = name !== 'add_header';
    if (isRequest && FORWARDED.test(field)) continue;
    if (isRequest && /^x-real-ip$/i.test(field))
      notes.once('x-real-ip', () =>
        notes.leftOut(at, 'X-Real-IP', 'Read X-Forwarded-For in the backend; it always is sent.'),
      );
    else if (!isFieldName(field) || !isFieldValue(value) || value.includes('$'))
      notes.once(`${at.file}:${at.line}:${at.column}`, () =>
        notes.leftOut(
          at,
          `"${[name, ...args].join(' ')}"`,
          'The headers middleware sets, adds and removes headers with fixed values.',
        ),
      );
    else if (!isRequest) add[field] = value;
    else if (value === '') request.remove.push(field);
    else request.set[field] = value;
  }
  const { set, remove } = request;
  const changes = {
    ...(remove.length > 0 ? { remove } : {}),
    ...(Object.keys(set).length > 0 ? { set } : {}),
  };
  const config = {
    ...(Object.keys(changes).length > 0 ? { request: changes } : {}),
    ...(Object.keys(add).length > 0 ? { response: { add } } : {}),
  };
  return Object.keys(config).length === 0 ? [] : [{ name: 'headers', config }];
}

/**
 * `allow …; deny all;` and `deny …;`. The first rule that fits decides in nginx, so a list that mixes both is not said
 * here: that is `unsaid`.
 */
export function readAccess(access: readonly Directive[]): MiddlewareFile | 'unsaid' | undefined {
  const last = access.at(-1);
  const isClosed = last?.name === 'deny' && last.args[0] === 'all';
  const rules = access.filter(({ args }) => args[0] !== 'all');
  if (rules.length === 0) return isClosed ? 'unsaid' : undefined;
  const name = isClosed ? 'allow' : 'deny';
  const addresses = rules.map(({ args }) => args[0] ?? '');
  const isSimple = rules.every((rule) => rule.name === name) && addresses.every(isValidCidr);
  return isSimple ? { name: 'ip_filter', config: { [name]: addresses } } : 'unsaid';
}
