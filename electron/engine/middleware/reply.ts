/** The refusals of the middlewares, in the form that the proxy shows its own errors in. */
import type { LocalReply, Refusal } from '../generation.ts';

type Said = Pick<Refusal, 'title' | 'fix'> & { headers?: Record<string, string> };

/** `message` is one sentence: what happened; `fix` what the client, or the owner of the site, does about it. */
export const refuse = (status: number, code: string, message: string, { title, fix, headers }: Said): LocalReply => ({
  status,
  refusal: { code, title, message, fix },
  ...(headers === undefined ? {} : { headers }),
});
