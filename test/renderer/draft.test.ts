/** Drafts: what is typed becomes an entry, checks before the engine is asked, edits of the file, problems at their field. */
import { describe, expect, it } from 'vitest';
import { checkEntry } from '../../renderer/store/draft-check.ts';
import { editsOf } from '../../renderer/store/draft-edits.ts';
import { fieldAt, findEntry, placeProblems } from '../../renderer/store/draft-place.ts';
import { LISTS, completeUrl, entryFields, finished, groupsOf } from '../../renderer/store/entry-form.ts';
import { backendSchema, routeSchema, siteSchema } from '../../shared/config.ts';
import { problem } from '../../shared/problem.ts';
import type { Tree } from '../../renderer/form/value.ts';
import type { Draft, DraftTarget, FormName } from '../../renderer/store/draft-state.ts';
import type { ConfigPath } from '../../shared/problem.ts';

const draftOf = (target: DraftTarget, value: Tree, rest: Partial<Draft> = {}): Draft => ({
  target,
  value,
  initial: {},
  choice: 'pool',
  owner: undefined,
  place: ['server', 0],
  phase: 'editing',
  baseRevision: 3,
  errors: {},
  problems: [],
  conflict: false,
  ...rest,
});

describe('what is typed becomes an entry', () => {
  it.each([
    ['5173', 'http://localhost:5173'],
    [' localhost:3000 ', 'http://localhost:3000'],
    ['https://localhost:8443/x', 'https://localhost:8443/x'],
    ['${API}', '${API}'],
    ['', ''],
  ])('the URL %j is %j', (typed, url) => expect(completeUrl(typed)).toBe(url));

  it('keys left empty are left out', () => {
    expect(finished('backend', { name: ' ', url: '5173', weight: 2 }, 'pool', true)).toEqual({
      url: 'http://localhost:5173',
      weight: 2,
    });
  });

  it('a new site has its hosts and one backend', () => {
    const typed = { name: 'shop.test', hosts: ['shop.test', '*.shop.test'], url: '5173' };
    expect(finished('site', typed, 'pool', true)).toEqual({
      name: 'shop.test',
      hosts: ['shop.test', '*.shop.test'],
      balance: [{ url: 'http://localhost:5173' }],
    });
  });

  it('a route keeps only what belongs to where it leads', () => {
    const typed = { path: '/x/*', url: '5173', strategy: 'random', static: './dist', strip_prefix: '/x' };
    expect(finished('route', typed, 'static', true)).toEqual({ path: '/x/*', static: './dist', strip_prefix: '/x' });
    expect(finished('route', typed, 'redirect', true)).toEqual({ path: '/x/*', strip_prefix: '/x' });
  });
});

describe('the form of an entry', () => {
  const SHAPES = { site: siteSchema.shape, route: routeSchema.shape, backend: backendSchema.shape } as const;

  it.each(['site', 'route', 'backend'] as const)('of a %s has every key of its schema, each with its help', (kind) => {
    const keys = (['pool', 'static', 'redirect'] as const).flatMap((choice) =>
      [{}, { balance: [] }].flatMap((entry) =>
        groupsOf({ kind, isNew: false, entry, choice }).flatMap(({ fields }) => fields.map(({ key }) => key)),
      ),
    );
    const wanted = Object.keys(SHAPES[kind]).filter((key) => !LISTS.some((list) => list === key));
    expect([...new Set(keys)].sort()).toEqual(wanted.sort());
    expect(entryFields(kind).filter(({ help }) => !help)).toEqual([]);
  });

  it('asks a new site for name, URL and hosts, a new backend for its URL first', () => {
    const firstOf = (kind: 'site' | 'backend') =>
      groupsOf({ kind, isNew: true, entry: {}, choice: 'pool' })[0]?.fields.map(({ key }) => key);
    expect(firstOf('site')).toEqual(['name', 'url', 'hosts']);
    expect(firstOf('backend')).toEqual(['url', 'name', 'weight']);
  });
});

