/** Proves one name to the authority: puts the answer of a challenge in place, has it looked at, and takes it away. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Authorization, Client, Order } from 'acme-client';
import type { AcmeChallenge, AcmeDnsConfig } from '../../../shared/acme-config.ts';
import type { ReportAcme } from '../../../shared/acme.ts';
import { problem } from '../../../shared/problem.ts';
import type { ChallengeAnswers } from './acme-answers.ts';
import type { DnsProvider } from './acme-dns/provider.ts';
import { waitVisible } from './acme-dns/visible.ts';
import { AcmeError, acmeError, problemOf } from './acme-error.ts';
import type { Session } from './acme-session.ts';
import { detailOf } from './acme-transport.ts';

export interface ProofDeps {
  site: string;
  session: Session;
  client: Client;
  answers: ChallengeAnswers;
  dns: { provider: DnsProvider; config: AcmeDnsConfig } | undefined;
  report: ReportAcme;
  /** Takes answers away; called when every name of the order has been looked at, for two may share a record's name. */
  undo: (() => void | Promise<void>)[];
}

/** Between questions: the first, doubled up to the last; the authority's Retry-After comes first. */
const FIRST_POLL_MS = 200;
const LAST_POLL_MS = 5_000;
/** An authority that still thinks after so long is given up. */
const POLL_TIMEOUT_MS = 3 * 60_000;
/** To take a TXT record away, also when the order was aborted. */
const CLEANUP_MS = 5_000;

/** Asks until it is no longer `pending` or `processing`; rejects with AcmeError when that takes too long. */
export async function poll<T extends { status: string }>(session: Session, ask: () => Promise<T>): Promise<T> {
  const deadlineMs = performance.now() + POLL_TIMEOUT_MS;
  for (let waitMs = FIRST_POLL_MS; ; waitMs = Math.min(waitMs * 2, LAST_POLL_MS)) {
    const item = await ask();
    if (item.status !== 'pending' && item.status !== 'processing') return item;
    if (performance.now() >= deadlineMs) break;
    const askedMs = Math.min(session.transport.retryAfterMs() ?? 0, LAST_POLL_MS);
    await sleep(Math.max(waitMs, askedMs), undefined, { signal: session.signal, ref: false });
  }
  throw acmeError('ACME_TIMEOUT', 'The authority did not come to an end in time.', 'Wait for the next attempt.');
}

/** Resolves once the authority has validated the name; rejects with AcmeError. `undo` has grown either way. */
export async function prove(authorization: Authorization, kind: AcmeChallenge, deps: ProofDeps): Promise<void> {
  const { session, client, report, site } = deps;
  const host = `${authorization.wildcard === true ? '*.' : ''}${authorization.identifier.value}`;
  const challenge = authorization.challenges.find(({ type }) => (type as AcmeChallenge) === kind);
  if (challenge === undefined) throw notOffered(kind, host);
  const answer = await client.getChallengeKeyAuthorization(challenge);
  const note = await putAnswer(authorization, kind, { host, token: challenge.token, answer }, deps);
  report('acme.challengeReady', { site, host, challenge: kind, ...(note === undefined ? {} : { note }) });
  await client.completeChallenge(challenge);
  const seen = await poll(session, () => readAuthorization(client, authorization.url));
  if (seen.status !== 'valid') throw invalid(seen, host, kind);
  report('acme.validated', { site, host, challenge: kind });
}

const notOffered = (kind: AcmeChallenge, host: string): AcmeError =>
  acmeError('ACME_CHALLENGE_NOT_OFFERED', `The authority does not offer ${kind} for ${host}.`, 'Set acme.challenge.');

async function readAuthorization(client: Client, url: string): Promise<Authorization> {
  const [found] = await client.getAuthorizations({ authorizations: [url] } as Order);
  return found!;
}

function invalid({ challenges }: Authorization, host: string, kind: AcmeChallenge): AcmeError {
  const error = challenges.find((challenge) => challenge.error !== undefined)?.error as { type?: string } | undefined;
  const cause = problem('ACME_CHALLENGE_FAILED', `${host} was not proved by ${kind}: ${detailOf(error)}.`, {
    fix: FIXES[kind],
  });
  return new AcmeError(cause, { type: (error?.type ?? '').split(':').pop() ?? '' });
}

const FIXES: Record<AcmeChallenge, string> = {
  'http-01': 'The authority must reach port 80 of the name from outside and arrive here; else set acme.dns.',
  'tls-alpn-01': 'The authority must reach port 443 of the name from outside and arrive here; else set acme.dns.',
  'dns-01': 'Check that acme.dns sets the record in the zone that the world sees.',
};

interface Answering {
  host: string;
  token: string;
  answer: string;
}

/** What could not be checked beforehand, if anything. */
async function putAnswer(
  authorization: Authorization,
  kind: AcmeChallenge,
  answering: Answering,
  deps: ProofDeps,
): Promise<string | undefined> {
  const { answers, undo } = deps;
  if (kind === 'dns-01') return putRecord(`_acme-challenge.${authorization.identifier.value}`, answering, deps);
  if (kind === 'http-01') undo.push(answers.putHttp(answering.token, answering.answer));
  else undo.push(await answers.putAlpn(authorization, answering.answer));
  return undefined;
}

async function putRecord(record: string, { host, answer }: Answering, deps: ProofDeps): Promise<string | undefined> {
  const { site, session, dns, report, undo } = deps;
  if (dns === undefined) {
    throw acmeError('ACME_DNS_PROVIDER_MISSING', `dns-01 for ${host} needs a provider.`, 'Set acme.dns.');
  }
  const { provider, config } = dns;
  // Also when it fails: a set that failed may have set it all the same.
  undo.push(() => removeRecord(provider, record, answer, report));
  await provider.set(record, answer, session.signal);
  const seen = await waitVisible(record, answer, {
    resolvers: config.resolvers,
    timeoutMs: config.propagation_timeout,
    signal: session.signal,
    onWait: (servers) => report('acme.dnsWaiting', { site, host, record, servers }),
  });
  return seen === 'visible' ? undefined : 'no name server answered, so the record is not checked';
}

async function removeRecord(provider: DnsProvider, record: string, value: string, report: ReportAcme): Promise<void> {
  try {
    await provider.remove(record, value, AbortSignal.timeout(CLEANUP_MS));
  } catch (error) {
    const { message } = problemOf(error);
    const left = problem('ACME_DNS_LEFTOVER', `The TXT record ${record} could not be taken away: ${message}`, {
      severity: 'warning',
      fix: 'Delete it by hand.',
    });
    report('acme.warned', { problem: left });
  }
}
