/** What is known of each local certificate, and what went wrong with it last. */
import type { CertificateEvent, CertificateState } from '../../../shared/certificate.ts';
import type { Problem } from '../../../shared/problem.ts';
import { createBoundedMap } from './bounded-map.ts';
import type { Leaf } from './leaf-store.ts';

export type LeafStates = ReturnType<typeof createLeafStates>;

/** As many as files are kept. */
const MAX_STATES = 2_000;

export function createLeafStates(report: (event: CertificateEvent) => void) {
  const states = createBoundedMap<CertificateState>(MAX_STATES);
  const failures = createBoundedMap<Problem>(MAX_STATES);
  return {
    /** The certificate is this one now. */
    note: (leaf: Leaf): void => states.set(leaf.name, describe(leaf)),
    /** What was found on disk joins; what is in use stays. */
    learn(leaves: readonly Leaf[]): void {
      for (const leaf of leaves) if (states.get(leaf.name) === undefined) states.set(leaf.name, describe(leaf));
    },
    /** Keeps the first problem, and reports it unless it is the one of the last time; none ends it. */
    judge(name: string, [problem]: readonly Problem[]): void {
      const isKnown = failures.get(name)?.message === problem?.message;
      if (problem === undefined) failures.delete(name);
      else failures.set(name, problem);
      if (problem !== undefined && !isKnown) report({ name: 'certificate.failed', data: { name, problem } });
    },
    forgetFailures: (): void => failures.clear(),
    forgetAll(): void {
      states.clear();
      failures.clear();
    },
    list: (): CertificateState[] =>
      states.values().map((state) => {
        const problem = failures.get(state.name);
        return problem === undefined ? state : { ...state, problem };
      }),
    problems: (): Problem[] => failures.values(),
  };
}

function describe({ name, hosts, notBefore, notAfter, fingerprint256, issuer, file }: Leaf): CertificateState {
  return { name, kind: 'local', hosts: [...hosts], notBefore, notAfter, fingerprint256, issuer, file };
}
