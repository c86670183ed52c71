/** Targets of redirects, as every source writes them, with our placeholders. */
import type { RouteKeys } from './draft.ts';

const STATUSES = [301, 302, 303, 307, 308] as const;
type Status = (typeof STATUSES)[number];

/** Undefined for a status that is no redirect of ours. */
export const redirectStatus = (code: number): Status | undefined => STATUSES.find((status) => status === code);

export const redirectTo = (redirect: string, status: Status): RouteKeys => ({
  redirect,
  ...(status === 308 ? {} : { status }),
});

/** Whether a redirect sends everything to the same place over https. */
export const isToHttps = ({ redirect }: RouteKeys): boolean =>
  /^https:\/\/\{host\}(:\d+)?\{path\}$/.test(redirect ?? '');
