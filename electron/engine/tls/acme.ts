/** Public certificates by ACME (RFC 8555): the door of this part, with what the listeners and the contexts ask of it. */
import type { SecureContext } from 'node:tls';
import type { AcmeConfig } from '../../../shared/acme-config.ts';
import type { AcmeState, ReportAcme } from '../../../shared/acme.ts';
import { normaliseHost } from '../../../shared/host.ts';
import type { Result } from '../../../shared/problem.ts';
import { createChallengeAnswers } from './acme-answers.ts';
import { problemOf } from './acme-error.ts';
import { openGround, type Ground } from './acme-ground.ts';
import { planNames, type AcmeSite, type NamePlan } from './acme-names.ts';
import { AcmeOrders } from './acme-orders.ts';

export type { AcmeSite } from './acme-names.ts';

export interface AcmeDeps {
  /** `<home>/acme`; made when it is needed. */
  folder: string;
  /** Relative paths of the config (`ca_file`, the command of `dns`) start here. */
  configFolder: string;
  /** Milliseconds since 1970. */
  now: () => number;
  report: ReportAcme;
  /** The config's `acme`; undefined stands for Let's Encrypt without an email address. */
  settings: () => AcmeConfig | undefined;
  /** The sites with `tls: acme`. */
  hosts: () => readonly AcmeSite[];
}

export interface Acme {
  /** Body for GET `/.well-known/acme-challenge/<token>` on the http listener; undefined for a token of no order. */
  httpChallenge: (token: string) => string | undefined;
  /** For a ClientHello whose only ALPN protocol is `acme-tls/1` (RFC 8737); undefined: refuse the handshake. */
  alpnContextFor: (serverName: string) => SecureContext | undefined;
  /** PEM of the chain and its key, not expired; undefined while there is none. `notAfter` in ms since 1970. */
  certificateFor: (host: string) => { cert: string; key: string; notAfter: number } | undefined;
  /** After each apply: reads what is kept, then begins the orders that are due. Never rejects. */
  adopt: () => Promise<void>;
  /** After wake, a clock jump or a network change. */
  refresh: () => void;
  /** Orders anew for the site of the host; resolves when the order is over. */
  renew: (host: string) => Promise<Result<AcmeState>>;
  list: () => AcmeState[];
  /** Aborts orders and takes their answers away; resolves within seconds. */
  close: () => Promise<void>;
}

const DEFAULT_SETTINGS: AcmeConfig = { directory: 'letsencrypt' };

export function createAcme(deps: AcmeDeps): Acme {
  const answers = createChallengeAnswers();
  const { configFolder, now, report } = deps;
  const orders = new AcmeOrders({ configFolder, now, report, answers, withAccount: createTurns() });
  const adoptInTurn = createTurns();
  let ground: Ground | undefined;
  let refused: AcmeState[] = [];
  let closed = false;
  const adopt = async (): Promise<void> => {
    const config = deps.settings() ?? DEFAULT_SETTINGS;
    const sites = deps.hosts();
    if (closed || (sites.length === 0 && ground === undefined)) return;
    const plans = sites.map((site) => ({ site: site.site, ...planNames(site, config) }));
    try {
      const warn = (problem: AcmeState['problem'] & object): void => report('acme.warned', { problem });
      ground = await openGround(deps.folder, config, ground, warn);
      refused = tellRefused(refused, plans, ground.directory.url, report);
    } catch (error) {
      ground = undefined;
      const problem = problemOf(error);
      const none = sites.map(({ site, hosts }) => ({ site, refused: [{ hosts: [...hosts], problem }] }));
      refused = tellRefused(refused, none, config.directory, report);
    }
    if (!closed) orders.adopt(ground, ground ? plans.filter(({ hosts }) => hosts.length > 0) : []);
  };
  return {
    httpChallenge: (token) => answers.httpChallenge(token),
    alpnContextFor: (serverName) => answers.alpnContextFor(serverName),
    certificateFor: (host) => {
      const kept = ground?.store.find(normaliseHost(host) ?? host, now());
      return kept && { cert: kept.cert, key: kept.key, notAfter: kept.notAfter };
    },
    adopt: () => adoptInTurn(adopt),
    refresh: () => orders.refresh(),
    renew: (host) => orders.renew(normaliseHost(host) ?? host),
    list: () => [...orders.list(), ...refused],
    async close() {
      closed = true;
      await orders.close();
    },
  };
}

/** Tells those that were not refused before, or for another reason. */
function tellRefused(
  before: readonly AcmeState[],
  plans: readonly ({ site: string } & Pick<NamePlan, 'refused'>)[],
  directory: string,
  report: ReportAcme,
): AcmeState[] {
  const known = new Set(before.map(({ site, hosts, problem }) => `${site} ${hosts.join(' ')} ${problem?.code ?? ''}`));
  return plans.flatMap(({ site, refused }) =>
    refused.map(({ hosts, problem }): AcmeState => {
      if (!known.has(`${site} ${hosts.join(' ')} ${problem.code}`)) report('acme.refused', { site, hosts, problem });
      return { site, hosts, status: 'refused', directory, problem, failures: 0 };
    }),
  );
}

/** Runs one at a time, in the order of the calls. */
function createTurns(): <T>(act: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (act) => {
    const turn = last.then(act);
    last = turn.catch(() => undefined); // told to its own caller
    return turn;
  };
}
