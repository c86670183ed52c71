/** What each check is, and what it is given. */
import type { CertificatesReport } from '../../../../shared/certificate.ts';
import type { Finding } from '../../../../shared/doctor.ts';
import type { ListenerState } from '../../../../shared/state.ts';
import type { NamesCheck, SystemNamesStatus } from '../../../../shared/system-names.ts';
import type { TrustStoreState } from '../../../../shared/trust.ts';
import type { RunCommand } from '../command.ts';

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
  run: RunCommand;
  /** Milliseconds since 1970. */
  now: () => number;
  listeners: () => readonly ListenerState[];
  /** Of the sites in use. */
  hosts: () => readonly string[];
  namesStatus: () => Promise<SystemNamesStatus>;
  namesCheck: () => Promise<NamesCheck>;
  trustStores: () => Promise<readonly TrustStoreState[]>;
  certificates: () => CertificatesReport;
  refusals: () => readonly HostRefusal[];
}

export type Outcome = Omit<Finding, 'id' | 'title'>;

export interface Check {
  id: string;
  title: string;
  /** One outcome, or several for a check of many things. */
  examine: (deps: DoctorDeps) => Promise<Outcome | Outcome[]>;
}

export const good = (message: string): Outcome => ({ status: 'good', message });
export const skipped = (message: string): Outcome => ({ status: 'skipped', message });
