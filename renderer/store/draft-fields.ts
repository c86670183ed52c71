/** The forms of the window: their fields, how text becomes config, and which field a problem belongs to. */
import { backendSchema, siteSchema } from '../../shared/config.ts';
import { valueAt } from '../../shared/value-at.ts';
import type { ConfigPath } from '../../shared/problem.ts';
import type { Json } from './changes.ts';

export type FormName = 'site.add' | 'site.edit' | 'backend.add' | 'backend.edit';
export type FieldName = 'name' | 'hosts' | 'url' | 'weight' | 'max_connections' | 'backup' | 'health_path';
/** What the inputs hold; a ticked box is `true`, all else is as typed. */
export type Values = Partial<Record<FieldName, string>>;
export type FieldErrors = Partial<Record<FieldName, string>>;

export interface FieldSpec {
  name: FieldName;
  label: string;
  kind: 'text' | 'number' | 'check';
  placeholder?: string;
  hint?: string;
  /** Hosts, URLs and paths. */
  mono?: boolean;
  required?: boolean;
}

const URL_FIELD: FieldSpec = {
  name: 'url',
  label: 'URL',
  kind: 'text',
  mono: true,
  required: true,
  placeholder: 'http://localhost:5173',
  hint: 'Where the dev server listens. A port alone will do.',
};
const HOSTS_FIELD: FieldSpec = {
  name: 'hosts',
  label: 'Hosts',
  kind: 'text',
  mono: true,
  placeholder: 'shop.test *.shop.test',
  hint: 'Separated by spaces. Left empty, the name is the host.',
};
const NAME_OF_SITE: FieldSpec = {
  name: 'name',
  label: 'Name',
  kind: 'text',
  mono: true,
  required: true,
  placeholder: 'shop.test',
};
const BACKEND_FIELDS: readonly FieldSpec[] = [
  {
    name: 'name',
    label: 'Name',
    kind: 'text',
    mono: true,
    placeholder: 'web-1',
    hint: 'Left empty, it is made from the URL.',
  },
  URL_FIELD,
  {
    name: 'weight',
    label: 'Weight',
    kind: 'number',
    placeholder: '1',
    hint: 'Its share relative to the others, from 0 to 1000.',
  },
  {
    name: 'max_connections',
    label: 'Most requests at once',
    kind: 'number',
    placeholder: 'no limit',
    hint: 'More than this go to the others.',
  },
  { name: 'backup', label: 'Backup: serves only when the others are down', kind: 'check' },
];

export const FORM_FIELDS: Record<FormName, readonly FieldSpec[]> = {
  'site.add': [NAME_OF_SITE, URL_FIELD, HOSTS_FIELD],
  'site.edit': [
    NAME_OF_SITE,
    HOSTS_FIELD,
    {
      name: 'health_path',
      label: 'Health check path',
      kind: 'text',
      mono: true,
      placeholder: '/',
      hint: 'Requested from each backend to see that it works.',
    },
  ],
  'backend.add': BACKEND_FIELDS,
  'backend.edit': BACKEND_FIELDS,
};

/** `5173` and `localhost:5173` mean `http://localhost:5173`; anything else is left for the engine to judge. */
export function completeUrl(text: string): string {
  const trimmed = text.trim();
  if (/^\d{1,5}$/.test(trimmed)) return `http://localhost:${trimmed}`;
  if (trimmed === '' || trimmed.includes('://') || trimmed.includes('${')) return trimmed;
  return `http://${trimmed}`;
}

const splitHosts = (text: string): string[] => text.split(/[\s,]+/).filter((host) => host !== '');

/** A number as a number; other text goes on as it is, for the schema to refuse or a `${VARIABLE}` to fill. */
function numberOf(text: string): Json {
  const value = Number(text);
  return Number.isNaN(value) ? text : value;
}

/** What the form would write: keys left empty are left out. */
export function toConfig(form: FormName, values: Values): Record<string, Json> {
  const text = (name: FieldName): string => (values[name] ?? '').trim();
  const out: Record<string, Json> = {};
  if (text('name')) out['name'] = text('name');
  if (form.startsWith('site')) {
    const hosts = splitHosts(text('hosts'));
    if (hosts.length > 0) out['hosts'] = hosts;
    if (text('health_path')) out['health_check'] = { path: text('health_path') };
    if (text('url')) out['balance'] = [{ url: completeUrl(text('url')) }];
    return out;
  }
  if (text('url')) out['url'] = completeUrl(text('url'));
  if (text('weight')) out['weight'] = numberOf(text('weight'));
  if (text('max_connections')) out['max_connections'] = numberOf(text('max_connections'));
  if (values.backup === 'true') out['backup'] = true;
  return out;
}

