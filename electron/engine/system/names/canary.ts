/** Asks the operating system's own resolver for a name that only our DNS can know. */
import { randomBytes } from 'node:crypto';
import { lookup as systemLookup } from 'node:dns/promises';
import type { NamesCheck } from '../../../../shared/system-names.ts';

/** A resolver that asks several dead servers in turn takes longer; then it does not reach us anyway. */
const LOOKUP_MS = 6_000;

export interface CanaryDeps {
  /** Rejects as `dns.lookup` does; getaddrinfo unless told. */
  lookup?: (name: string) => Promise<string[]>;
  /** Whether our DNS was asked for the name since then (milliseconds since 1970); without it, the answers are compared with ours. */
  sawQuery?: (name: string, since: number) => boolean;
  /** What our DNS answers with. */
  addresses: readonly string[];
}

const getAddresses = async (name: string): Promise<string[]> =>
  (await systemLookup(name, { all: true, verbatim: true })).map(({ address }) => address);

/** A label that no site has and no cache knows, in the zone. */
export const canaryName = (zone: string): string => `mogoly-${randomBytes(6).toString('hex')}.${zone}`;

/** `name` is asked as it is; canaryName() makes a good one. */
export async function askSystem(
  name: string,
  { lookup = getAddresses, sawQuery, addresses: ours }: CanaryDeps,
): Promise<NamesCheck> {
  const since = Date.now();
  const answer = await within(lookup(name), LOOKUP_MS);
  const addresses = Array.isArray(answer) ? answer : [];
  const isOurs = addresses.length > 0 && addresses.every((address) => ours.includes(address));
  const reachedUs = sawQuery?.(name, since) ?? isOurs;
  return { name, reachedUs, addresses, message: messageOf(name, reachedUs, isOurs, answer) };
}

function messageOf(name: string, reachedUs: boolean, isOurs: boolean, answer: string[] | string): string {
  const told = Array.isArray(answer) ? `the system answers ${answer.join(', ')}` : answer;
  if (!reachedUs) return `"${name}" did not come to our DNS: ${told}.`;
  return isOurs
    ? `The system asks our DNS for "${name}" and has its answer.`
    : `The system asked our DNS for "${name}", but goes by another answer: ${told}.`;
}

/** The addresses, or the end of a sentence that says why there are none. */
async function within(asked: Promise<string[]>, ms: number): Promise<string[] | string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`the system has no answer after ${ms / 1_000} s`), ms);
  });
  const failed = (error: unknown): string =>
    `the system says ${error instanceof Error && 'code' in error ? String(error.code) : String(error)}`;
  try {
    return await Promise.race([asked.catch(failed), late]);
  } finally {
    clearTimeout(timer);
  }
}
