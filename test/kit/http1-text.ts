/** Reads HTTP/1 messages out of raw bytes (latin1 text), for tests that must see what was on the wire. */

export interface WireMessage {
  /** The first line. */
  line: string;
  /** Name and value of each field, as they were sent. */
  fields: [string, string][];
  body: string;
  trailers: string;
  /** False where the end is missing. */
  isWhole: boolean;
  /** All its bytes. */
  raw: string;
}

export const fieldOf = (message: Pick<WireMessage, 'fields'>, name: string): string | undefined =>
  valuesOf(message, name)[0];

export const valuesOf = ({ fields }: Pick<WireMessage, 'fields'>, name: string): string[] =>
  fields.filter(([field]) => field.toLowerCase() === name).map(([, value]) => value);

export const statusOf = ({ line }: Pick<WireMessage, 'line'>): number => Number(line.split(' ')[1]);

type Framing = { kind: 'none' } | { kind: 'length'; length: number } | { kind: 'chunks' } | { kind: 'close' };

/** The first message of the bytes; undefined while its head is not complete. */
function readMessage(text: string, framing: (message: WireMessage) => Framing): WireMessage | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const [line = '', ...rest] = text.slice(0, end).split('\r\n');
  const fields = rest.map((field): [string, string] => {
    const colon = field.indexOf(':');
    return [field.slice(0, colon), field.slice(colon + 1).trim()];
  });
  const message: WireMessage = { line, fields, body: '', trailers: '', isWhole: true, raw: '' };
  const how = framing(message);
  const start = end + 4;
  let used = start;
  if (how.kind === 'close') Object.assign(message, { body: text.slice(start), isWhole: false });
  if (how.kind === 'length') {
    message.body = text.slice(start, start + how.length);
    message.isWhole = message.body.length === how.length;
  }
  if (how.kind === 'length' || how.kind === 'close') used = start + message.body.length;
  if (how.kind === 'chunks') used = readChunks(message, text, start);
  message.raw = text.slice(0, used);
  return message;
}

function readChunks(message: WireMessage, text: string, start: number): number {
  let at = start;
  message.isWhole = false;
  for (;;) {
    const lineEnd = text.indexOf('\r\n', at);
    if (lineEnd === -1) return text.length;
    const size = Number.parseInt(text.slice(at, lineEnd), 16);
    if (Number.isNaN(size)) return text.length;
    const from = lineEnd + 2;
    if (size === 0) {
      const last = text.startsWith('\r\n', from) ? from : text.indexOf('\r\n\r\n', from);
      if (last === -1) return text.length;
      message.isWhole = true;
      message.trailers = text.slice(from, last);
      return last === from ? from + 2 : last + 4;
    }
    message.body += text.slice(from, from + size);
    if (text.length < from + size + 2) return text.length;
    at = from + size + 2;
  }
}

/** By the fields alone, as a plain backend would: chunks before a length. */
function framingOfFields(message: WireMessage): Framing {
  if (/chunked/i.test(valuesOf(message, 'transfer-encoding').join())) return { kind: 'chunks' };
  const length = fieldOf(message, 'content-length');
  return length === undefined ? { kind: 'none' } : { kind: 'length', length: Number(length) };
}

/** The requests that stand in the bytes of one connection; the last may be cut short. */
export function readRequests(text: string): { requests: WireMessage[]; rest: string } {
  const requests: WireMessage[] = [];
  let rest = text;
  for (;;) {
    const message = readMessage(rest, framingOfFields);
    if (message === undefined) return { requests, rest };
    requests.push(message);
    rest = rest.slice(message.raw.length);
    if (!message.isWhole) return { requests, rest };
  }
}

/** The answers that stand in the bytes of one connection; 1xx among them. `methods` are those of the requests, in turn. */
export function readAnswers(text: string, methods: readonly string[] = []): WireMessage[] {
  const answers: WireMessage[] = [];
  let rest = text;
  let finals = 0;
  for (;;) {
    const method = methods[finals] ?? 'GET';
    const message = readMessage(rest, (head) => {
      const status = statusOf(head);
      if (status === 101) return { kind: 'close' };
      if (status < 200 || status === 204 || status === 304 || method === 'HEAD') return { kind: 'none' };
      const framing = framingOfFields(head);
      return framing.kind === 'none' ? { kind: 'close' } : framing;
    });
    if (message === undefined) return answers;
    answers.push(message);
    if (statusOf(message) >= 200) finals++;
    rest = rest.slice(message.raw.length);
    if (!message.isWhole) return answers;
  }
}