/** What the inputs show for an entry as it is written in the file. */
export function toValues(form: FormName, written: unknown): Values {
  const text = (...path: ConfigPath): string => {
    const value = valueAt(written, path);
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  };
  if (form.startsWith('site')) {
    const hosts = valueAt(written, ['hosts']);
    return {
      name: text('name'),
      hosts: Array.isArray(hosts) ? hosts.join(' ') : '',
      health_path: text('health_check', 'path'),
    };
  }
  const url =
    text('url') ||
    (text('host') && `${text('protocol') || 'http'}://${text('host')}${text('port') && `:${text('port')}`}`);
  const backup = valueAt(written, ['backup']) === true ? 'true' : '';
  return { name: text('name'), url, weight: text('weight'), max_connections: text('max_connections'), backup };
}

/** Keys to set in an entry for the fields that changed; null removes a key. */
export function toPatch(form: FormName, before: Values, after: Values, written: unknown): Record<string, Json> {
  const config = toConfig(form, after);
  const patch: Record<string, Json> = {};
  const changed = (name: FieldName): boolean => (before[name] ?? '').trim() !== (after[name] ?? '').trim();
  for (const key of ['name', 'hosts', 'weight', 'max_connections'] as const)
    if (changed(key)) patch[key] = config[key] ?? null;
  if (changed('backup')) patch['backup'] = after.backup === 'true';
  if (changed('health_path')) patch['health_check'] = healthPatch(written, (after.health_path ?? '').trim());
  if (changed('url')) {
    patch['url'] = config['url'] ?? null;
    const parts = ['host', 'port', 'protocol'].filter((key) => valueAt(written, [key]) !== undefined);
    for (const key of parts) if (!(key === 'protocol' && valueAt(written, ['protocol']) === 'h2c')) patch[key] = null;
  }
  return patch;
}

function healthPatch(written: unknown, path: string): Json {
  const current = valueAt(written, ['health_check']);
  const rest = typeof current === 'object' && current !== null ? { ...(current as Record<string, Json>) } : {};
  if (path) return { ...rest, path };
  delete rest['path'];
  return Object.keys(rest).length > 0 ? rest : null;
}

/** What the schema of the file says about each field; a field that holds a `${VARIABLE}` is the engine's to judge. */
export function validate(form: FormName, values: Values): FieldErrors {
  const schema = form.startsWith('site') ? siteSchema : backendSchema;
  const result = schema.safeParse({ ...(form === 'site.edit' ? { name: '' } : {}), ...toConfig(form, values) });
  const errors: FieldErrors = {};
  for (const spec of FORM_FIELDS[form])
    if (spec.required && !(values[spec.name] ?? '').trim()) errors[spec.name] = MISSING[spec.name] ?? 'Fill this in.';
  for (const issue of result.success ? [] : result.error.issues) {
    const field = fieldAt(
      form,
      issue.path.filter((key) => typeof key !== 'symbol'),
    );
    if (field && !errors[field] && !(values[field] ?? '').includes('${'))
      errors[field] = SAID_BETTER[field] ?? sentence(issue.message);
  }
  return errors;
}

const MISSING: FieldErrors = {
  name: 'Give a name, as in shop.test.',
  url: 'Give the address of a dev server, as in http://localhost:5173.',
};
const SAID_BETTER: FieldErrors = {
  weight: 'Use a whole number from 0 to 1000.',
  max_connections: 'Use a whole number, 1 or more.',
  health_path: 'Begin with a slash, as in /healthz.',
};
const sentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;

const ALIASES = new Map<string, FieldName>([
  ['protocol', 'url'],
  ['host', 'url'],
  ['port', 'url'],
  ['health_check', 'health_path'],
]);

/** The field of a form that a config path speaks of: the last key in it that the form has. */
export function fieldAt(form: FormName, path: ConfigPath): FieldName | undefined {
  const fields = FORM_FIELDS[form].map((spec) => spec.name);
  for (let index = path.length - 1; index >= 0; index -= 1) {
    const key = path[index];
    const name = typeof key === 'string' ? (ALIASES.get(key) ?? key) : undefined;
    const field = fields.find((candidate) => candidate === name);
    if (field) return field;
  }
  return undefined;
}

/** Whether `path` is `base` or below it. */
export const isUnder = (path: ConfigPath, base: ConfigPath): boolean => base.every((key, index) => path[index] === key);
