/** The public interface of the engine: what createEngine() in index.ts returns. */
import type { AcmeState } from '../../shared/acme.ts';
import type { CertificatesReport, RenewedRoot } from '../../shared/certificate.ts';
import type { DevServer } from '../../shared/discovery.ts';
import type { DnsAnswer, DnsQuery } from '../../shared/dns.ts';
import type { Edit, Applied, ConfigDocument, ConfigPreview, ConfigSchemas } from '../../shared/protocol.ts';
import type { BackendFile, SiteFile } from '../../shared/config.ts';
import type { Exported, ExportTarget } from '../../shared/export.ts';
import type { Problem, Result } from '../../shared/problem.ts';
import type {
  BackendState,
  EngineStatus,
  Explanation,
  HealthReport,
  LogEntry,
  LogLevel,
  Revision,
  SiteState,
  Snapshot,
  TrafficSample,
} from '../../shared/state.ts';
import type { AnyListener, EventListener, EventName } from './events.ts';
import type { MiddlewareFactory } from './generation.ts';
import type { RehearsalDoor } from './rehearsal-rooms.ts';
import type { Services } from './services/services.ts';
import type { SystemRooms } from './system-rooms.ts';
import type { ElevationMode } from './system/elevate.ts';
import type { KeyWrapper } from './tls/contexts.ts';
import type { CaptureDoor, ExchangeDoor } from './traffic-rooms.ts';

export interface EngineOptions {
  /** Folder that holds everything; made with mode 0700 when it is not there. */
  home: string;
  /** Config file; `mogoly.yaml` in the home folder unless given. */
  configFile?: string;
  /** Who hosts it, for `status`. */
  host?: Snapshot['host'];
  /** Pick up changes of the file on disk; true unless told otherwise. */
  watch?: boolean;
  /** Written to the log and served by `status`. */
  version?: string;
  env?: Record<string, string | undefined>;
  /** Keeps the key of a new local CA; a file of mode 0600 alone unless given. */
  keyWrapper?: KeyWrapper | undefined;
  /** How to get the rights of an administrator; not at all unless given. */
  elevation?: ElevationMode;
}

/** Who makes a change, and what it was based on. */
export interface ChangeOptions {
  source?: string;
  /** Another current revision is the problem `CONFIG_CONFLICT`. */
  baseRevision?: number | undefined;
}

/** A fixed-size sum of the traffic so far, sampled by the publisher. */
export interface TrafficCounters {
  sample: () => TrafficSample;
}

export interface Engine {
  readonly home: string;
  readonly configFile: string;
  status: () => EngineStatus;

  /** Reads the config, binds and serves. With a bad file the last good config serves and the problems are in the snapshot. */
  start: () => Promise<Result<{ revision: number }>>;
  /** Stops serving, requests under way are drained; the engine can start again. */
  stop: () => Promise<void>;
  /** Stops and lets go of every file, timer and socket. */
  close: () => Promise<void>;

  apply: (text: string, options?: ChangeOptions & { format?: 'yaml' | 'json' | undefined }) => Promise<Result<Applied>>;
  edit: (edits: Edit[], options?: ChangeOptions) => Promise<Result<Applied>>;
  check: (text: string, format: 'yaml' | 'json') => Promise<Problem[]>;
  /** The same routing as the config of another proxy, with what that one cannot say. */
  exportTo: (target: ExportTarget, text: string, format: 'yaml' | 'json') => Promise<Result<Exported>>;
  /** What edits would make of the config in force, and what is wrong with that. */
  preview: (edits: Edit[], options?: ChangeOptions) => Promise<Result<ConfigPreview>>;
  schemas: () => ConfigSchemas;
  document: () => Promise<ConfigDocument>;
  history: () => Promise<Revision[]>;
  readRevision: (id: number) => Promise<Result<{ id: number; text: string; format: 'yaml' | 'json' }>>;
  rollback: (id: number, options?: ChangeOptions) => Promise<Result<Applied>>;

