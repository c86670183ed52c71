/** The one-line answers of the middlewares. */
import type { LocalReply } from '../generation.ts';

/** `CODE: text` as plain text that no cache keeps; the text says what happened and what to do. */
export function plainReply(
  status: number,
  code: string,
  text: string,
  headers: Record<string, string> = {},
): LocalReply {
  return {
    status,
    headers: { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store', ...headers },
    body: `${code}: ${text}\n`,
  };
}
