/** Health, and the rehearsals of failure that probes and requests run into. */
import { failure, problem, success, type Result } from '../../shared/problem.ts';
import type { Rehearsal, RehearsalRequest } from '../../shared/rehearsal.ts';
import type { EventBus } from './events.ts';
import type { Backend, Generation } from './generation.ts';
import { probe } from './health/active.ts';
import { createHealthRegistry, type HealthRegistry } from './health/registry.ts';
import { rehearsedProbe } from './health/rehearsed.ts';
import { Rehearsals } from './rehearsal/rehearsals.ts';

/** The registry is paused until the engine runs. */
export function createHealthRooms(bus: EventBus): { health: HealthRegistry; rehearsals: Rehearsals } {
  const rehearsals = new Rehearsals({
    onStart: (rehearsal, backend) => {
      bus.emit('rehearsal.started', rehearsal);
      void notice(health, backend);
    },
    onEnd: (rehearsal, reason) => bus.emit('rehearsal.ended', { ...rehearsal, reason }),
  });
  const health = createHealthRegistry({
    probe: rehearsedProbe(rehearsals.faultOf, probe),
    onChange: (backend, from, to, reason) => {
      const { id, site, name, origin } = backend;
      const why = reason === undefined ? {} : { reason };
      bus.emit('backend.healthChanged', { id, site, name, url: origin.origin, from, to, ...why });
    },
  });
  health.pause();
  return { health, rehearsals };
}

/** The next probe may be half a minute away, longer than the rehearsal; and one under way may still find it well. */
async function notice(health: HealthRegistry, backend: Backend): Promise<void> {
  if (!backend.health.enabled || backend.off) return;
  const found = await health.checkOne(backend);
  if (found.pass.length > 0) await health.checkOne(backend);
}

export interface RehearsalDoor {
  /** Errors: ENGINE_STOPPED, SITE_UNKNOWN, BACKEND_UNKNOWN, BACKEND_DISABLED. */
  start: (request: RehearsalRequest) => Result<Rehearsal>;
  /** The one with this id, or all; gives those that it ended. Error: REHEARSAL_UNKNOWN. */
  stop: (id?: number) => Result<Rehearsal[]>;
  /** The oldest first. */
  list: () => Rehearsal[];
}

/** What is asked from outside; the config says nothing of it. */
export function rehearsalDoor(
  rehearsals: Rehearsals,
  current: () => Generation,
  isRunning: () => boolean,
): RehearsalDoor {
  return {
    start: ({ site, backend: wanted, ...rest }) => {
      if (!isRunning())
        return refuse('ENGINE_STOPPED', 'Nothing is routed, so no failure can be rehearsed.', 'Start routing first.');
      const found = findBackend(current(), site, wanted);
      if (!found.ok) return found;
      const { off, name } = found.value;
      return off
        ? refuse('BACKEND_DISABLED', `${name}, or its site, is disabled and takes no requests.`, 'Enable it first.')
        : success(rehearsals.start(found.value, rest));
    },
    stop: (id) => {
      const ended = rehearsals.stop(id);
      return id !== undefined && ended.length === 0
        ? refuse(
            'REHEARSAL_UNKNOWN',
            `There is no rehearsal ${id}; it may have ended by itself.`,
            'List them with `mogoly rehearse list`.',
          )
        : success(ended);
    },
    list: rehearsals.list,
  };
}

/** By id, or by name in the site; of two with one name, the one of the site's own pool. */
function findBackend({ backends, sites }: Generation, site: string, wanted: string): Result<Backend> {
  const name = site.toLowerCase();
  if (!sites.some((candidate) => candidate.name.toLowerCase() === name))
    return refuse('SITE_UNKNOWN', `There is no site named "${site}".`, 'List them with `mogoly lb list`.');
  const own = backends.filter((backend) => backend.site.toLowerCase() === name);
  const named = own.filter((backend) => backend.name === wanted);
  const found =
    own.find((backend) => backend.id === wanted) ?? named.find(({ path }) => path[2] !== 'routes') ?? named[0];
  if (found !== undefined) return success(found);
  return refuse('BACKEND_UNKNOWN', `${site} has no backend "${wanted}".`, 'List them with `mogoly lb list`.');
}

const refuse = (code: string, message: string, fix: string) => failure(problem(code, message, { fix }));
