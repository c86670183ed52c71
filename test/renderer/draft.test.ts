/** Drafts: text to config, checks by the schema of the file, and problems at their field. */
import { describe, expect, it } from 'vitest';
import { completeUrl, fieldAt, toConfig, toPatch, toValues, validate } from '../../renderer/store/draft-fields.ts';
import { changeOf, placeProblems } from '../../renderer/store/draft.ts';
import { problem } from '../../shared/problem.ts';
import type { Draft, DraftTarget } from '../../renderer/store/draft.ts';
import type { Values } from '../../renderer/store/draft-fields.ts';

const draftOf = (target: DraftTarget, values: Values, initial: Values = {}, written: unknown = {}): Draft => ({
  target,
  values,
  initial,
  written,
  place: undefined,
  phase: 'editing',
  baseRevision: 3,
  errors: {},
  problems: [],
  conflict: false,
});

describe('text becomes config', () => {
  it.each([
    ['5173', 'http://localhost:5173'],
    [' localhost:3000 ', 'http://localhost:3000'],
    ['https://localhost:8443/x', 'https://localhost:8443/x'],
    ['${API}', '${API}'],
    ['', ''],
  ])('the URL %j is %j', (typed, url) => expect(completeUrl(typed)).toBe(url));

  it('keys left empty are left out', () => {
    expect(toConfig('backend.add', { name: ' ', url: '5173', weight: '2', backup: '' })).toEqual({
      url: 'http://localhost:5173',
      weight: 2,
    });
  });

  it('a new site has its hosts and one backend', () => {
    expect(toConfig('site.add', { name: 'shop.test', hosts: 'shop.test, *.shop.test', url: '5173' })).toEqual({
      name: 'shop.test',
      hosts: ['shop.test', '*.shop.test'],
      balance: [{ url: 'http://localhost:5173' }],
    });
  });

  it('a backend written as protocol, host and port shows as one URL', () => {
    expect(toValues('backend.edit', { host: 'localhost', port: 5174 }).url).toBe('http://localhost:5174');
  });
});

describe('a patch', () => {
  it('holds only what changed', () => {
    const written = { name: 'web-1', url: 'http://localhost:5173', weight: 2 };
    const before = toValues('backend.edit', written);
    expect(toPatch('backend.edit', before, { ...before, weight: '5' }, written)).toEqual({ weight: 5 });
    expect(toPatch('backend.edit', before, before, written)).toEqual({});
  });

  it('removes the parts that a new URL takes the place of', () => {
    const written = { protocol: 'http', host: 'localhost', port: 5174 };
    const before = toValues('backend.edit', written);
    expect(toPatch('backend.edit', before, { ...before, url: '6000' }, written)).toEqual({
      url: 'http://localhost:6000',
      host: null,
      port: null,
      protocol: null,
    });
  });

  it('of an emptied field removes the key, and keeps the rest of a health check', () => {
    const written = { name: 'a.test', hosts: ['b.test'], health_check: { path: '/up', interval: '5s' } };
    const before = toValues('site.edit', written);
    expect(toPatch('site.edit', before, { ...before, hosts: '', health_path: '' }, written)).toEqual({
      hosts: null,
      health_check: { interval: '5s' },
    });
  });
});

describe('checks', () => {
  it('name the field and what mends it', () => {
    expect(validate('backend.add', { url: '5173', weight: '1.5', max_connections: '0' })).toEqual({
      weight: 'Use a whole number from 0 to 1000.',
      max_connections: 'Use a whole number, 1 or more.',
    });
    expect(validate('site.add', {})).toMatchObject({ name: expect.any(String), url: expect.any(String) });
    expect(validate('site.edit', { name: 'a.test', health_path: 'up' })).toEqual({
      health_path: 'Begin with a slash, as in /healthz.',
    });
  });

  it('pass what the file may hold', () => {
    expect(validate('backend.add', { name: 'web', url: 'localhost:5173', weight: '0' })).toEqual({});
    expect(validate('backend.edit', { url: '${API}', weight: '${W}' })).toEqual({});
    expect(validate('site.add', { name: 'shop.test', url: '5173', hosts: '*.shop.test' })).toEqual({});
  });
});