describe('checks', () => {
  const checked = (form: FormName, value: Tree, rest: Partial<Draft> = {}) =>
    checkEntry(draftOf({ form, site: 'a.test' }, value, rest));

  it('name the field and what mends it', () => {
    expect(checked('backend.add', { url: '5173', weight: 1.5, max_connections: 0 })).toEqual({
      '["weight"]': 'Use a whole number from 0 to 1000.',
      '["max_connections"]': 'Use a whole number, 1 or more.',
    });
    expect(checked('site.add', {})).toEqual({
      '["name"]': 'Give a name, as in shop.test.',
      '["url"]': expect.stringContaining('Give the address') as string,
    });
    expect(checked('site.edit', { name: 'a.test', health_check: { path: 'up', timeout: 'soon' } })).toEqual({
      '["health_check","path"]': 'Begin with a slash, as in /healthz.',
      '["health_check","timeout"]': 'Use seconds, or a number with ms, s, m or h, as in 30s.',
    });
    expect(checked('site.edit', { name: 'a.test', tls: { cert: 'a.pem', key: '' } })).toEqual({
      '["tls","key"]': 'Fill this in.',
    });
    expect(checked('route.add', { path: '/a' }, { choice: 'static' })).toEqual({
      '["static"]': 'Name a folder, as in ./dist.',
    });
    expect(checked('middleware.add', {})).toEqual({ '["name"]': 'Choose one, or name a module.' });
  });

  it('pass what the file may hold', () => {
    expect(checked('backend.add', { name: 'web', url: 'localhost:5173', weight: 0 })).toEqual({});
    expect(checked('backend.edit', { url: '${API}', weight: '${W}' })).toEqual({});
    expect(checked('backend.edit', { host: 'localhost', port: 5173, protocol: 'h2c' })).toEqual({});
    expect(checked('site.add', { name: 'shop.test', url: '5173', hosts: ['*.shop.test'] })).toEqual({});
    expect(
      checked('site.edit', { name: 'a.test', tls: 'local', health_check: { interval: 5, timeout: '1m30s' } }),
    ).toEqual({});
  });
});

describe('the edits of a draft', () => {
  it('insert what is new at its place', () => {
    const path = ['server', 0, 'routes', 1, 'balance', 2];
    const draft = draftOf({ form: 'backend.add', site: 'a.test', path }, { url: '1' }, { place: path });
    expect(editsOf(draft)).toEqual([{ op: 'insert', path, value: { url: 'http://localhost:1' } }]);
  });

  it('touch only what changed, and are none when nothing did', () => {
    const written = { name: 'a.test', hosts: ['b.test'], health_check: { path: '/up', interval: '5s' } };
    const target: DraftTarget = { form: 'site.edit', site: 'a.test' };
    expect(editsOf(draftOf(target, written, { initial: written }))).toEqual([]);
    const typed = { name: 'a.test', health_check: { interval: '5s' } };
    expect(editsOf(draftOf(target, typed, { initial: written }))).toEqual([
      { op: 'remove', path: ['server', 0, 'hosts'] },
      { op: 'remove', path: ['server', 0, 'health_check', 'path'] },
    ]);
  });

  it('turn a backend that its site writes as a plain url into a list only when it must be one', () => {
    const owner = { name: 'a.test', url: 'http://localhost:1' };
    const target: DraftTarget = { form: 'backend.edit', site: 'a.test', path: ['server', 0] };
    const rest = { initial: { url: 'http://localhost:1' }, owner };
    expect(editsOf(draftOf(target, { url: '2' }, rest))).toEqual([
      { op: 'set', path: ['server', 0, 'url'], value: 'http://localhost:2' },
    ]);
    expect(editsOf(draftOf(target, { url: 'http://localhost:1', weight: 4 }, rest))).toEqual([
      { op: 'remove', path: ['server', 0, 'url'] },
      { op: 'set', path: ['server', 0, 'balance'], value: [{ url: 'http://localhost:1', weight: 4 }] },
    ]);
    const added = draftOf({ form: 'backend.add', site: 'a.test' }, { url: '2' }, { owner });
    expect(editsOf(added)).toEqual([
      { op: 'remove', path: ['server', 0, 'url'] },
      {
        op: 'set',
        path: ['server', 0, 'balance'],
        value: [{ url: 'http://localhost:1' }, { url: 'http://localhost:2' }],
      },
    ]);
  });
});

