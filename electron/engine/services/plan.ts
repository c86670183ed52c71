/** What making the config true would do to a service. Pure. */
import type { ServicePlan } from '../../../shared/service.ts';
import { changesOf } from './changes.ts';
import type { Entry } from './roster.ts';

export function planOf({ name, config, spec, container }: Entry): ServicePlan {
  if (config === undefined || spec === undefined) {
    return {
      name,
      action: 'keep',
      message: `The config does not have ${name}; it goes on until it is deleted.`,
      changes: [],
    };
  }
  if (container === undefined)
    return { name, action: 'create', message: `${name} is made from ${spec.image}.`, changes: [] };
  const changes = container.record === undefined ? [] : changesOf(spec, container.record);
  if (changes.length > 0)
    return { name, action: 'recreate', message: `The container of ${name} is made anew.`, changes };
  if (!container.isRunning) return { name, action: 'start', message: `${name} is stopped.`, changes };
  return { name, action: 'none', message: `${name} is as the config says.`, changes };
}
