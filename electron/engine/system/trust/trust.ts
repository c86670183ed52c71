/** The local CA in the trust stores of this machine: shown, installed and removed, each store by itself. */
import { problem, type Problem, type Result } from '../../../../shared/problem.ts';
import type { SystemStep } from '../../../../shared/system-change.ts';
import type {
  TrustAction,
  TrustEvents,
  TrustPlan,
  TrustReport,
  TrustResult,
  TrustStoreState,
} from '../../../../shared/trust.ts';
import { linuxSystem } from './linux-system.ts';
import { macosKeychain } from './macos.ts';
import { nssStores } from './nss.ts';
import { readyLines } from './ready-lines.ts';
import type { StoreDeps, TrustedRoot, TrustStore } from './store.ts';
import { windowsRoots } from './windows.ts';

export interface TrustDeps extends StoreDeps {
  /** Made where there is none yet. */
  root: () => Promise<Result<TrustedRoot>>;
  makeChanges: (steps: SystemStep[]) => Promise<Result<unknown>>;
  report: <K extends keyof TrustEvents>(name: K, data: TrustEvents[K]) => void;
  /** A host that we serve over https, to try a handshake with; undefined while there is none. */
  probe: () => { host: string; port: number } | undefined;
}

export interface Trust {
  status: () => Promise<Result<TrustReport>>;
  /** All stores that are there unless some are named. Errors: TRUST_STORE_UNKNOWN, and those of the CA. */
  plan: (action: TrustAction, ids?: readonly string[]) => Promise<Result<TrustPlan[]>>;
  apply: (action: TrustAction, ids?: readonly string[]) => Promise<Result<TrustResult[]>>;
  /** Whether the system's own client believes us; undefined where that cannot be tried. */
  verify: () => Promise<boolean | undefined>;
  /** Whether any store trusts a root of ours. */
  isTrusted: () => Promise<boolean>;
}

/** The exit code of curl for a certificate that it does not believe. */
const NOT_BELIEVED = 60;

export function createTrust(deps: TrustDeps): Trust {
  const plan: Trust['plan'] = async (action, ids) => {
    const root = await deps.root();
    if (!root.ok) return root;
    const stores = await storesOf(deps);
    const unknown = ids?.find((id) => !stores.some((store) => store.id === id));
    if (unknown !== undefined) return { ok: false, problems: [unknownStore(unknown, stores)] };
    const wanted = stores.filter(({ id }) => ids === undefined || ids.includes(id));
    const plans = await Promise.all(wanted.map((store) => planOf(store, action, root.value)));
    return { ok: true, value: plans.filter((item) => ids !== undefined || item.problem === undefined), warnings: [] };
  };
  const verify = async (): Promise<boolean | undefined> => {
    const probe = deps.probe();
    if (probe === undefined || deps.platform === 'win32') return undefined;
    const { host, port } = probe;
    const resolve = ['--resolve', `${host}:${port}:127.0.0.1`];
    const args = ['-sS', '-o', '/dev/null', '--noproxy', '*', '-m', '5', ...resolve, `https://${host}:${port}/`];
    const { code } = await deps.run('curl', args, { env: { CURL_CA_BUNDLE: undefined, SSL_CERT_FILE: undefined } });
    return code === 0 ? true : code === NOT_BELIEVED ? false : undefined;
  };
  return {
    plan,
    verify,
    async status() {
      const root = await deps.root();
      if (!root.ok) return root;
      const stores = await Promise.all((await storesOf(deps)).map((store) => stateOf(store, root.value)));
      return { ok: true, value: { stores, lines: readyLines(root.value.file, deps.platform) }, warnings: [] };
    },
    async apply(action, ids) {
      const plans = await plan(action, ids);
      if (!plans.ok) return plans;
      const results: TrustResult[] = [];
      for (const item of plans.value) results.push(await carryOut(deps, item));
      const done = results.filter(({ ok }) => ok).map(({ id }) => id);
      if (done.length > 0) deps.report(action === 'install' ? 'trust.installed' : 'trust.removed', { stores: done });
      const system = results.find(({ id, ok }) => id === 'system' && ok);
      const isVerified = action === 'install' && system !== undefined ? await verify() : undefined;
      if (system !== undefined && isVerified !== undefined) system.isVerified = isVerified;
      return { ok: true, value: results, warnings: [] };
    },
    async isTrusted() {
      const root = await deps.root();
      if (!root.ok) return true;
      const states = await Promise.all((await storesOf(deps)).map((store) => stateOf(store, root.value)));
      return states.some(({ state }) => state === 'trusted' || state === 'otherRoot');
    },
  };
}

async function storesOf(deps: StoreDeps): Promise<TrustStore[]> {
  const system = { darwin: macosKeychain, win32: windowsRoots }[deps.platform as string] ?? linuxSystem;
  return [system(deps), ...(await nssStores(deps))];
}

async function stateOf(store: TrustStore, root: TrustedRoot): Promise<TrustStoreState> {
  return { id: store.id, name: store.name, ...(await store.state(root)) };
}

async function planOf(store: TrustStore, action: TrustAction, root: TrustedRoot): Promise<TrustPlan> {
  const { id, name } = store;
  const { state, detail, fix } = await store.state(root);
  if (state === 'unavailable')
    return {
      id,
      name,
      steps: [],
      problem: problem('TRUST_STORE_UNAVAILABLE', `${name}: ${detail}`, {
        fix: fix ?? 'Choose another store.',
      }),
    };
  return { id, name, steps: await (action === 'install' ? store.installSteps(root) : store.removeSteps(root)) };
}

async function carryOut(
  { makeChanges, report }: TrustDeps,
  { id, name, steps, problem: why }: TrustPlan,
): Promise<TrustResult> {
  if (why !== undefined) return { id, name, ok: false, problem: why };
  const made = await makeChanges(steps);
  if (made.ok) return { id, name, ok: true };
  const [first] = made.problems as [Problem];
  report('trust.failed', { store: id, problem: first });
  return { id, name, ok: false, problem: first };
}

const unknownStore = (id: string, stores: readonly TrustStore[]): Problem =>
  problem('TRUST_STORE_UNKNOWN', `There is no trust store "${id}".`, {
    fix: `Use one of: ${stores.map((store) => store.id).join(', ')}.`,
  });
