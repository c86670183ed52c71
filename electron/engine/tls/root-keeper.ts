/** Decides when the root may be made anew: never behind the back of a store that trusts it. */
import type { CertificateEvent, CertificateNames, RenewedRoot, RootState } from '../../../shared/certificate.ts';
import { failure, problem, success } from '../../../shared/problem.ts';
import type { Problem, Result } from '../../../shared/problem.ts';
import { runAtOnce, runInTurns } from '../turns.ts';
import type { Steps } from '../turns.ts';
import type { Authority, Root } from './authority.ts';
import { outsideRoot } from './leaf.ts';
import { issuerOf } from './leaf-store.ts';
import type { KeyWrapper } from './root-files.ts';

export interface RootKeeperDeps {
  authority: Authority;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Those in use. */
  names: () => CertificateNames;
  report: (event: CertificateEvent) => void;
  /** Whether any trust store has the root. Left out, it is taken as trusted. */
  isTrusted?: (() => boolean | Promise<boolean>) | undefined;
  keyWrapper?: KeyWrapper | undefined;
  /** Another root signs from now on; what the one before signed is to be dropped. */
  onReplaced: (root: Root) => Promise<void>;
}

export type RootKeeper = ReturnType<typeof createRootKeeper>;

/** A month to renew it before every site stops. */
const EXPIRY_WARNING_MS = 30 * 86_400_000;

export function createRootKeeper(deps: RootKeeperDeps) {
  const { authority } = deps;
  const isTrusted = async (): Promise<boolean> => {
    try {
      return deps.isTrusted === undefined ? true : await deps.isTrusted();
    } catch {
      return true; // a store that cannot be asked may have it
    }
  };
  const coverage = (names: CertificateNames): string[] => runAtOnce(outsideOf(authority.current().root, names));
  const replace = async (names: CertificateNames, wasTrusted: boolean): Promise<Result<RenewedRoot>> => {
    const made = await authority.renew(names, { keepsFormer: wasTrusted });
    if (!made.ok) return made;
    const { root, formerFile } = made.value;
    await deps.onReplaced(root);
    const renewed: RenewedRoot = {
      fingerprint256: root.fingerprint256,
      permitted: root.permitted ?? [],
      ...(formerFile === undefined ? {} : { formerFile }),
      isTrustNeeded: wasTrusted,
    };
    deps.report({ name: 'root.renewed', data: renewed });
    return success(renewed);
  };
  return {
    coverage,
    /** Widens a root that no store trusts; of a trusted one it says which names it leaves out. */
    async widen(): Promise<void> {
      const names = deps.names();
      const outside = await runInTurns(outsideOf(authority.current().root, names));
      if (outside.length > 0 && !(await isTrusted())) await replace(names, false);
    },
    /**
     * A new root for the names; the one before is kept for its removal from the stores, what it signed is dropped, and
     * trust must be installed again. `CERT_CONSENT_NEEDED`, `CERT_ROOT_SAVE_FAILED`.
     */
    async renew(names: CertificateNames, { consent }: { consent: boolean }): Promise<Result<RenewedRoot>> {
      const { root, problems } = authority.current();
      const hasOne = root !== undefined || problems.length > 0;
      const mayBeTrusted = hasOne && (await isTrusted());
      return mayBeTrusted && !consent ? failure(CONSENT_NEEDED) : replace(names, mayBeTrusted);
    },
    /** As it stands, without looking at the disk. */
    state: (): RootState => stateOf(deps, coverage(deps.names())),
    problems: (): Problem[] => problemsOf(deps, coverage(deps.names())),
  };
}

const CONSENT_NEEDED = problem('CERT_CONSENT_NEEDED', 'Renewing the root ends the trust that was installed in it.', {
  fix: 'Confirm it, and install the trust of the new root afterwards.',
});

/** Hosts and zones that the root may not sign for; none where there is no root yet. */
function* outsideOf(root: Root | undefined, { zones, hosts }: CertificateNames): Steps<string[]> {
  if (root === undefined) return [];
  const outside = new Set<string>();
  for (const names of [zones, hosts])
    for (const name of names) {
      if (!root.permits(name)) outside.add(name);
      yield;
    }
  return [...outside];
}

function stateOf(deps: RootKeeperDeps, outside: string[]): RootState {
  const { root, former, isWrapped } = deps.authority.current();
  const { paths } = deps.authority;
  const known = {
    exists: root !== undefined,
    file: paths.root,
    keyFile: paths.key,
    former,
    outside,
    problems: problemsOf(deps, outside),
  };
  if (root === undefined) return known;
  return {
    ...known,
    name: issuerOf(root.certificate),
    fingerprint256: root.fingerprint256,
    notBefore: root.notBefore,
    notAfter: root.notAfter,
    ...(root.permitted === undefined ? {} : { permitted: root.permitted }),
    keeper: isWrapped ? (deps.keyWrapper?.label ?? 'keychain') : 'file',
  };
}

function problemsOf({ authority, now }: RootKeeperDeps, outside: string[]): Problem[] {
  const { root, problems } = authority.current();
  const found = [...problems];
  if (outside.length > 0) found.push(outsideRoot(outside));
  if (root !== undefined && root.notAfter - now() < EXPIRY_WARNING_MS) found.push(expiring(root));
  return found;
}

const expiring = (root: Root): Problem => ({
  ...problem(
    'CERT_ROOT_EXPIRING',
    `The root certificate ends on ${new Date(root.notAfter).toISOString().slice(0, 10)}.`,
    {
      fix: 'Renew the root and install its trust again.',
    },
  ),
  severity: 'warning',
});
