/** What differs between the config and a container, and what making it so does to the data. Pure. */
import type { ServiceChange } from '../../../shared/service.ts';
import { kindOf } from './catalogue.ts';
import { recordOf, type ServiceSpec, type SpecRecord } from './spec.ts';

/** Empty where there is nothing to do. */
export function changesOf(spec: ServiceSpec, had: SpecRecord): ServiceChange[] {
  const wants = recordOf(spec);
  return [
    imageChange(spec, had.image),
    credentialChange('username', spec, had.username, wants.username),
    credentialChange('database_name', spec, had.database, wants.database),
    passwordChange(spec, had.password, wants.password),
    listChange('variables', variablesDiffer(had, wants), 'The variables of the environment change; the data stay.'),
    listChange(
      'exposed_ports',
      had.ports.join() !== wants.ports.join(),
      'It is published on other ports; the data stay.',
    ),
    volumeChange(had.volumes, wants.volumes),
  ].filter((change) => change !== undefined);
}

const listChange = (key: string, differs: boolean, message: string): ServiceChange | undefined =>
  differs ? { key, message, data: 'kept' } : undefined;

function imageChange({ image, type }: ServiceSpec, had: string): ServiceChange | undefined {
  if (image === had) return undefined;
  const [from, to] = [majorOf(had), majorOf(image)];
  if (kindOf(type).readsOwnMajorOnly && from !== to) {
    return {
      key: 'version',
      message: `${had} becomes ${image}, which does not read data of another major version. Dump them first, or the new one does not start.`,
      data: 'risk',
    };
  }
  return { key: 'version', message: `${had} becomes ${image}; the data stay.`, data: 'kept' };
}

const majorOf = (image: string): string => /:(\d+)/.exec(image.slice(image.lastIndexOf('/') + 1))?.[1] ?? image;

/** Users and databases are made once, with the data. */
function credentialChange(
  key: 'username' | 'database_name',
  { name }: ServiceSpec,
  had: string | undefined,
  wants: string | undefined,
): ServiceChange | undefined {
  if (had === wants) return undefined;
  const word = key === 'username' ? 'user' : 'database';
  return {
    key,
    message: `The ${word} ${had ?? ''} becomes ${wants ?? ''}; the data of ${name} were made with the old one and do not have the new.`,
    data: 'ignored',
  };
}

function passwordChange(
  { type }: ServiceSpec,
  had: string | undefined,
  wants: string | undefined,
): ServiceChange | undefined {
  // Taken out of the config: the one in use is kept.
  if (had === wants || wants === undefined) return undefined;
  if (type === 'redis')
    return { key: 'password', message: 'Clients need the new password from then on.', data: 'kept' };
  return {
    key: 'password',
    message: 'The data were made with the old password and keep it; change it in the database itself.',
    data: 'ignored',
  };
}

function variablesDiffer(had: SpecRecord, wants: SpecRecord): boolean {
  const text = ({ variables }: SpecRecord): string =>
    JSON.stringify(Object.entries(variables).sort(([a], [b]) => (a < b ? -1 : 1)));
  return text(had) !== text(wants);
}

function volumeChange(had: string[], wants: string[]): ServiceChange | undefined {
  if (had.join() === wants.join()) return undefined;
  const lost = had.filter((entry) => !wants.includes(entry)).map((entry) => entry.split(':')[0]);
  return {
    key: 'volumes',
    message:
      lost.length === 0
        ? 'Another volume is added; the data stay.'
        : `What is in ${lost.join(', ')} stays there and is not copied; the service begins with what the new volume holds.`,
    data: lost.length === 0 ? 'kept' : 'risk',
  };
}
