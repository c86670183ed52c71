/** Which user and password a service has: those its data were made with, else the config's, else new ones. */
import { success, type Result } from '../../../shared/problem.ts';
import type { UndoStack } from '../undo.ts';
import { kindOf, type Credentials } from './catalogue.ts';
import { credentialsOf, type OwnContainer } from './containers.ts';
import { makePassword, type Secrets } from './secrets.ts';
import type { ServiceSpec } from './spec.ts';

export interface CredentialTools {
  secrets: Secrets;
  credentialsOf: (container: OwnContainer) => Promise<Credentials>;
}

/**
 * Kept before the container is made, so that no data are ever without their password. Data keep the ones they were made
 * with; a Redis takes its password anew at every start.
 */
export async function resolveCredentials(
  { secrets }: CredentialTools,
  spec: ServiceSpec,
  undo: UndoStack,
): Promise<Result<Credentials>> {
  const kind = kindOf(spec.type);
  if (!kind.hasPassword) return success({});
  const kept = await secrets.get(spec.name);
  if (!kept.ok) {
    // Kept ones cannot be read: the config's own is enough.
    return spec.password === undefined ? kept : success(fromSpec(spec, spec.password));
  }
  if (kept.value?.password !== undefined && (spec.type !== 'redis' || spec.password === undefined))
    return success(kept.value);
  const made = fromSpec(spec, spec.password ?? makePassword());
  const saved = await secrets.set(spec.name, made);
  if (!saved.ok) return saved;
  const before = kept.value;
  undo.push(async () => {
    await (before === undefined ? secrets.remove(spec.name) : secrets.set(spec.name, before));
  });
  return success(made);
}

const fromSpec = ({ username, database }: ServiceSpec, password: string): Credentials => ({
  ...(username === undefined ? {} : { username }),
  ...(database === undefined ? {} : { database }),
  password,
});

/** Of a container that is there: as kept, else as its own environment has them. */
export async function knownCredentials(secrets: Secrets, container: OwnContainer): Promise<Credentials> {
  const kept = await secrets.get(container.service);
  return kept.ok && kept.value !== undefined ? kept.value : credentialsOf(container);
}
