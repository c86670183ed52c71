/** The answers Mogoly gives itself: a page for a browser, JSON where that is accepted, else one line of text. */

/** What every code means: its status, a title, and what mends it. Codes are stable; clients may rely on them. */
export const ERROR_PAGES = {
  HOST_UNKNOWN: {
    status: 404,
    title: 'No site has this host',
    fix: 'Open one of the hosts listed here, or add this one to a site in Mogoly.',
  },
  HOST_INVALID: {
    status: 400,
    title: 'The Host header is not a host name',
    fix: 'Send exactly one Host header with a valid name.',
  },
  POOL_EMPTY: {
    status: 503,
    title: 'No backend is available',
    fix: 'Start one of the backends listed here; it is used again as soon as it answers.',
  },
  POOL_BUSY: {
    status: 503,
    title: 'Every backend is busy',
    fix: 'Try again in a moment, or raise max_connections of a backend.',
  },
  BACKEND_REFUSED: {
    status: 502,
    title: 'The backend refused the connection',
    fix: 'Start the dev server, or correct its port in the pool.',
  },
  BACKEND_RESET: {
    status: 502,
    title: 'The backend closed the connection',
    fix: 'Look at the log of the dev server: it ended before it answered.',
  },
  BACKEND_TIMEOUT: {
    status: 504,
    title: 'The backend did not answer in time',
    fix: 'Look at what the dev server is waiting for, or raise response_timeout.',
  },
  BACKEND_GARBAGE: {
    status: 502,
    title: 'The backend did not answer in HTTP',
    fix: 'Check that the port belongs to a web server, and that http or https is right in its url.',
  },
  BACKEND_TLS: {
    status: 502,
    title: 'The TLS connection to the backend failed',
    fix: 'Check the certificate of the backend, or use http:// in its url.',
  },
  BACKEND_NOT_FOUND: {
    status: 502,
    title: 'The name of the backend is not known',
    fix: 'Correct the host in the url of the backend.',
  },
  LOOP_DETECTED: {
    status: 508,
    title: 'This request came back to Mogoly',
    fix: 'Point the backend at the dev server itself, not at an address of Mogoly.',
  },
  REQUEST_MALFORMED: {
    status: 400,
    title: 'The request is malformed',
    fix: 'Correct that in the program that sent the request.',
  },
  REQUEST_SMUGGLING: {
    status: 400,
    title: 'The length of the request is ambiguous',
    fix: 'Send one Content-Length or one Transfer-Encoding: chunked, never both.',
  },
  VERSION_UNKNOWN: {
    status: 505,
    title: 'This version of HTTP is not spoken here',
    fix: 'Ask in HTTP/1.1, or in HTTP/2 over TLS.',
  },
  HEAD_TOO_LARGE: {
    status: 431,
    title: 'The header of the request is too large',
    fix: 'Clear the cookies of this host, or send fewer headers.',
  },
  REQUEST_TIMEOUT: {
    status: 408,
    title: 'The request took too long to arrive',
    fix: 'Send the whole request without a pause.',
  },
  SITE_DISABLED: {
    status: 503,
    title: 'This site is disabled',
    fix: 'Enable the site in Mogoly, or take disabled: true out of the config.',
  },
  STATIC_NOT_FOUND: {
    status: 404,
    title: 'No such file',
    fix: 'Check the path, or build the files that this route serves.',
  },
  METHOD_NOT_ALLOWED: {
    status: 405,
    title: 'This method is not allowed here',
    fix: 'Use one of the methods in the Allow header.',
  },
  METHOD_REFUSED: {
    status: 405,
    title: 'This method is not served',
    fix: 'Ask Mogoly for its sites alone.',
  },
  EXPECTATION_UNKNOWN: {
    status: 417,
    title: 'This expectation is unknown',
    fix: 'Send no Expect header, or 100-continue.',
  },
  TLS_REQUIRED: { status: 400, title: 'This port is for https', fix: 'Use https:// in the address.' },
  UPGRADE_REFUSED: {
    status: 502,
    title: 'The backend refused the WebSocket',
    fix: 'Check that the dev server accepts WebSockets on this path.',
  },
  INTERNAL: {
    status: 500,
    title: 'Mogoly failed to handle this request',
    fix: 'Look at the log of Mogoly, and report what it says.',
  },
} as const satisfies Record<string, { status: number; title: string; fix: string }>;

export type PageCode = keyof typeof ERROR_PAGES;

export interface Detail {
  label: string;
  text: string;
  /** Where a browser opens it. */
  url?: string;
}

export interface ErrorPage {
  status: number;
  code: string;
  title: string;
  /** One sentence: what happened. */
  message: string;
  /** One sentence in the imperative: what mends it. */
  fix: string;
  /** As each backend and its last failure, or the hosts there are. */
  details?: readonly Detail[];
  host?: string;
  requestId?: string;
}

/** The page of a code; what is given in `rest` goes before the catalogue's own words. */
export function describeError(
  code: PageCode,
  message: string,
  rest: Partial<Omit<ErrorPage, 'code' | 'message'>> = {},
): ErrorPage {
  return { ...ERROR_PAGES[code], ...rest, code, message };
}

/** The page in the form that the `Accept` header asks for (RFC 9110 §12.5.1). */
export function renderError(page: ErrorPage, accept: string | undefined): { contentType: string; body: string } {
  const form = chooseForm(accept);
  if (form === 'html') return { contentType: 'text/html; charset=utf-8', body: renderHtml(page) };
  if (form === 'json') return { contentType: 'application/json; charset=utf-8', body: renderJson(page) };
  return { contentType: 'text/plain; charset=utf-8', body: renderText(page) };
}

