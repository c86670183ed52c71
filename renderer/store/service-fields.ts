/** The fields of the form of a service: which there are for a type, their defaults, checks, and the entry they make. */
import { z } from 'zod';
import { isValidCidr } from '../../shared/cidr.ts';
import { serviceSchema } from '../../shared/service-config.ts';
import { fieldsOf } from '../form/spec.ts';
import { isTree, pathKey, textOf } from '../form/value.ts';
import { splitImage } from './service-words.ts';
import type { ConfigPath } from '../../shared/problem.ts';
import type { CatalogueEntry } from '../../shared/service.ts';
import type { ServiceFile, ServiceType } from '../../shared/service-config.ts';
import type { FieldErrors } from '../form/check.ts';
import type { FieldOf, Json, Schema } from '../form/spec.ts';
import type { Tree } from '../form/value.ts';

export interface ServiceGroup {
  title: string;
  fields: readonly { field: FieldOf; path: ConfigPath }[];
}

/** What people call one of a type. */
const USUAL_NAMES: Record<ServiceType, string> = {
  postgresql: 'postgres',
  mysql: 'mysql',
  mariadb: 'mariadb',
  mongodb: 'mongo',
  redis: 'redis',
  custom: 'service',
};

/** The name where none is typed: the usual one, or the last part of a custom image, with a number where it is taken. */
export function nameFor(type: ServiceType, value: Tree, taken: readonly string[]): string {
  const typed = textOf(value['name']).trim();
  if (typed !== '') return typed;
  const image = splitImage(textOf(value['image']).trim()).repository.split('/').at(-1) ?? '';
  const own = type === 'custom' ? image.replace(/[^A-Za-z0-9_.-]/g, '').replace(/^[^A-Za-z0-9]+/, '') : '';
  const base = own === '' ? USUAL_NAMES[type] : own.slice(0, 48);
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? base : `${base}-${number}`;
    if (!taken.includes(name)) return name;
  }
}

let known: readonly FieldOf[] | undefined;

function allFields(): readonly FieldOf[] {
  known ??= fieldsOf(z.toJSONSchema(serviceSchema, { io: 'input', unrepresentable: 'any' }) as Schema);
  return known;
}

function fieldOf(key: string, change: Partial<FieldOf> = {}): FieldOf {
  const found = allFields().find((field) => field.key === key);
  if (found === undefined) throw new Error(`a service has no key ${key}`);
  return { ...found, required: false, ...change };
}

/** A domain is a name or a map: the form asks for the parts of the map. */
function domainField(key: string, change: Partial<FieldOf>): FieldOf {
  const { spec } = fieldOf('domain');
  const map = spec.kind === 'variants' ? spec.variants.find((each) => each.spec?.kind === 'group')?.spec : undefined;
  const found = map?.kind === 'group' ? map.fields.find((field) => field.key === key) : undefined;
  if (found === undefined) throw new Error(`a domain has no key ${key}`);
  return { ...found, required: false, ...change };
}

const single = (field: FieldOf): ServiceGroup['fields'][number] => ({ field, path: [field.key] });

/** What is asked first. `name`: what it is called where nothing is typed. */
export function firstFields(entry: CatalogueEntry, name: string, isNew: boolean): ServiceGroup['fields'] {
  const isCustom = entry.type === 'custom';
  const image = fieldOf('image', {
    byDefault: 'rabbitmq:4',
    required: true,
    help: 'As its registry has it, with a version.',
  });
  const version = fieldOf('version', { byDefault: entry.version, help: 'Tag of the image.' });
  return [
    ...(isNew
      ? [fieldOf('name', { byDefault: name, help: 'Also the name of its database, unless that has its own.' })]
      : []),
    isCustom ? image : version,
  ].map((field) =>
    single(
      field.key === 'name' && !entry.hasDatabase ? { ...field, help: 'Letters, digits, "_", "." and "-".' } : field,
    ),
  );
}

/** The rest, in groups that open. */
export function restGroups(entry: CatalogueEntry, name: string): ServiceGroup[] {
  const { hasUser, hasDatabase, defaultUser, port, dataPath, type } = entry;
  const credentials = [
    ...(hasUser ? [fieldOf('username', { byDefault: defaultUser })] : []),
    ...(type === 'custom' ? [] : [fieldOf('password', { byDefault: 'generated' })]),
    ...(hasDatabase ? [fieldOf('database_name', { byDefault: name.replace(/[^A-Za-z0-9_]/g, '_') })] : []),
  ];
  const usual = port === undefined ? '8080' : String(port);
  return [
    { title: 'Credentials', fields: credentials.map(single) },
    {
      title: 'Ports and volumes',
      fields: [
        fieldOf('exposed_ports', {
          label: 'Ports',
          byDefault: port === undefined ? undefined : usual,
          help: `Inside the container; a free port of this machine leads to each. 1${usual}:${usual} chooses it.`,
        }),
        fieldOf('volumes', {
          help:
            dataPath === undefined ? 'Data outside of them are lost.' : `A volume for ${dataPath} is made by itself.`,
        }),
      ].map(single),
    },
    {
      title: 'Image and environment',
      fields: [
        ...(type === 'custom' ? [] : [fieldOf('image', { byDefault: entry.image })]),
        fieldOf('variables', { label: 'Variables' }),
      ].map(single),
    },
    {
      title: 'Name and access',
      fields: [
        domainField('domain', {
          label: 'Domain',
          byDefault: `${name}.local`,
          help: 'A name that leads to it, on the usual port. None unless given.',
        }),
        domainField('entrypoint', {
          label: 'Port of the domain',
          byDefault: port === undefined ? undefined : usual,
          help: undefined,
        }),
        domainField('allowed_cidrs', { label: 'Who else may connect' }),
      ].map((field) => ({ field, path: ['domain', field.key] })),
    },
  ].filter(({ fields }) => fields.length > 0);
}

