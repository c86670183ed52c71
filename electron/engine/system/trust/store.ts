/** What each trust store has in common. */
import { X509Certificate } from 'node:crypto';
import type { RunCommand } from '../command.ts';
import type { SystemStep } from '../../../../shared/system-change.ts';
import type { TrustStoreState } from '../../../../shared/trust.ts';

/** The root as stores take it. */
export interface TrustedRoot {
  pem: string;
  file: string;
  /** PEM files of roots that it has replaced. */
  former: readonly string[];
}

export interface StoreDeps {
  platform: NodeJS.Platform;
  /** `/`, or a tree that a test made. */
  fsRoot: string;
  userHome: string;
  env: Record<string, string | undefined>;
  run: RunCommand;
}

export interface TrustStore {
  id: string;
  name: string;
  state: (root: TrustedRoot) => Promise<Pick<TrustStoreState, 'state' | 'detail' | 'fix'>>;
  /** Nothing where it is trusted already; former roots of ours go. */
  installSteps: (root: TrustedRoot) => Promise<SystemStep[]>;
  /** The root and former ones of ours; nothing where there is none. */
  removeSteps: (root: TrustedRoot) => Promise<SystemStep[]>;
  /** Read by the programs that a handshake can be tried with. */
  isSystem?: boolean;
}

export const OUR_NAME = 'Mogoly local CA';

/** First eight digits of the SHA-256 fingerprint: tells our roots apart in file names and nicknames. */
export const shortPrint = (pem: string): string =>
  new X509Certificate(pem).fingerprint256.replaceAll(':', '').slice(0, 8).toLowerCase();
