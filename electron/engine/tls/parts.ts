/** Makes the parts of the certificate room and ties them together. */
import type { CertificateNames } from '../../../shared/certificate.ts';
import { success } from '../../../shared/problem.ts';
import type { Problem, Result } from '../../../shared/problem.ts';
import { createAuthority } from './authority.ts';
import type { Root, Signer } from './authority.ts';
import { createBoundedMap } from './bounded-map.ts';
import { createFileCertificates } from './files.ts';
import { createLeaves } from './leaf.ts';
import { createLocalContexts } from './local.ts';
import { createPermit, permittedNames } from './name-constraints.ts';
import { contextFor } from './pick.ts';
import type { KeptContext } from './pick.ts';
import { createRootKeeper } from './root-keeper.ts';
import { createServing } from './serving.ts';
import { createServed, hasLocal, localHosts } from './site.ts';
import type { CertificatesDeps } from './site.ts';
import { createTickets } from './tickets.ts';

/** Own and public certificates, about 50 kB each. */
const MAX_CONTEXTS = 500;
/** Host names told as refused, in one minute. */
const MAX_REFUSED = 100;

export type Parts = ReturnType<typeof createParts>;

export function createParts(deps: CertificatesDeps) {
  const { now, report } = deps;
  const names = (): CertificateNames => ({ zones: deps.zones(), hosts: localHosts(deps.sites()) });
  const tickets = createTickets(now);
  const authority = createAuthority({
    ...deps,
    onCreated: ({ fingerprint256, permitted = [] }) =>
      report({ name: 'root.created', data: { fingerprint256, permitted } }),
  });
  const tell = createTeller(deps);
  const signer = async (): Promise<Result<Signer>> => {
    const result = await authority.signer(names());
    tell(result.ok ? result.warnings : result.problems);
    return result;
  };
  const leaves = createLeaves({ ...deps, signer, root: () => knownRoot(authority) });
  const local = createLocalContexts({
    leaves,
    now,
    report,
    permits: permitsNow(authority, names),
    onReplaced: tickets.rotate,
  });
  const contexts = createBoundedMap<KeptContext>(MAX_CONTEXTS);
  const files = createFileCertificates({ ...deps, onReplaced: tickets.rotate });
  const onRoot = async (root: Root): Promise<void> => {
    leaves.forget();
    local.forgetAll();
    tickets.rotate();
    await leaves.clear(root);
    await serving.refresh();
  };
  const keeper = createRootKeeper({ ...deps, authority, names, onReplaced: onRoot });
  const picking = { local, files, contexts, refused: new Set<string>(), maxRefused: MAX_REFUSED, tickets };
  const serving = createServing({
    contextFor: (serverName) => contextFor(serverName, picking, deps),
    tickets,
    defaultLeaf: async () => (hasLocal(deps.sites()) ? local.defaultLeaf() : undefined),
  });
  return {
    ...picking,
    authority,
    keeper,
    leaves,
    served: createServed(),
    serving,
    names,
    signer,
    loadRoot: rootLoader(authority, onRoot, tell),
    index: indexer(authority, leaves, local),
  };
}

type Authority = ReturnType<typeof createAuthority>;

/** Without a read where it is known. */
async function knownRoot(authority: Authority): Promise<Result<Root | undefined>> {
  const { root } = authority.current();
  return root === undefined ? authority.load() : success(root);
}

/** By the root there is, or by the one that would be made now. */
function permitsNow(authority: Authority, names: () => CertificateNames): (pattern: string) => boolean {
  return (pattern) => {
    const { root } = authority.current();
    return root === undefined ? createPermit(permittedNames(names()))(pattern) : root.permits(pattern);
  };
}

/** Reads the root anew; what another one signed is dropped when it was changed by hand. */
function rootLoader(authority: Authority, onRoot: (root: Root) => Promise<void>, tell: (problems: Problem[]) => void) {
  return async (): Promise<void> => {
    const before = authority.current().root;
    const loaded = await authority.load();
    if (!loaded.ok) return tell(loaded.problems);
    const { value: root } = loaded;
    if (before !== undefined && root !== undefined && before.fingerprint256 !== root.fingerprint256) await onRoot(root);
  };
}

/** Puts what is on disk into the list, once there is a root. */
function indexer(
  authority: Authority,
  leaves: ReturnType<typeof createLeaves>,
  local: ReturnType<typeof createLocalContexts>,
) {
  let isDone = false;
  return async (): Promise<void> => {
    const { root } = authority.current();
    if (root === undefined || isDone) return;
    isDone = true;
    local.states.learn(await leaves.all(root));
  };
}

/** Each problem of the root once, until another one. */
function createTeller({ report }: CertificatesDeps): (problems: Problem[]) => void {
  let last = '';
  return ([problem]) => {
    if (problem === undefined || problem.message === last) return;
    last = problem.message;
    report({ name: 'root.warned', data: { problem } });
  };
}
