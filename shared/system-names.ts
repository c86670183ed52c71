/** How the operating system finds our names: what the window and the CLI show of it. */
import type { Problem } from './problem.ts';
import type { SystemStep } from './system-change.ts';

/** Each a way to make the operating system ask our DNS, or find the names without it. */
export const NAMES_METHODS = [
  'resolver-files',
  'systemd-resolved',
  'network-manager',
  'dnsmasq',
  'nrpt',
  'hosts-file',
] as const;
export type NamesMethodId = (typeof NAMES_METHODS)[number];

/** What would be done, or was; warnings tell what these ways cannot do. */
export interface NamesPlan {
  steps: SystemStep[];
  warnings: Problem[];
}

/** What the config wants the operating system to find. */
export interface WantedNames {
  /** Suffixes under which our DNS answers every name. */
  zones: readonly string[];
  /** Hosts and `*.` patterns of the sites. */
  hosts: readonly string[];
  /** Where our DNS answers; undefined while it does not. */
  dns: { address: string; port: number } | undefined;
  /** What a host is given in a hosts file: loopback, or the LAN address when opened. */
  addresses: readonly string[];
}

/**
 * `active`: as wanted. `stale`: ours, from another config. `inactive`: could be installed. `unavailable`: not on this
 * machine, or not for this config.
 */
export type NamesState = 'active' | 'inactive' | 'stale' | 'unavailable';

export interface NamesMethodStatus {
  id: NamesMethodId;
  name: string;
  state: NamesState;
  /** One sentence. */
  reason: string;
}

export interface SystemNamesStatus {
  platform: string;
  methods: NamesMethodStatus[];
  /** What `install` uses, and why, in one sentence. */
  choice: { methods: NamesMethodId[]; because: string };
  /** What these ways cannot do: wildcards in a hosts file, `.local`, a DNS on another port. */
  problems: Problem[];
}

/** What the operating system's own resolver says of a name. */
export interface NamesCheck {
  /** The name that was asked, one that no site has. */
  name: string;
  /** Whether the question came to our DNS. */
  reachedUs: boolean;
  addresses: string[];
  /** One sentence. */
  message: string;
}

export interface MdnsHost {
  host: string;
  status: 'probing' | 'published' | 'conflict';
  problem?: Problem;
}

/** What the responder reports. */
export interface MdnsEvents {
  'mdns.published': { host: string; addresses: string[] };
  'mdns.withdrawn': { host: string };
  'mdns.conflict': { host: string; problem: Problem };
  'mdns.failed': { problem: Problem };
}

/** What installing and removing report. */
export interface SystemNamesEvents {
  'names.installed': { methods: NamesMethodId[] };
  'names.removed': { methods: NamesMethodId[] };
  'names.failed': { problems: Problem[] };
}