describe('where an entry stands', () => {
  const document = {
    server: [
      { name: 'x.test', url: '1' },
      {
        name: 'a.test',
        balance: [
          { name: 'new', url: '0' },
          { name: 'web', url: '1' },
        ],
      },
    ],
  };

  it('is found again after other entries moved it', () => {
    const target: DraftTarget = { form: 'backend.edit', site: 'a.test', path: ['server', 0, 'balance', 0] };
    expect(findEntry(target, document, { name: 'web', url: '1' })).toMatchObject({
      place: ['server', 1, 'balance', 1],
      entry: { name: 'web' },
    });
    expect(findEntry(target, document, { name: 'gone', url: '1' }).problem?.code).toBe('ENTRY_GONE');
    expect(findEntry({ ...target, site: 'no.test' }, document).problem?.code).toBe('ENTRY_GONE');
  });

  it('of a new backend is the end of the pool, or the site that writes its one in short', () => {
    expect(findEntry({ form: 'backend.add', site: 'a.test' }, document).place).toEqual(['server', 1, 'balance', 2]);
    expect(findEntry({ form: 'backend.add', site: 'x.test' }, document)).toMatchObject({
      place: ['server', 0],
      entry: { url: '1' },
    });
  });
});

describe('problems', () => {
  const place = (form: FormName, at: ConfigPath, path: ConfigPath) =>
    fieldAt({ target: { form, site: 'a.test' }, place: at }, path);

  it.each([
    ['backend.add', ['server', 0, 'balance', 2], ['server', 0, 'balance', 2, 'url'], '["url"]'],
    ['backend.edit', ['server', 0], ['server', 0, 'url'], '["url"]'],
    ['backend.edit', ['server', 0], ['server', 0, 'balance', 0, 'weight'], '["weight"]'],
    ['site.add', ['server', 4], ['server', 4, 'hosts', 1], '["hosts",1]'],
    ['site.add', ['server', 4], ['server', 4, 'balance', 0, 'url'], '["url"]'],
    ['site.edit', ['server', 4], ['server', 4, 'health_check', 'path'], '["health_check","path"]'],
    [
      'middleware.edit',
      ['server', 4, 'middlewares', 0],
      ['server', 4, 'middlewares', 0, 'config', 'x'],
      '["config","x"]',
    ],
    ['site.edit', ['server', 4], ['server', 4, 'routes', 0, 'path'], undefined],
    ['backend.add', ['server', 0, 'balance', 2], ['listen', 'http'], undefined],
    ['backend.add', ['server', 0, 'balance', 2], ['server', 5, 'balance', 2, 'url'], undefined],
  ] as const)('of %s at %j: %j belongs to %s', (form, at, path, field) => expect(place(form, at, path)).toBe(field));

  it('elsewhere in the file are told above the form, and a conflict asks for a reload', () => {
    const at = ['server', 0, 'balance', 1];
    const here = problem('CONFIG_TYPE', 'Not an address.', { path: [...at, 'url'], fix: 'Give host and port.' });
    const there = problem('CONFIG_TYPE', 'Not an address.', { path: ['server', 5, 'balance', 0, 'url'] });
    const conflict = problem('CONFIG_CONFLICT', 'Another revision is current.');
    const draft = { target: { form: 'backend.edit', site: 'a.test' }, place: at } as const;
    expect(placeProblems(draft, [here, there, conflict])).toEqual({
      errors: { '["url"]': 'Not an address. Give host and port.' },
      problems: [there],
      conflict: true,
    });
  });
});
