/** Services as the window and the CLI see them: database containers, and sites by labels of other containers. */
import type { Problem } from './problem.ts';
import type { ServiceType } from './service-config.ts';

/**
 * `absent`: in the config, not made · `unready`: runs and does not answer · `unreachable`: Docker does not answer ·
 * the others as they read.
 */
export const SERVICE_STATUSES = [
  ...(['absent', 'pulling', 'creating', 'starting', 'ready', 'unready'] as const),
  ...(['stopping', 'stopped', 'failed', 'removing', 'unreachable'] as const),
];
export type ServiceStatus = (typeof SERVICE_STATUSES)[number];

export interface PullProgress {
  /** 0 to 100, of the bytes known so far. */
  percent: number;
  bytes: number;
  totalBytes: number;
}

/** A difference between the config and the container, and what making it does. */
export interface ServiceChange {
  /** The key of the config. */
  key: string;
  /** One sentence. */
  message: string;
  /** `kept`: the data stay as they are · `ignored`: the data keep the old value · `risk`: the data may not be readable. */
  data: 'kept' | 'ignored' | 'risk';
}

export interface ServiceState {
  name: string;
  type: ServiceType;
  image: string;
  status: ServiceStatus;
  /** Why it failed, or does not answer. */
  problem?: Problem;
  /** While the status is `pulling`. */
  pull?: PullProgress;
  /** First 12 digits of the container's id. */
  container?: string;
  /** Of this machine, on 127.0.0.1. */
  port?: number;
  /** Connection string with the password left out. */
  url?: string;
  /** A name that leads to it, and where that listens. */
  domain?: { name: string; port?: number; address?: string; allowedCidrs: string[]; problem?: Problem };
  volumes: string[];
  /** Whether the config has it; one that was taken out of it goes on until it is deleted. */
  inConfig: boolean;
  /** What the config says and the container is not; nothing is done about it until it is recreated. */
  changes: ServiceChange[];
  /** Milliseconds since 1970. */
  startedAt?: number;
}

export interface DockerState {
  available: boolean;
  /** Not looked for yet. */
  isUnknown?: boolean;
  product?: 'Docker' | 'Podman';
  version?: string;
  /** Where it answers, as in `unix:///var/run/docker.sock`. */
  host?: string;
  /** Where it was looked for in vain. */
  tried?: string[];
  problem?: Problem;
}

/** A container of somebody else that is a site by its labels while it runs. */
export interface LabelledSite {
  host: string;
  container: string;
  /** Where requests go, as in `http://172.17.0.2:3000`. */
  url?: string;
  /** Why it is no site. */
  problem?: Problem;
}

export interface CatalogueEntry {
  type: ServiceType;
  title: string;
  image: string;
  version: string;
  port?: number;
  /** Inside the container. */
  dataPath?: string;
  /** Whether it knows users, and databases by name. */
  hasUser: boolean;
  hasDatabase: boolean;
  defaultUser?: string;
}

export interface ServicesReport {
  docker: DockerState;
  services: ServiceState[];
  labelled: LabelledSite[];
  catalogue: CatalogueEntry[];
}

/** What the engine tells of them without being asked. */
export type ServicesChanged = Pick<ServicesReport, 'docker' | 'services' | 'labelled'>;

/** How a program connects. */
export interface ServiceAddress {
  host: string;
  port: number;
  url: string;
  /** What to type or paste, for the usual clients. */
  lines: { client: string; line: string }[];
}

export interface ServiceSecret extends ServiceAddress {
  username?: string;
  password?: string;
  database?: string;
}

/** What making the config true would do. */
export interface ServicePlan {
  name: string;
  action: 'none' | 'create' | 'start' | 'recreate' | 'keep';
  message: string;
  changes: ServiceChange[];
}

export interface ServiceLogLine {
  /** RFC 3339 with nanoseconds, as Docker has it. */
  at: string;
  stream: 'stdout' | 'stderr';
  text: string;
}

export interface ServiceLogs {
  lines: ServiceLogLine[];
  /** To be sent back for the lines that follow. */
  cursor: string;
}

export interface ServiceDetail {
  state: ServiceState;
  facts: { label: string; value: string }[];
  /** Names and values; passwords are dots. */
  environment: { name: string; value: string }[];
  stats?: { cpuPercent: number; memoryBytes: number; memoryLimitBytes: number };
}

export interface ServiceEvents {
  'service.changed': { name: string; status: ServiceStatus; problem?: Problem };
  'docker.changed': { available: boolean; product?: string; problem?: Problem };
  /** `problem`: why it is no site. */
  'service.labelled': { host: string; container: string; mapped: boolean; problem?: Problem };
}