/** An entry as the form holds it: its domain in parts. */
export function valueFrom({ domain, ...rest }: Tree): Tree {
  if (domain === undefined) return rest;
  return { ...rest, domain: typeof domain === 'string' ? { domain } : domain };
}

/** What is typed as an entry of the config: texts trimmed, what is empty left out, a bare domain in short. */
export function finishService(type: ServiceType, value: Tree): ServiceFile {
  const out: Tree = { type };
  for (const [key, held] of Object.entries(value)) {
    const next = trimmed(held);
    if (next !== undefined) out[key] = next;
  }
  const { domain } = out;
  if (isTree(domain) && Object.keys(domain).length === 1 && domain['domain'] !== undefined)
    out['domain'] = domain['domain'];
  return out as unknown as ServiceFile;
}

function trimmed(value: Json): Json | undefined {
  if (typeof value === 'string') return value.trim() || undefined;
  if (Array.isArray(value)) {
    const items = value.flatMap((item) => trimmed(item) ?? []);
    return items.length === 0 ? undefined : items;
  }
  return value ?? undefined;
}

const WANTED: Record<string, string> = {
  name: 'Use letters, digits, "_", "." and "-", at most 63, and begin with a letter or digit.',
  exposed_ports: 'Use 5432, or 15432:5432 to choose the port of this machine.',
  container_path: 'Begin with a slash, as in /data.',
  volumes: 'Name a volume, or an absolute folder.',
  allowed_cidrs: 'Use addresses or blocks, as in 192.168.1.0/24.',
  entrypoint: 'Use a port, from 1 to 65535.',
};

/** By `pathKey`, in plain words; the engine checks all of it again. */
export function checkService(type: ServiceType, value: Tree, taken: readonly string[]): FieldErrors {
  const errors: Record<string, string> = {};
  const say = (path: ConfigPath, message: string): void => void (errors[pathKey(path)] ??= message);
  if (type === 'custom' && textOf(value['image']).trim() === '') say(['image'], 'Name an image, as in rabbitmq:4.');
  const name = textOf(value['name']).trim();
  if (taken.includes(name)) say(['name'], `There is a service "${name}" already.`);
  const domain = value['domain'];
  if (isTree(domain)) checkDomain(domain, say);
  const parsed = serviceSchema.safeParse(finishService(type, { name: 'unnamed', ...value }));
  for (const { path, message } of parsed.error?.issues ?? []) {
    const [head, ...rest] = path as (string | number)[];
    if (head === undefined || head === 'domain') continue;
    const last = typeof rest.at(-1) === 'string' ? String(rest.at(-1)) : String(head);
    const place = head === 'exposed_ports' ? [head] : [head, ...rest];
    say(place, WANTED[last] ?? WANTED[String(head)] ?? message);
  }
  return errors;
}

function checkDomain(domain: Tree, say: (path: ConfigPath, message: string) => void): void {
  const { domain: host, entrypoint, allowed_cidrs: cidrs } = domain;
  if (textOf(host).trim() === '') say(['domain', 'domain'], 'Give the name that the rest is for.');
  const port = textOf(entrypoint).trim();
  if (port !== '' && !(/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535))
    say(['domain', 'entrypoint'], WANTED['entrypoint']!);
  if (Array.isArray(cidrs) && !cidrs.every((cidr) => isValidCidr(textOf(cidr))))
    say(['domain', 'allowed_cidrs'], WANTED['allowed_cidrs']!);
}

/** The field that a problem speaks of: of the request that makes one, or of the entry at `index` of the config. */
export function placeAt(path: ConfigPath, index: number | undefined): string | undefined {
  const isOfRequest = path[0] === 'service';
  const isOfEntry = path[0] === 'services' && index !== undefined && path[1] === index;
  const inside = isOfRequest ? path.slice(1) : isOfEntry ? path.slice(2) : [];
  const [head] = inside;
  if (head === undefined) return undefined;
  if (head === 'exposed_ports') return pathKey(['exposed_ports']);
  if (head === 'domain' && inside.length === 1) return pathKey(['domain', 'domain']);
  return pathKey(head === 'domain' ? inside.slice(0, 2) : inside);
}