  addSite: (site: SiteFile, options?: ChangeOptions) => Promise<Result<Applied>>;
  removeSite: (site: string, options?: ChangeOptions) => Promise<Result<Applied>>;
  setSite: (site: string, patch: Record<string, unknown>, options?: ChangeOptions) => Promise<Result<Applied>>;
  addBackend: (site: string, backend: BackendFile, options?: ChangeOptions) => Promise<Result<Applied>>;
  removeBackend: (site: string, backend: string, options?: ChangeOptions) => Promise<Result<Applied>>;
  setBackend: (
    site: string,
    backend: string,
    patch: Record<string, unknown>,
    options?: ChangeOptions,
  ) => Promise<Result<Applied>>;
  /** Puts another backend in the place of a named one. */
  replaceBackend: (
    site: string,
    backend: string,
    next: BackendFile,
    options?: ChangeOptions,
  ) => Promise<Result<Applied>>;
  replacePool: (site: string, backends: BackendFile[], options?: ChangeOptions) => Promise<Result<Applied>>;

  sites: () => SiteState[];
  getSite: (name: string) => SiteState | undefined;
  getBackend: (site: string, name: string) => BackendState | undefined;
  /** The backend that the site's strategy picks now, as for a request of this client; it moves the rotation. */
  next: (site: string, client?: string) => Result<BackendState>;
  /** Opens a connection to each backend of the site ahead of the first request. */
  warm: (site: string) => Promise<void>;

  checkAll: (site?: string) => Promise<HealthReport>;
  /** By its name, or its id where several of the site have that name. */
  checkOne: (site: string, backend: string) => Promise<Result<HealthReport>>;
  /** Whether our own listeners answer. */
  checkSelf: () => Promise<HealthReport>;
  explain: (request: { url: string; method?: string; client?: string }) => Explanation;

  snapshot: () => Snapshot;
  /** What works less well now than the config asks for; the snapshot has it among its problems. */
  degraded: () => Problem[];
  traffic: TrafficCounters;
  exchanges: ExchangeDoor;
  /** Bodies and WebSocket frames, kept where that is asked for. */
  capture: CaptureDoor;
  log: {
    /** Newest last. */
    list: (limit: number, level: LogLevel) => LogEntry[];
    onEntry: (listener: (entry: LogEntry) => void) => () => void;
  };
  dns: {
    /** What a client of our DNS would get. Errors: DNS_NAME_INVALID, DNS_TYPE_UNKNOWN. */
    query: (name: string, type: string) => Promise<Result<DnsAnswer>>;
    /** The newest first. */
    recent: (limit: number) => DnsQuery[];
  };
  certificates: {
    list: () => CertificatesReport;
    /** Errors: those of the CA, and CERT_CONSENT_NEEDED without `consent`. */
    renewRoot: (options: { consent: boolean }) => Promise<Result<RenewedRoot>>;
    /** Orders a public certificate for the site of this host. */
    order: (host: string) => Promise<Result<AcmeState>>;
  };
  /** Makes one backend fail for a while, and nothing else; each ends by itself. */
  rehearsals: RehearsalDoor;
  /** Trust stores, the system's resolver, and the ledger of changes to them. */
  system: SystemRooms;
  /** Dev servers that run on this machine: those with a known framework first, then by port. */
  discover: () => Promise<DevServer[]>;
  /** Database containers beside the pools. */
  services: Omit<Services, 'adopt' | 'close'>;
  /** After a wake, or a change of the clock or the network. */
  refresh: () => Promise<void>;
  /** Prometheus text exposition format 0.0.4. */
  metrics: () => string;

  on: <K extends EventName>(name: K, listener: EventListener<K>) => () => void;
  onAny: (listener: AnyListener) => () => void;
  /** Also gets every log entry; undefined takes it away. */
  setLogger: (logger: ((entry: LogEntry) => void) | undefined) => void;
  /** Known to configs applied after this call. */
  registerMiddleware: (name: string, factory: MiddlewareFactory) => void;
}
