/** Answers to bytes that are no HTTP request; the connection is closed after them (RFC 9112 section 2.2). */
import type { Duplex } from 'node:stream';
import { describeError, renderError, type PageCode } from './pages.ts';

const BY_CODE = new Map<string, { code: PageCode; message: string }>([
  ['HPE_HEADER_OVERFLOW', { code: 'HEAD_TOO_LARGE', message: 'The header is larger than 64 KiB.' }],
  [
    'HPE_INVALID_TRANSFER_ENCODING',
    { code: 'REQUEST_SMUGGLING', message: 'The Transfer-Encoding of the request is not valid.' },
  ],
  [
    'HPE_INVALID_CONTENT_LENGTH',
    { code: 'REQUEST_SMUGGLING', message: 'The Content-Length of the request is not valid or not alone.' },
  ],
  [
    'HPE_UNEXPECTED_CONTENT_LENGTH',
    { code: 'REQUEST_SMUGGLING', message: 'The request has a Content-Length and a Transfer-Encoding.' },
  ],
  ['ERR_HTTP_REQUEST_TIMEOUT', { code: 'REQUEST_TIMEOUT', message: 'The header did not arrive in time.' }],
]);

export function refuseConnection(error: NodeJS.ErrnoException & { reason?: string }, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const known = BY_CODE.get(error.code ?? '') ?? {
    code: 'REQUEST_MALFORMED' as const,
    message: `The request is not HTTP: ${error.reason ?? error.code ?? 'it cannot be read'}.`,
  };
  const page = describeError(known.code, known.message);
  const { contentType, body } = renderError(page, undefined);
  const head = [
    `HTTP/1.1 ${page.status} ${page.title}`,
    `content-type: ${contentType}`,
    `x-mogoly-error: ${page.code}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
