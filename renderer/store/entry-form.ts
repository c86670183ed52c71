/** The forms of the entries of the config: which fields, in which groups, and how typed text becomes an entry. */
import { z } from 'zod';
import { backendSchema, routeSchema, siteSchema } from '../../shared/config.ts';
import { fieldsOf } from '../form/spec.ts';
import { isTree } from '../form/value.ts';
import type { FieldOf, Schema } from '../form/spec.ts';
import type { Tree } from '../form/value.ts';

export type EntryKind = 'site' | 'route' | 'backend' | 'middleware';

export interface FormGroup {
  /** Empty for the first, which needs no heading. */
  title: string;
  lead?: string;
  fields: readonly FieldOf[];
}

interface Layout {
  title: string;
  lead?: string;
  keys: readonly string[];
}

const HEALTH: Layout[] = [
  { title: 'Health check', lead: 'Probes sent to each backend.', keys: ['health_check'] },
  { title: 'Passive health', lead: 'What real requests tell about a backend.', keys: ['passive_health'] },
];
const POOL: Layout = { title: 'Pool', keys: ['strategy', 'sticky', 'host_header', 'response_timeout'] };
const PARTS: Layout = {
  title: 'Address in parts',
  lead: 'In place of a URL.',
  keys: ['protocol', 'host', 'port'],
};

const LAYOUTS: Record<Exclude<EntryKind, 'middleware'>, Layout[]> = {
  site: [
    { title: '', keys: ['name', 'hosts'] },
    { title: 'HTTPS', keys: ['tls', 'force_tls'] },
    POOL,
    ...HEALTH,
    {
      title: 'One backend',
      lead: 'A site with a single backend may say here where it is, in place of a list.',
      keys: ['url', 'protocol', 'host', 'port', 'is_healthy'],
    },
    { title: 'State', keys: ['disabled'] },
  ],
  route: [{ title: '', keys: ['path', 'url', 'static', 'redirect', 'status', 'strip_prefix'] }, POOL, ...HEALTH, PARTS],
  backend: [
    { title: '', keys: ['name', 'url', 'weight'] },
    { title: 'Limits and state', keys: ['max_connections', 'backup', 'disabled', 'drain', 'is_healthy'] },
    PARTS,
    { title: 'Pool', lead: 'For an entry that is a pool of its own.', keys: ['strategy', 'sticky'] },
  ],
};

/** Lists of entries, each edited by itself in the detail. */
export const LISTS = ['balance', 'routes', 'middlewares'] as const;

const SCHEMAS = { site: siteSchema, route: routeSchema, backend: backendSchema } as const;

const made = new Map<EntryKind, readonly FieldOf[]>();

/** Every field of an entry that is not a list of entries. */
export function entryFields(kind: Exclude<EntryKind, 'middleware'>): readonly FieldOf[] {
  const known = made.get(kind);
  if (known) return known;
  const schema = z.toJSONSchema(SCHEMAS[kind], { io: 'input', unrepresentable: 'any' }) as Schema;
  const fields = fieldsOf(schema).filter(({ key }) => !LISTS.some((list) => list === key));
  made.set(kind, fields);
  return fields;
}

/** What an entry of a kind leads to; a route has one of three. */
export type RouteChoice = 'pool' | 'static' | 'redirect';

export const choiceOf = (entry: unknown): RouteChoice =>
  isTree(entry) && entry['static'] !== undefined
    ? 'static'
    : isTree(entry) && entry['redirect'] !== undefined
      ? 'redirect'
      : 'pool';

const CHOICE_KEYS: Record<RouteChoice, readonly string[]> = {
  pool: [
    'url',
    'protocol',
    'host',
    'port',
    'strategy',
    'sticky',
    'host_header',
    'response_timeout',
    'health_check',
    'passive_health',
    'balance',
  ],
  static: ['static'],
  redirect: ['redirect', 'status'],
};

