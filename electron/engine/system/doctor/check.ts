/** What each check is, and what it is given. */
import type { CertificatesReport } from '../../../../shared/certificate.ts';
import type { Config } from '../../../../shared/config.ts';
import type { Finding, Remedy } from '../../../../shared/doctor.ts';
import type { DockerState } from '../../../../shared/service.ts';
import type { ListenerState } from '../../../../shared/state.ts';
import type { NamesCheck, SystemNamesStatus, WantedNames } from '../../../../shared/system-names.ts';
import type { TrustStoreState } from '../../../../shared/trust.ts';
import type { RunCommand } from '../command.ts';
import type { FindPortOwner } from './port-owner.ts';

/** A dev server that refused the host of a request. */
export interface HostRefusal {
  site: string;
  backend: string;
  framework: string;
  fix: string;
}

export interface DoctorDeps {
  platform: NodeJS.Platform;
  /** `/`, or a tree that a test made. */
  fsRoot: string;
  home: string;
  userHome: string;
  env: Record<string, string | undefined>;
  run: RunCommand;
  /** Milliseconds since 1970. */
  now: () => number;
  /** How far the clock has gone that time has not, since the engine was made. */
  clockJumpMs: () => number;
  /** Names of the network interfaces that are up. */
  links: () => readonly string[];
  portOwner: FindPortOwner;
  /** Of the config in force, else of the file; undefined where that cannot be read. */
  listen: () => Promise<Config['listen'] | undefined>;
  listeners: () => readonly ListenerState[];
  wanted: () => Pick<WantedNames, 'zones' | 'hosts'>;
  namesStatus: () => Promise<SystemNamesStatus>;
  namesCheck: () => Promise<NamesCheck>;
  trustStores: () => Promise<readonly TrustStoreState[]>;
  /** Whether the system's own client believes us; undefined where that cannot be tried. */
  trustVerified: () => Promise<boolean | undefined>;
  certificates: () => CertificatesReport;
  refusals: () => readonly HostRefusal[];
  /** As the services find it. */
  docker: () => Promise<DockerState>;
}

export type Outcome = Omit<Finding, 'id' | 'title'>;

/** Something wrong; a check may add to it what its remedy needs. */
export interface Fault {
  status: 'warning' | 'bad';
  /** What is so, and why it matters. */
  message: string;
}

/** How a check is written. */
export interface CheckSpec<F extends Fault> {
  id: string;
  title: string;
  /** One sentence where the check does not matter here. */
  skip?: (deps: DoctorDeps) => string | undefined | Promise<string | undefined>;
  /** One sentence where all is good, else each thing that is wrong. */
  examine: (deps: DoctorDeps) => Promise<string | F[]>;
  remedy: (fault: F, deps: DoctorDeps) => Remedy | undefined;
}

/** How a check is used. */
export interface Check {
  id: string;
  title: string;
  look: (deps: DoctorDeps) => Promise<Outcome[]>;
}

export function check<F extends Fault>({ id, title, skip, examine, remedy }: CheckSpec<F>): Check {
  const outcome = (fault: F, deps: DoctorDeps): Outcome => {
    const mending = remedy(fault, deps);
    return { status: fault.status, message: fault.message, ...(mending === undefined ? {} : { remedy: mending }) };
  };
  const look = async (deps: DoctorDeps): Promise<Outcome[]> => {
    const reason = await skip?.(deps);
    if (reason !== undefined) return [{ status: 'skipped', message: reason }];
    const found = await examine(deps);
    return typeof found === 'string'
      ? [{ status: 'good', message: found }]
      : found.map((fault) => outcome(fault, deps));
  };
  return { id, title, look };
}
