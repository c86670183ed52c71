/** What Mogoly changes outside its home folder: trust stores and the system's resolver, each change in the ledger. */
import { homedir, networkInterfaces, uptime } from 'node:os';
import { join } from 'node:path';
import type { CertificatesReport } from '../../shared/certificate.ts';
import type { Config } from '../../shared/config.ts';
import { isWrong, type DoctorReport, type Mend, type Mended } from '../../shared/doctor.ts';
import { success, type Problem, type Result } from '../../shared/problem.ts';
import type {
  NamesCheck,
  NamesMethodId,
  NamesPlan,
  SystemNamesStatus,
  WantedNames,
} from '../../shared/system-names.ts';
import type { DockerState } from '../../shared/service.ts';
import type { ListenerState } from '../../shared/state.ts';
import type { TrustAction, TrustPlan, TrustReport, TrustResult } from '../../shared/trust.ts';
import type { EventBus } from './events.ts';
import { createSystemChanges, type SystemChanges } from './system/changes.ts';
import { runCommand } from './system/command.ts';
import type { DoctorDeps, HostRefusal } from './system/doctor/check.ts';
import { examine } from './system/doctor/doctor.ts';
import { mend } from './system/doctor/mend.ts';
import { createPortOwner } from './system/doctor/port-owner.ts';
import { createElevation, type ElevationMode } from './system/elevate.ts';
import { openLedger } from './system/ledger.ts';
import { createSystemNames, type SystemNames } from './system/names/system-names.ts';
import { createTrust, type Trust, type TrustDeps } from './system/trust/trust.ts';

/** Dev servers that refused a host, for the doctor. */
const REFUSALS_KEPT = 50;

export interface SystemRoomsOptions {
  home: string;
  bus: EventBus;
  elevation: ElevationMode;
  env: Record<string, string | undefined>;
  root: TrustDeps['root'];
  probe: TrustDeps['probe'];
  wanted: () => WantedNames;
  /** Of the config in force, else of the file. */
  listen: () => Promise<Config['listen'] | undefined>;
  listeners: () => readonly ListenerState[];
  certificates: () => CertificatesReport;
  docker: () => Promise<DockerState>;
  /** Whether others asked our DNS for this name since then; milliseconds since 1970. */
  sawQuery: (name: string, since: number) => boolean;
}

/** What the engine offers of it. */
export interface SystemRooms {
  trust: {
    status: () => Promise<Result<TrustReport>>;
    plan: (action: TrustAction, ids?: readonly string[]) => Promise<Result<TrustPlan[]>>;
    apply: (action: TrustAction, ids?: readonly string[]) => Promise<Result<TrustResult[]>>;
    isTrusted: () => Promise<boolean>;
  };
  names: {
    status: () => Promise<SystemNamesStatus>;
    plan: (action: 'install' | 'remove', method?: NamesMethodId) => Promise<Result<NamesPlan>>;
    apply: (action: 'install' | 'remove', method?: NamesMethodId) => Promise<Result<NamesPlan>>;
    check: (name?: string) => Promise<NamesCheck>;
  };
  changes: Pick<SystemChanges, 'list' | 'undo'>;
  doctor: () => Promise<DoctorReport>;
  /** Errors: DOCTOR_PORT_OWNER, DOCTOR_PORT_REFUSED, DOCTOR_PORT_KEPT, DOCTOR_FILES_REFUSED. */
  mend: (wanted: Mend) => Promise<Result<Mended>>;
}

export function createSystemRooms(options: SystemRoomsOptions): SystemRooms {
  const { home, bus, env } = options;
  const place = { platform: process.platform, fsRoot: '/', run: runCommand };
  const changes = systemChanges(home, options.elevation);
  const trust = createTrust({
    ...place,
    userHome: env['HOME'] ?? homedir(),
    env,
    root: options.root,
    probe: options.probe,
    makeChanges: (steps) => changes.make('trust', steps),
    report: (name, data) => bus.emit(name, data as never),
  });
  const names = createSystemNames({
    ...place,
    run: (file, args) => runCommand(file, args),
    wanted: options.wanted,
    sawQuery: options.sawQuery,
    makeChanges: (steps) => changes.make('names', steps),
    report: (name, data) => bus.emit(name, data as never),
  });
  const planned = <T>(plan: Result<T>, steps: (value: T) => NamesPlan['steps']): Result<NamesPlan> =>
    plan.ok ? success({ steps: steps(plan.value), warnings: warningsOf(plan) }) : plan;
  return {
    trust,
    names: {
      status: names.status,
      plan: async (action, method) => planned(await names.plan(action, method), (steps) => steps),
      apply: async (action, method) => planned(await names[action](method), (steps) => steps),
      check: names.check,
    },
    changes,
    ...doctorRoom(options, trust, names),
  };
}

function doctorRoom(
  options: SystemRoomsOptions,
  trust: Trust,
  names: SystemNames,
): Pick<SystemRooms, 'doctor' | 'mend'> {
  const { home, bus, env } = options;
  const place = { platform: process.platform, fsRoot: '/', run: runCommand };
  const portOwner = createPortOwner(place.platform, runCommand);
  const refusals: HostRefusal[] = [];
  bus.on('site.hostRefused', (refusal) => {
    refusals.push(refusal);
    if (refusals.length > REFUSALS_KEPT) refusals.shift();
  });
  const deps: DoctorDeps = {
    ...place,
    ...options,
    portOwner,
    userHome: env['HOME'] ?? homedir(),
    now: Date.now,
    clockJumpMs: clockJump(),
    links: () => Object.keys(networkInterfaces()),
    namesStatus: names.status,
    namesCheck: () => names.check(),
    trustStores: async () => {
      const report = await trust.status();
      return report.ok ? report.value.stores : [];
    },
    trustVerified: trust.verify,
    refusals: () => refusals,
  };
  const doctor = async (): Promise<DoctorReport> => {
    const report = await examine(deps);
    bus.emit('doctor.examined', { toMend: report.findings.filter(isWrong).length });
    return report;
  };
  return { doctor, mend: (wanted) => mend(wanted, { home, portOwner }) };
}

/** The time since the machine started goes on while it sleeps and does not follow the clock, but on macOS, where it does. */
function clockJump(): () => number {
  const ahead = (): number => Date.now() - uptime() * 1_000;
  const atStart = ahead();
  return () => ahead() - atStart;
}

/** Also what the CLI makes its changes by, on its own terminal. */
export function systemChanges(home: string, mode: ElevationMode): SystemChanges {
  const ledger = openLedger(join(home, 'changes.json'));
  const elevation = createElevation({ mode, platform: process.platform, run: runCommand });
  return createSystemChanges({ ledger, elevation, run: runCommand });
}

const warningsOf = ({ warnings }: { warnings: Problem[] }): Problem[] => warnings;
