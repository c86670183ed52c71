/** Makes a service that is not in the config yet, and adds it there once its container is made. */
import { success, type Result } from '../../../shared/problem.ts';
import type { ServiceFile } from '../../../shared/service-config.ts';
import type { Entry } from './roster.ts';
import type { ServiceSpec } from './spec.ts';
import { createService, type Outcome, type WorkTools } from './work.ts';

/** A service that runs and could not be added is told so: its problem is `late`. */
export async function createAndAdd(
  tools: WorkTools,
  entry: Entry,
  { spec, wanted }: { spec: ServiceSpec; wanted: ServiceFile },
  addToConfig: (service: ServiceFile) => Promise<Result<unknown>>,
): Promise<Result<Outcome>> {
  const made = await createService(tools, spec);
  if (!made.ok) return made;
  const added = await addToConfig(wanted);
  if (!added.ok) return success({ ...made.value, late: added.problems[0]! });
  entry.wanted = undefined;
  return made;
}
