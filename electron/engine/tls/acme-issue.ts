/** One attempt at a certificate: the account, the order, the next challenge when one cannot prove the names. */
import type { AcmeChallenge, AcmeConfig } from '../../../shared/acme-config.ts';
import type { AcmeReason, ReportAcme } from '../../../shared/acme.ts';
import { problem } from '../../../shared/problem.ts';
import { forgetAccountUrl, openAccount } from './acme-account.ts';
import type { ChallengeAnswers } from './acme-answers.ts';
import { keepCertificate, type KeptCertificate } from './acme-certificate.ts';
import { readAuthorityFile, type Directory } from './acme-directory.ts';
import { createDnsProvider } from './acme-dns/provider.ts';
import { AcmeError } from './acme-error.ts';
import { challengesFor } from './acme-names.ts';
import { runOrder } from './acme-order.ts';
import { askLater, askRenewalTimes } from './acme-renewal.ts';
import { openSession, type Session } from './acme-session.ts';

export interface IssueRequest {
  site: string;
  hosts: string[];
  reason: AcmeReason;
  /** The certificate that is replaced. */
  before: KeptCertificate | undefined;
  signal: AbortSignal;
}

export interface IssueDeps {
  config: AcmeConfig;
  /** Relative paths of the config start here. */
  configFolder: string;
  directory: Directory;
  answers: ChallengeAnswers;
  report: ReportAcme;
  now: () => number;
  /** One at a time, so that no account is registered twice. */
  withAccount: <T>(act: () => Promise<T>) => Promise<T>;
}

/** Rejects with AcmeError, the error of the disk, or the signal's reason. */
export async function issue(request: IssueRequest, deps: IssueDeps): Promise<KeptCertificate> {
  const ca = await readAuthorityFile(deps.config, deps.configFolder);
  return inSession(deps, ca, request.signal, async (session) => {
    try {
      return await tryChallenges(request, deps, session);
    } catch (error) {
      if (!(error instanceof AcmeError) || error.type !== 'accountDoesNotExist') throw error;
      await deps.withAccount(() => forgetAccountUrl(deps.directory.folder, deps.directory.url));
      return tryChallenges(request, deps, session);
    }
  });
}

/** When the authority wants the certificate renewed; undefined when it does not say. */
export async function askAuthority(
  kept: KeptCertificate,
  deps: IssueDeps,
  signal: AbortSignal,
): Promise<KeptCertificate> {
  try {
    const ca = await readAuthorityFile(deps.config, deps.configFolder);
    return await inSession(deps, ca, signal, (session) => withRenewalTimes(kept, session, deps));
  } catch {
    return { ...kept, askAt: askLater(deps.now()) }; // it keeps the time it has
  }
}

async function inSession<T>(
  { directory }: IssueDeps,
  ca: string | undefined,
  signal: AbortSignal,
  act: (session: Session) => Promise<T>,
): Promise<T> {
  const session = openSession({ directory: directory.url, ca, signal });
  try {
    return await act(session);
  } finally {
    session.close();
  }
}

async function tryChallenges(request: IssueRequest, deps: IssueDeps, session: Session): Promise<KeptCertificate> {
  const failures: string[] = [];
  let last: unknown;
  for (const challenge of challengesFor(deps.config, request.before?.challenge)) {
    try {
      return await order(request, challenge, deps, session);
    } catch (error) {
      if (!(error instanceof AcmeError) || !NEXT_MAY_DO.has(error.problem.code)) throw error;
      failures.push(error.problem.message);
      last = error;
    }
  }
  if (failures.length < 2 || !(last instanceof AcmeError)) throw last;
  const { code, fix } = last.problem;
  const all = problem(code, failures.join(' '), fix === undefined ? {} : { fix });
  throw new AcmeError(all, { retryAfterMs: last.retryAfterMs });
}

/** Another challenge may prove what this one could not. */
const NEXT_MAY_DO = new Set(['ACME_CHALLENGE_FAILED', 'ACME_CHALLENGE_NOT_OFFERED']);

async function order(request: IssueRequest, challenge: AcmeChallenge, deps: IssueDeps, session: Session) {
  const { site, hosts, reason, before } = request;
  const { config, directory, answers, report } = deps;
  const { folder, url } = directory;
  const created = (account: string): void => report('acme.accountCreated', { directory: url, url: account });
  const client = await deps.withAccount(() => openAccount({ session, folder, email: config.email, created }));
  report('acme.orderStarted', { site, hosts, directory: url, challenge, reason });
  const dns = config.dns && { provider: createDnsProvider(config.dns, deps.configFolder), config: config.dns };
  const replaces = before?.directory === url ? before.cert : undefined;
  const { cert, key } = await runOrder({ site, session, client, answers, dns, report, hosts, challenge, replaces });
  return withRenewalTimes(keepCertificate({ directory: url, hosts, challenge }, cert, key), session, deps);
}

async function withRenewalTimes(kept: KeptCertificate, session: Session, { now }: IssueDeps): Promise<KeptCertificate> {
  try {
    const times = await askRenewalTimes(session, kept.cert, now());
    const next: KeptCertificate = { ...kept, ...times };
    if (times === undefined) delete next.askAt;
    return next;
  } catch {
    return { ...kept, askAt: askLater(now()) }; // the certificate is good all the same
  }
}