describe('problems', () => {
  it.each([
    ['backend.add', ['server', 0, 'balance', 2, 'url'], 'url'],
    ['backend.add', ['server', 0, 'balance', 2, 'port'], 'url'],
    ['backend.edit', ['patch', 'weight'], 'weight'],
    ['site.add', ['server', 4, 'hosts', 1], 'hosts'],
    ['site.add', ['server', 4, 'balance', 0, 'url'], 'url'],
    ['site.edit', ['server', 4, 'health_check', 'path'], 'health_path'],
    ['backend.add', ['listen', 'http'], undefined],
  ] as const)('of %s at %j belong to %s', (form, path, field) => expect(fieldAt(form, path)).toBe(field));

  it('elsewhere in the file are not pinned to a field', () => {
    const place = ['server', 0, 'balance', 1];
    const here = problem('CONFIG_TYPE', 'Not an address.', { path: [...place, 'url'], fix: 'Give host and port.' });
    const there = problem('CONFIG_TYPE', 'Not an address.', { path: ['server', 5, 'balance', 0, 'url'] });
    for (const form of ['backend.add', 'backend.edit'] as const) {
      expect(placeProblems({ target: { form, site: 'a.test' }, place }, [here, there])).toEqual({
        errors: { url: 'Not an address. Give host and port.' },
        problems: [there],
        conflict: false,
      });
    }
  });

  it('of a conflict ask for a reload', () => {
    const conflict = problem('CONFIG_CONFLICT', 'Another revision is current.');
    const placed = placeProblems({ target: { form: 'site.add', site: '' }, place: ['server', 1] }, [conflict]);
    expect(placed).toEqual({ errors: {}, problems: [], conflict: true });
  });
});

describe('the command of an edit', () => {
  it('adds to the pool of the site by name, to the pool of a route by path', () => {
    expect(changeOf(draftOf({ form: 'backend.add', site: 'a.test' }, { url: '1' }))).toEqual({
      name: 'backends.add',
      request: { site: 'a.test', backend: { url: 'http://localhost:1' } },
    });
    const path = ['server', 0, 'routes', 1, 'balance', 2];
    expect(changeOf(draftOf({ form: 'backend.add', site: 'a.test', path }, { url: '1' }))).toEqual({
      name: 'config.edit',
      request: { edits: [{ op: 'insert', path, value: { url: 'http://localhost:1' } }] },
    });
  });

  it('turns a backend that its site writes as a plain url into a list, and keeps its address', () => {
    const written = { url: 'http://localhost:1' };
    const target: DraftTarget = { form: 'backend.edit', site: 'a.test', backend: 'localhost:1', path: ['server', 0] };
    const before = toValues('backend.edit', written);
    const remove = { op: 'remove', path: ['server', 0, 'url'] };
    expect(changeOf(draftOf(target, { ...before, weight: '4' }, before, written))).toEqual({
      name: 'config.edit',
      request: {
        edits: [
          remove,
          { op: 'set', path: ['server', 0, 'balance'], value: [{ url: 'http://localhost:1', weight: 4 }] },
        ],
      },
    });
    const route: DraftTarget = { form: 'backend.add', site: 'a.test', path: ['server', 0, 'routes', 1] };
    expect(changeOf(draftOf(route, { url: '2' }, {}, written))).toEqual({
      name: 'config.edit',
      request: {
        edits: [
          { op: 'remove', path: ['server', 0, 'routes', 1, 'url'] },
          {
            op: 'set',
            path: ['server', 0, 'routes', 1, 'balance'],
            value: [{ url: 'http://localhost:1' }, { url: 'http://localhost:2' }],
          },
        ],
      },
    });
  });

  it('is none when nothing changed', () => {
    expect(
      changeOf(draftOf({ form: 'site.edit', site: 'a.test' }, { name: 'a.test' }, { name: 'a.test' })),
    ).toBeUndefined();
  });
});
