/** The contract: every command and push, used by the window's IPC, the control socket and the CLI alike. */
import { z } from 'zod';
import type { CommandName, PushName } from './names.ts';
import type { AcmeState } from './acme.ts';
import {
  captureSchema,
  replaySchema,
  type CaptureState,
  type ExchangeExplanation,
  type ExchangeRecord,
} from './capture.ts';
import type { CertificatesReport, RenewedRoot } from './certificate.ts';
import type { BackendFile, SiteFile } from './config.ts';
import type { DnsAnswer, DnsQuery } from './dns.ts';
import type { DevServer } from './discovery.ts';
import { mendSchema, type DoctorReport, type Mended } from './doctor.ts';
import type {
  BackendState,
  EngineStatus,
  Exchange,
  Explanation,
  HealthReport,
  ListenerState,
  LogEntry,
  Revision,
  SiteState,
  Snapshot,
  TrafficSample,
} from './state.ts';
import { importRequest, type ImportSource } from './import.ts';
import type { Problem } from './problem.ts';
import { rehearsalSchema, type Rehearsal } from './rehearsal.ts';
import type { ServicesChanged } from './service.ts';
import { serviceRequests, type ServiceReplies } from './service-commands.ts';
import type { SystemChange } from './system-change.ts';
import { NAMES_METHODS, type NamesCheck, type NamesPlan, type SystemNamesStatus } from './system-names.ts';
import type { TrustPlan, TrustReport, TrustResult } from './trust.ts';

/** One change to the config file, by path; comments and order around it stay. */
const pathSchema = z.array(z.union([z.string(), z.number().int().nonnegative()])).min(1);
export const editSchema = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('set'), path: pathSchema, value: z.json() }),
  z.strictObject({ op: z.literal('remove'), path: pathSchema }),
  z.strictObject({
    op: z.literal('insert'),
    path: pathSchema.describe('Of the list, with the index to insert before.'),
    value: z.json(),
  }),
  z.strictObject({
    op: z.literal('move'),
    path: pathSchema.describe('Of the list item.'),
    to: z.number().int().nonnegative(),
  }),
]);
export type Edit = z.infer<typeof editSchema>;

export interface ImportPlan {
  source: ImportSource;
  /** Names of the sites that are added. */
  sites: string[];
  /** What has to be done to the config; empty where there is nothing to add. */
  edits: Edit[];
  /** What could not be said, or is said in another way: warnings with file, line and column. */
  notes: Problem[];
}

const none = z.strictObject({}).optional();
/** The revision the caller saw; another one current is a conflict. Left out: the newest. */
const baseRevision = z.number().int().nonnegative().optional();
const siteName = z.string().min(1);
/** As written in the file: the engine checks it with all the rest, so that defaults and units stay as they were typed. */
const written = z.record(z.string(), z.json());
const site = z.custom<SiteFile>((value) => written.safeParse(value).success, 'a site is an object of config keys');
const backend = z.custom<BackendFile>(
  (value) => written.safeParse(value).success,
  'a backend is an object of config keys',
);

const trustRequest = z.strictObject({
  action: z.enum(['install', 'remove']),
  stores: z.array(z.string()).optional().describe('Their ids; all that are there unless given.'),
});
const namesRequest = z.strictObject({
  action: z.enum(['install', 'remove']),
  method: z.enum(NAMES_METHODS).optional(),
});

