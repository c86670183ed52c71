/** Speaks to a control socket as no well-behaved client would. */
import { request } from 'node:http';
import type { OutgoingHttpHeaders } from 'node:http';

export interface ControlReply {
  status: number;
  body: string;
  json: { ok?: boolean; value?: unknown; problems?: { code: string; message: string; path?: unknown[] }[] };
}

export interface ControlRequest {
  method?: string;
  headers?: OutgoingHttpHeaders;
  body?: string | Buffer;
}

/** One request on a Unix socket; `json` is empty when the body is not JSON. */
export function askSocket(
  socketPath: string,
  path: string,
  { method = 'POST', headers = {}, body = '' }: ControlRequest = {},
): Promise<ControlReply> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, path, method, headers: { host: 'localhost', ...headers }, agent: false });
    sent.on('error', reject);
    sent.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          body: text,
          json: text.startsWith('{') ? (JSON.parse(text) as ControlReply['json']) : {},
        }),
      );
    });
    sent.end(body);
  });
}
