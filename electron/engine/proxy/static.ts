/** Serves the files of one folder: what is inside it, nothing hidden, never a listing. */
import { open, realpath, stat } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { contentTypeOf } from './content-type.ts';
import type { PageCode } from './pages.ts';

export interface StaticRequest {
  method: string;
  /** As the client sent it, percent-encoded, with its query; the route's prefix already removed. */
  path: string;
  headers: {
    range?: string | undefined;
    ifRange?: string | undefined;
    ifNoneMatch?: string | undefined;
    ifModifiedSince?: string | undefined;
  };
}

export interface StaticReply {
  status: number;
  /** Flat, as Node writes them. */
  headers: string[];
  /** The body; the caller reads or destroys it. Absent for answers without one. */
  stream?: Readable;
  /** Set when the answer is an error, for its page. */
  code?: PageCode;
}

/** A byte range, both ends included. */
interface ByteRange {
  start: number;
  end: number;
}

const NOT_FOUND: StaticReply = { status: 404, headers: [], code: 'STATIC_NOT_FOUND' };
const MALFORMED: StaticReply = { status: 400, headers: [], code: 'REQUEST_MALFORMED' };
const NOT_ALLOWED: StaticReply = { status: 405, headers: ['Allow', 'GET, HEAD'], code: 'METHOD_NOT_ALLOWED' };

/** What a path that leads nowhere ends in; any other error is thrown. */
const ABSENT = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES', 'EPERM', 'ENAMETOOLONG', 'EISDIR']);

/** Devices that Windows finds in every folder, whatever the extension. */
const DEVICES = new Set([
  'con',
  'prn',
  'aux',
  'nul',
  'conin$',
  'conout$',
  'clock$',
  ...[...'0123456789¹²³'].flatMap((digit) => [`com${digit}`, `lpt${digit}`]),
]);

/**
 * Answers GET and HEAD from `root` with ETag, Last-Modified, 304 and a single byte range (RFC 9110 §13, §14).
 * A path that leaves the root, by dots, escapes or a symbolic link, or that names a dotfile other than `.well-known`,
 * does not exist; one with a broken escape, an escaped slash or a NUL is malformed. A folder is its index.html.
 */
export async function serveStatic(root: string, request: StaticRequest): Promise<StaticReply> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return copyOf(NOT_ALLOWED);
  const { pathname, query } = splitQuery(request.path);
  const segments = readSegments(pathname);
  if (!segments) return copyOf(MALFORMED);
  if (!segments.every(isServed)) return copyOf(NOT_FOUND);
  try {
    return await answer(root, segments, pathname.endsWith('/') || segments.length === 0, query, request);
  } catch (error) {
    if (ABSENT.has((error as NodeJS.ErrnoException).code ?? '')) return copyOf(NOT_FOUND);
    throw error;
  }
}

async function answer(
  root: string,
  segments: string[],
  isFolder: boolean,
  query: string,
  request: StaticRequest,
): Promise<StaticReply> {
  const base = await realpath(root);
  const target = await resolveInside(base, join(base, ...segments));
  if (!target) return copyOf(NOT_FOUND);
  const found = await stat(target);
  if (found.isFile()) return isFolder ? copyOf(NOT_FOUND) : sendFile(target, found, request);
  if (!found.isDirectory()) return copyOf(NOT_FOUND);
  const index = await resolveInside(base, join(target, 'index.html'));
  const indexStat = index === undefined ? undefined : await stat(index);
  if (index === undefined || !indexStat?.isFile()) return copyOf(NOT_FOUND);
  // Relative, since the client's own path may have had a prefix that is not in ours.
  if (!isFolder)
    return {
      status: 308,
      headers: ['Location', `./${encodeURIComponent(segments.at(-1)!)}/${query}`, 'Content-Length', '0'],
    };
  return sendFile(index, indexStat, request);
}

/** The real path, while it and every folder on its way inside the root may be served. */
async function resolveInside(base: string, path: string): Promise<string | undefined> {
  const real = await realpath(path);
  if (real === base) return real;
  const inside = relative(base, real);
  const isInside = real.startsWith(base.endsWith(sep) ? base : base + sep);
  return isInside && inside.split(sep).every(isServed) ? real : undefined;
}