/** What each command takes. */
export const requestSchemas = {
  'status.get': none,
  'engine.start': none,
  'engine.stop': none,
  /** Ends a headless process; the app refuses it. */
  'daemon.quit': none,
  'config.get': none,
  'config.check': z.strictObject({ text: z.string(), format: z.enum(['yaml', 'json']) }),
  /** JSON Schemas of the file and of each middleware's config, as a person writes them. */
  'config.schema': none,
  /** What edits would make of the file, and what is wrong with that; nothing is applied. */
  'config.preview': z.strictObject({ edits: z.array(editSchema).min(1), baseRevision }),
  'config.apply': z.strictObject({ text: z.string(), format: z.enum(['yaml', 'json']).optional(), baseRevision }),
  'config.edit': z.strictObject({ edits: z.array(editSchema).min(1), baseRevision }),
  /** What another proxy's config would add to the file; nothing is applied, and its includes are not read. */
  'config.import': importRequest,
  'config.history': none,
  'config.revision': z.strictObject({ id: z.number().int() }),
  'config.rollback': z.strictObject({ id: z.number().int(), baseRevision }),
  'sites.add': z.strictObject({ site, baseRevision }),
  'sites.remove': z.strictObject({ site: siteName, baseRevision }),
  'sites.set': z.strictObject({
    site: siteName,
    patch: z.record(z.string(), z.json()).describe('Keys to set; null removes one.'),
    baseRevision,
  }),
  'backends.add': z.strictObject({ site: siteName, backend, baseRevision }),
  'backends.remove': z.strictObject({ site: siteName, backend: z.string().min(1), baseRevision }),
  'backends.set': z.strictObject({
    site: siteName,
    backend: z.string().min(1),
    patch: z.record(z.string(), z.json()),
    baseRevision,
  }),
  'health.check': z.strictObject({ site: siteName.optional(), backend: z.string().optional() }),
  /** Makes one backend fail for a while; nothing in the config changes, and it ends by itself. */
  'rehearse.start': rehearsalSchema,
  'rehearse.stop': z.strictObject({ id: z.number().int().optional().describe('All unless given.') }),
  'rehearse.list': none,
  'exchanges.list': z.strictObject({
    limit: z.number().int().min(1).max(2_000).default(200),
    site: siteName.optional(),
  }),
  'exchanges.get': z.strictObject({ id: z.number().int() }),
  'exchanges.explain': z.strictObject({ id: z.number().int() }),
  /** Sends it again through our own listener; the answer is the new exchange. */
  'exchanges.replay': replaySchema,
  /** Forgets every exchange and all that was captured. */
  'exchanges.clear': none,
  'capture.get': none,
  'capture.set': captureSchema,
  'log.list': z.strictObject({
    limit: z.number().int().min(1).max(5_000).default(200),
    level: z.enum(['debug', 'info', 'warn', 'error']).default('debug'),
  }),
  explain: z.strictObject({
    url: z.string().min(1),
    method: z.string().default('GET'),
    client: z.string().default('127.0.0.1'),
  }),
  'metrics.get': none,
  'dns.query': z.strictObject({ name: z.string().min(1).max(255), type: z.string().default('A') }),
  'dns.queries': z.strictObject({ limit: z.number().int().min(1).max(500).default(200) }),
  'certificates.list': none,
  /** Another root CA for the names in use; every trust store has to be told of it. */
  'certificates.renewRoot': z.strictObject({ consent: z.literal(true) }),
  /** A public certificate for the site of this host, now. */
  'certificates.order': z.strictObject({ host: z.string().min(1).max(255) }),
  'trust.status': none,
  /** What would be done, to be shown first. */
  'trust.plan': trustRequest,
  'trust.apply': trustRequest,
  'names.status': none,
  'names.plan': namesRequest,
  'names.apply': namesRequest,
  /** Asks the operating system's own resolver; a canary name unless one is given. */
  'names.check': z.strictObject({ name: z.string().min(1).max(255).optional() }),
  'changes.list': none,
  'changes.undo': z.strictObject({ id: z.number().int() }),
  'doctor.run': none,
  /** Dev servers that run on this machine. */
  'discovery.list': none,
  'doctor.mend': mendSchema,
  ...serviceRequests,
} as const satisfies Record<CommandName, z.ZodType>;

export interface ConfigDocument {
  file: string;
  format: 'yaml' | 'json';
  /** In force. */
  text: string;
  /** Of the file, where that is not in force: it was refused. */
  onDisk?: string;
  revision: number;
  /** As written, defaults not filled in: what forms edit. */
  value: unknown;
  problems: Problem[];
}

/** Draft 2020-12; `description` is the documentation of a key. */
export type JsonSchema = Record<string, unknown>;

export interface ConfigSchemas {
  config: JsonSchema;
  /** By name; `{}` for one that does not describe its config. */
  middlewares: Record<string, JsonSchema>;
}

