/** The log of a container: the two streams taken apart, from a cursor on, waiting for more where there is none yet. */
import type { ServiceLogLine, ServiceLogs } from '../../../shared/service.ts';
import type { Client } from './docker.ts';

/** A line longer than this is cut; a log is for reading. */
const LINE_LIMIT = 16_384;
/** More lines than this at once are not read by anybody; the oldest go. */
const LINES_LIMIT = 5_000;

export interface LogOptions {
  tail: number;
  /** Of the last answer: only what came after it. */
  cursor?: string | undefined;
  /** How long to wait for a first line where there is none. */
  waitMs: number;
}

export async function readLogs(client: Client, id: string, options: LogOptions): Promise<ServiceLogs> {
  const { cursor } = options;
  const container = client.getContainer(id);
  const since = cursor === undefined ? {} : { since: sinceOf(cursor) };
  const now = await container.logs({
    ...{ stdout: true, stderr: true, timestamps: true, follow: false },
    ...(cursor === undefined ? { tail: options.tail } : since),
  });
  const lines = after(parseLog(now as unknown as Buffer), cursor);
  if (lines.length > 0 || options.waitMs === 0) return answer(lines, cursor);
  const stream = (await container.logs({
    ...{ stdout: true, stderr: true, timestamps: true, follow: true },
    ...(cursor === undefined ? { tail: 0 } : since),
  })) as NodeJS.ReadableStream & { destroy: () => void };
  return answer(await firstLines(stream, cursor, options.waitMs), cursor);
}

const answer = (lines: ServiceLogLine[], cursor: string | undefined): ServiceLogs => ({
  lines: lines.slice(-LINES_LIMIT),
  cursor: lines.at(-1)?.at ?? cursor ?? '',
});

/** Docker takes seconds with a fraction, and gives what is at that moment too. */
export function sinceOf(cursor: string): number {
  const seconds = Math.floor(Date.parse(cursor) / 1_000);
  return Number.isNaN(seconds) ? 0 : seconds;
}

/** Times of one form compare as text. */
const after = (lines: ServiceLogLine[], cursor: string | undefined): ServiceLogLine[] =>
  cursor === undefined || cursor === '' ? lines : lines.filter(({ at }) => at > cursor);

/** Ends with the first lines, the end of the container, or the time. */
function firstLines(
  stream: NodeJS.ReadableStream & { destroy: () => void },
  cursor: string | undefined,
  waitMs: number,
): Promise<ServiceLogLine[]> {
  return new Promise((resolve) => {
    let held = Buffer.alloc(0);
    const end = (): void => {
      clearTimeout(timer);
      resolve(after(parseLog(held), cursor));
      stream.destroy();
    };
    const timer = setTimeout(end, waitMs);
    stream.on('data', (chunk: Buffer) => {
      held = Buffer.concat([held, chunk]);
      if (after(parseLog(held), cursor).length > 0) end();
    });
    stream.on('end', end);
    stream.on('close', end);
    stream.on('error', end);
  });
}

/** Frames of Docker: the stream (1, 2), three zeros, the length, the text; what has no frames is standard output. */
export function parseLog(bytes: Buffer): ServiceLogLine[] {
  const texts = { stdout: '', stderr: '' };
  const lines: ServiceLogLine[] = [];
  const take = (stream: 'stdout' | 'stderr', text: string): void => {
    const parts = (texts[stream] + text).split('\n');
    texts[stream] = parts.pop() ?? '';
    for (const part of parts) lines.push(parseLine(stream, part));
  };
  let at = 0;
  while (at + 8 <= bytes.length) {
    const kind = bytes[at]!;
    if (kind > 2 || bytes[at + 1] !== 0 || bytes[at + 2] !== 0 || bytes[at + 3] !== 0) {
      take('stdout', bytes.toString('utf8', at));
      break;
    }
    const length = bytes.readUInt32BE(at + 4);
    if (at + 8 + length > bytes.length) break;
    take(kind === 2 ? 'stderr' : 'stdout', bytes.toString('utf8', at + 8, at + 8 + length));
    at += 8 + length;
  }
  return lines.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

function parseLine(stream: 'stdout' | 'stderr', line: string): ServiceLogLine {
  const space = line.indexOf(' ');
  const text = line.slice(space + 1).replace(/\r$/, '');
  return { at: space === -1 ? line : line.slice(0, space), stream, text: text.slice(0, LINE_LIMIT) };
}
