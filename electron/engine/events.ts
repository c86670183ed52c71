/** The typed event map of the engine, and the small emitter that carries it. */
import type { AcmeEvents } from '../../shared/acme.ts';
import type { CertificateEvents } from '../../shared/certificate.ts';
import type { HealthStatus, LogLevel } from '../../shared/state.ts';
import type { Problem } from '../../shared/problem.ts';
import type { RehearsalEvents } from '../../shared/rehearsal.ts';
import type { ServiceEvents } from '../../shared/service.ts';
import type { SystemNamesEvents } from '../../shared/system-names.ts';
import type { TrustEvents } from '../../shared/trust.ts';

export interface EngineEvents
  extends CertificateEvents, AcmeEvents, TrustEvents, SystemNamesEvents, RehearsalEvents, ServiceEvents {
  'engine.starting': Record<string, never>;
  'engine.started': { revision: number };
  'engine.stopping': Record<string, never>;
  'engine.stopped': Record<string, never>;
  'engine.startFailed': { problems: Problem[] };
  'config.applied': { revision: number; source: string; summary: string };
  'config.refused': { problems: Problem[]; source: string };
  'backend.healthChanged': {
    id: string;
    site: string;
    name: string;
    url: string;
    from: HealthStatus;
    to: HealthStatus;
    reason?: string;
  };
  'listener.opened': { kind: string; address: string; port: number };
  'listener.closed': { kind: string; address: string; port: number };
  'listener.failed': { kind: string; address: string; port: number; problem: Problem };
  /** Of the middlewares: all there are now. */
  'middleware.degraded': { problems: Problem[] };
  'site.hostRefused': { site: string; backend: string; framework: string; fix: string };
  /** Whoever asked: the window, the tray's watch, the command line. */
  'doctor.examined': { toMend: number };
  /** Free text of a room, a middleware or a custom module. */
  'log.line': {
    level: LogLevel;
    event: string;
    message: string;
    fields?: Record<string, string | number | boolean | null>;
  };
}

export type EventName = keyof EngineEvents;
export type EventListener<K extends EventName> = (data: EngineEvents[K]) => void;
export type AnyListener = (name: EventName, data: EngineEvents[EventName]) => void;

export interface EventBus {
  emit: <K extends EventName>(name: K, data: EngineEvents[K]) => void;
  /** Returns the call that ends the subscription. */
  on: <K extends EventName>(name: K, listener: EventListener<K>) => () => void;
  onAny: (listener: AnyListener) => () => void;
}

/** A listener that throws does not stop the others; its error is thrown later, outside the engine's own work. */
export function createEventBus(): EventBus {
  const named = new Map<EventName, Set<(data: never) => void>>();
  const any = new Set<AnyListener>();
  const call = (act: () => void): void => {
    try {
      act();
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  };
  return {
    emit(name, data) {
      for (const listener of named.get(name) ?? []) call(() => listener(data as never));
      for (const listener of any) call(() => listener(name, data));
    },
    on(name, listener) {
      const set = named.get(name) ?? new Set();
      named.set(name, set);
      set.add(listener as (data: never) => void);
      return () => set.delete(listener as (data: never) => void);
    },
    onAny(listener) {
      any.add(listener);
      return () => any.delete(listener);
    },
  };
}