export interface ConfigPreview {
  before: string;
  after: string;
  problems: Problem[];
}

export interface Applied {
  revision: number;
  warnings: Problem[];
}

interface Replies extends ServiceReplies {
  'status.get': Snapshot;
  'engine.start': Snapshot;
  'engine.stop': Snapshot;
  'daemon.quit': { pid: number };
  'config.get': ConfigDocument;
  'config.check': { problems: Problem[] };
  'config.schema': ConfigSchemas;
  'config.preview': ConfigPreview;
  'config.apply': Applied;
  'config.edit': Applied;
  'config.import': ImportPlan & ConfigPreview & { revision: number };
  'config.history': Revision[];
  'config.revision': { id: number; text: string; format: 'yaml' | 'json' };
  'config.rollback': Applied;
  'sites.add': Applied;
  'sites.remove': Applied;
  'sites.set': Applied;
  'backends.add': Applied;
  'backends.remove': Applied;
  'backends.set': Applied;
  'health.check': HealthReport;
  'rehearse.start': Rehearsal;
  /** Those that it ended. */
  'rehearse.stop': Rehearsal[];
  'rehearse.list': Rehearsal[];
  'exchanges.list': Exchange[];
  'exchanges.get': ExchangeRecord;
  'exchanges.explain': ExchangeExplanation;
  'exchanges.replay': Exchange;
  'exchanges.clear': null;
  'capture.get': CaptureState;
  'capture.set': CaptureState;
  'log.list': LogEntry[];
  explain: Explanation;
  /** Prometheus text exposition format 0.0.4. */
  'metrics.get': { text: string };
  'dns.query': DnsAnswer;
  /** The newest first. */
  'dns.queries': DnsQuery[];
  'certificates.list': CertificatesReport;
  'certificates.renewRoot': RenewedRoot;
  'certificates.order': AcmeState;
  'trust.status': TrustReport;
  'trust.plan': TrustPlan[];
  'trust.apply': TrustResult[];
  'names.status': SystemNamesStatus;
  'names.plan': NamesPlan;
  'names.apply': NamesPlan;
  'names.check': NamesCheck;
  'changes.list': SystemChange[];
  'changes.undo': SystemChange[];
  'doctor.run': DoctorReport;
  'discovery.list': { servers: DevServer[] };
  'doctor.mend': Mended;
}

export type { CommandName, PushName } from './names.ts';
/** What the sender writes: defaults may be left out. */
export type Request<K extends CommandName> = z.input<(typeof requestSchemas)[K]>;
/** What the handler gets. */
export type ParsedRequest<K extends CommandName> = z.output<(typeof requestSchemas)[K]>;
export type Reply<K extends CommandName> = Replies[K];
export type Answer<K extends CommandName> = { ok: true; value: Reply<K> } | { ok: false; problems: Problem[] };
export type Handlers = { [K in CommandName]: (request: ParsedRequest<K>) => Promise<Reply<K>> | Reply<K> };

/** What the engine tells without being asked. */
export interface Pushes {
  'engine.statusChanged': { status: EngineStatus };
  /** After an apply, a start or a stop: everything that routes. */
  'state.replaced': { revision: number; sites: SiteState[]; listeners: ListenerState[]; problems: Problem[] };
  /** Backends whose health changed. */
  'health.changed': { backend: BackendState; site: string }[];
  /** All that are on. */
  'rehearsals.changed': Rehearsal[];
  /** Once a second while there is traffic, and once after it ends. */
  'traffic.sampled': TrafficSample & {
    sites: { name: string; requests: number }[];
    backends: { id: string; active: number; requests: number; failures: number }[];
  };
  /** Ten times a second at most, newest last, bounded: a missing id was left out; one that was told before has changed since. */
  'exchanges.recorded': Exchange[];
  'log.written': LogEntry[];
  'config.refused': { problems: Problem[] };
  /** Ten times a second at most. */
  'services.changed': ServicesChanged;
}

/** Numbered without gaps; a receiver that misses a number asks for a new snapshot. */
export type Push = { [K in PushName]: { seq: number; name: K; data: Pushes[K] } }[PushName];