type Form = 'html' | 'json' | 'text';

/** The highest q wins, a range that names a type goes before a wildcard, then the first named. */
function chooseForm(accept: string | undefined): Form {
  let best: { form: Form; quality: number; isExact: boolean } | undefined;
  for (const range of (accept ?? '').split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const form = formOf(type);
    const quality = readQuality(parameters);
    if (!form || quality === 0) continue;
    const isExact = !type.endsWith('/*');
    if (!best || quality > best.quality || (quality === best.quality && isExact && !best.isExact))
      best = { form, quality, isExact };
  }
  return best?.form ?? 'text';
}

function formOf(type: string): Form | undefined {
  if (type === 'text/html' || type === 'application/xhtml+xml') return 'html';
  if (type === 'application/json' || type === 'application/*' || type.endsWith('+json')) return 'json';
  return type === 'text/plain' || type === 'text/*' || type === '*/*' ? 'text' : undefined;
}

function readQuality(parameters: readonly string[]): number {
  const written = parameters.find((parameter) => parameter.startsWith('q='));
  if (written === undefined) return 1;
  const quality = Number(written.slice(2));
  return quality >= 0 && quality <= 1 ? quality : 0;
}

function renderJson({ code, status, message, fix, details, host, requestId }: ErrorPage): string {
  return `${JSON.stringify({ error: { code, status, message, fix, details: details ?? [], host, requestId } })}\n`;
}

/** One line, whatever the parts hold. */
function renderText({ code, message, fix, details }: ErrorPage): string {
  const list = details?.length
    ? ` (${details.map(({ label, text }) => (text ? `${label}: ${text}` : label)).join('; ')})`
    : '';
  return `${`${code}: ${message}${list} ${fix}`.replace(/[\s\p{Cc}]+/gu, ' ').trim()}\n`;
}

const ESCAPES = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
]);
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => ESCAPES.get(character)!);

/** A site named as its host is said once. */
const said = (text: string, label: string): string => (text === label ? '' : `<span>${escapeHtml(text)}</span>`);

function linked(label: string, url: string | undefined): string {
  const code = `<code>${escapeHtml(label)}</code>`;
  return url === undefined ? code : `<a href="${escapeHtml(url)}">${code}</a>`;
}

/** No script and nothing from outside, so that a page under any policy shows it. */
function renderHtml(page: ErrorPage): string {
  const rows = (page.details ?? [])
    .map(({ label, text, url }) => `<li>${linked(label, url)}${said(text, label)}</li>`)
    .join('');
  const meta = [page.host, page.requestId && `request ${page.requestId}`].filter(
    (part) => part !== undefined && part !== '',
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${page.status} ${escapeHtml(page.title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<p class="code"><span class="mark" aria-hidden="true"></span>${page.status} <code>${escapeHtml(page.code)}</code></p>
<h1>${escapeHtml(page.title)}</h1>
<p class="message">${escapeHtml(page.message)}</p>
<p class="fix"><strong>What to do</strong>${escapeHtml(page.fix)}</p>
${rows ? `<ul>${rows}</ul>` : ''}
<footer><span>Mogoly</span>${meta.map((part) => `<span>${escapeHtml(part!)}</span>`).join('')}</footer>
</main>
</body>
</html>
`;
}

/** Down is a square, as everywhere in Mogoly; sizes and greys are those of the window. */
const STYLE = `
:root{color-scheme:light dark;--ground:#f6f7f8;--surface:#fff;--text:#1a1d21;--muted:#5c6470;--line:#e1e4e8;--down:#c2362b;--accent:#2f5fd0;--accent-soft:#eef3fe}
@media (prefers-color-scheme:dark){:root{--ground:#131518;--surface:#1a1d21;--text:#e8eaed;--muted:#9aa3af;--line:#2b3036;--down:#f0685c;--accent:#86a8ff;--accent-soft:#1d2637}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:24px;background:var(--ground);color:var(--text);font:15px/1.55 Inter,system-ui,-apple-system,"Segoe UI",sans-serif;font-variant-numeric:tabular-nums}
main{width:100%;max-width:640px;padding:32px;background:var(--surface);border:1px solid var(--line);border-radius:8px}
p{margin:0}
code{font:12px/1.5 "JetBrains Mono",ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
.code{display:flex;align-items:center;gap:8px;color:var(--muted);font-size:13px}
.mark{width:8px;height:8px;background:var(--down)}
h1{margin:12px 0 8px;font-size:20px;line-height:1.3;font-weight:600}
.message{color:var(--muted);overflow-wrap:anywhere}
ul{list-style:none;margin:20px -4px 0;padding:0 4px;border-top:1px solid var(--line);max-height:320px;overflow:auto}
li{display:flex;flex-wrap:wrap;gap:4px 16px;justify-content:space-between;padding:8px 0;border-bottom:1px solid var(--line);font-size:13px}
a{color:var(--accent);text-underline-offset:2px}
a:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:2px}
li span{color:var(--muted);overflow-wrap:anywhere}
.fix{margin-top:20px;padding:12px 16px;background:var(--accent-soft);border-left:2px solid var(--accent);border-radius:4px}
.fix strong{display:block;margin-bottom:2px;color:var(--accent);font-size:12px;font-weight:600}
footer{display:flex;flex-wrap:wrap;gap:4px 16px;margin-top:24px;color:var(--muted);font-size:12px}
`;