/** Whether a key has a meaning for what the route leads to. */
export function isOfChoice(key: string, choice: RouteChoice): boolean {
  const owners = (Object.keys(CHOICE_KEYS) as RouteChoice[]).filter((each) => CHOICE_KEYS[each].includes(key));
  return owners.length === 0 || owners.includes(choice);
}

export interface Shown {
  kind: Exclude<EntryKind, 'middleware'>;
  isNew: boolean;
  entry: Tree;
  choice: RouteChoice;
}

/** The groups to show. A key of the schema that no layout names stands in a last group, so that none is out of reach. */
export function groupsOf({ kind, isNew, entry, choice }: Shown): FormGroup[] {
  const all = entryFields(kind);
  const hidden = (key: string): boolean => (kind === 'route' && !isOfChoice(key, choice)) || isOut(kind, key, entry);
  const named = new Set(LAYOUTS[kind].flatMap(({ keys }) => keys));
  const layouts = [
    ...LAYOUTS[kind],
    { title: 'Others', keys: all.map(({ key }) => key).filter((key) => !named.has(key)) },
  ];
  const first =
    isNew && kind === 'site'
      ? ['name', 'url', 'hosts']
      : isNew && kind === 'backend'
        ? ['url', 'name', 'weight']
        : undefined;
  const taken = new Set(first);
  return layouts
    .map((layout, index) => {
      const keys = index === 0 ? (first ?? layout.keys) : layout.keys.filter((key) => !taken.has(key));
      const fields = keys.filter((key) => !hidden(key)).flatMap((key) => all.find((field) => field.key === key) ?? []);
      return { ...layout, fields: fields.map((field) => asked(field, kind, isNew)) };
    })
    .filter(({ fields }) => fields.length > 0);
}

/** A pool among backends has no address, a backend no strategy; a site or route with a list has no address of its own. */
function isOut(kind: EntryKind, key: string, entry: Tree): boolean {
  const isPool = Array.isArray(entry['balance']);
  if (kind === 'backend' && (key === 'strategy' || key === 'sticky')) return !isPool;
  return isPool && ['url', 'protocol', 'host', 'port'].includes(key) && entry[key] === undefined;
}

const ASKED: Record<string, string> = {
  'site url': 'Where the dev server listens. A port alone will do.',
  'backend url': 'Where the dev server listens. A port alone will do.',
  'route url': 'Where these paths go. A port alone will do; more backends can be added later.',
  'site hosts': 'Separated by spaces. Left empty, the name is the host.',
  'backend name': 'Left empty, it is made from the URL.',
};

/** Help that says more in a form than in the file. */
const asked = (field: FieldOf, kind: EntryKind, isNew: boolean): FieldOf => {
  const help = isNew || field.key !== 'url' ? ASKED[`${kind} ${field.key}`] : undefined;
  return help === undefined ? field : { ...field, help };
};

/** `5173` and `localhost:5173` mean `http://localhost:5173`; anything else is left for the engine to judge. */
export function completeUrl(text: string): string {
  const trimmed = text.trim();
  if (/^\d{1,5}$/.test(trimmed)) return `http://localhost:${trimmed}`;
  if (trimmed === '' || trimmed.includes('://') || trimmed.includes('${')) return trimmed;
  return `http://${trimmed}`;
}

/** The entry as it is written: texts trimmed, the URL completed, keys that are empty left out. */
export function finished(kind: EntryKind, entry: Tree, choice: RouteChoice, isNew: boolean): Tree {
  const out: Tree = {};
  for (const [key, value] of Object.entries(entry)) {
    if (kind === 'route' && !isOfChoice(key, choice)) continue;
    const text = typeof value === 'string' ? value.trim() : value;
    if (text === '' || text === null) continue;
    out[key] = key === 'url' ? completeUrl(String(text)) : text;
  }
  if (kind !== 'site' || !isNew || out['url'] === undefined) return out;
  const { url, ...rest } = out;
  return { ...rest, balance: [{ url }] };
}
