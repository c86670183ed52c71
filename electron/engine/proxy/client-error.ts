/** Answers to what is no request; the connection is closed after them (RFC 9112 section 2.2). */
import { describeError, renderError, type PageCode } from './pages.ts';

export function refusalText({ code, message }: { code: PageCode; message: string }): string {
  const page = describeError(code, message);
  const { contentType, body } = renderError(page, undefined);
  const head = [
    `HTTP/1.1 ${page.status} ${page.title}`,
    `content-type: ${contentType}`,
    `x-mogoly-error: ${page.code}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}