async function sendFile(path: string, found: Stats, request: StaticRequest): Promise<StaticReply> {
  const tag = `"${found.size.toString(16)}-${Math.floor(found.mtimeMs).toString(16)}"`;
  const modified = found.mtime.toUTCString();
  const headers = ['ETag', tag, 'Last-Modified', modified, 'Cache-Control', 'no-cache'];
  if (isUnchanged(request.headers, tag, found.mtimeMs)) return { status: 304, headers };
  const wanted = matchesIfRange(request.headers.ifRange, tag, modified)
    ? readRange(request.headers.range, found.size)
    : undefined;
  if (wanted === 'unsatisfiable')
    return { status: 416, headers: ['Content-Range', `bytes */${found.size}`, 'Content-Length', '0'] };
  const { start, end } = wanted ?? { start: 0, end: found.size - 1 };
  headers.push('Content-Type', contentTypeOf(extname(path)), 'X-Content-Type-Options', 'nosniff');
  headers.push('Accept-Ranges', 'bytes', 'Content-Length', String(end - start + 1));
  if (wanted) headers.push('Content-Range', `bytes ${start}-${end}/${found.size}`);
  const reply: StaticReply = { status: wanted ? 206 : 200, headers };
  if (request.method === 'HEAD' || end < start) return reply;
  const file = await open(path, 'r');
  return { ...reply, stream: file.createReadStream({ start, end }) };
}

/** If-None-Match decides alone where it is sent (RFC 9110 §13.2.2); dates count in whole seconds. */
function isUnchanged(headers: StaticRequest['headers'], tag: string, mtimeMs: number): boolean {
  if (headers.ifNoneMatch !== undefined) {
    return headers.ifNoneMatch.split(',').some((each) => each.trim() === '*' || stripWeak(each.trim()) === tag);
  }
  const since = headers.ifModifiedSince === undefined ? Number.NaN : Date.parse(headers.ifModifiedSince);
  return Math.floor(mtimeMs / 1_000) * 1_000 <= since;
}

const stripWeak = (tag: string): string => (tag.startsWith('W/') ? tag.slice(2) : tag);

const matchesIfRange = (ifRange: string | undefined, tag: string, modified: string): boolean =>
  ifRange === undefined || ifRange === tag || ifRange === modified;

/** Undefined for no range, several ranges, or one that is not understood: the whole file is sent (RFC 9110 §14.2). */
function readRange(header: string | undefined, size: number): ByteRange | 'unsatisfiable' | undefined {
  const parts = /^bytes=[ \t]*(\d{0,15})-(\d{0,15})[ \t]*$/i.exec(header ?? '');
  if (!parts) return undefined;
  const [, first = '', last = ''] = parts;
  if (first === '') {
    if (last === '') return undefined;
    const length = Number(last);
    return length === 0 || size === 0 ? 'unsatisfiable' : { start: Math.max(0, size - length), end: size - 1 };
  }
  const start = Number(first);
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== '' && Number(last) < start) return undefined;
  return start >= size ? 'unsatisfiable' : { start, end };
}

function splitQuery(path: string): { pathname: string; query: string } {
  const bare = path.split('#', 1)[0]!;
  const at = bare.indexOf('?');
  return at < 0 ? { pathname: bare, query: '' } : { pathname: bare.slice(0, at), query: bare.slice(at) };
}

/** The decoded names on the way; undefined when one is not a name. */
function readSegments(pathname: string): string[] | undefined {
  const segments: string[] = [];
  for (const raw of pathname.split('/')) {
    if (raw === '') continue;
    const name = decode(raw);
    if (name === undefined || /[/\\\p{Cc}]/u.test(name)) return undefined;
    segments.push(name);
  }
  return segments;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined; // The escape is broken; the caller answers 400.
  }
}

/** Whether a name may be opened: not hidden, not `.` or `..`, and not one that Windows reads as something else. */
function isServed(name: string): boolean {
  if (name.startsWith('.') && name !== '.well-known') return false;
  if (process.platform === 'win32' && (/[.: ]$/.test(name) || name.includes(':') || name.includes('~'))) return false;
  return !DEVICES.has(name.split('.', 1)[0]!.trimEnd().toLowerCase());
}

const copyOf = (reply: StaticReply): StaticReply => ({ ...reply, headers: [...reply.headers] });
