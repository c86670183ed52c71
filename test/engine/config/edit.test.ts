import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editText } from '../../../electron/engine/config/edit.ts';
import { parseText } from '../../../electron/engine/config/file.ts';
import type { ConfigFormat } from '../../../electron/engine/config/file.ts';
import type { Edit } from '../../../shared/protocol.ts';

function edit(text: string, edits: Edit[], format: ConfigFormat = 'yaml'): string {
  const result = editText(text, format, edits);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.value;
}

function valueOf(text: string, format: ConfigFormat = 'yaml'): unknown {
  const result = parseText(text, format);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.value.value;
}

const set = (path: (string | number)[], value: unknown): Edit => ({ op: 'set', path, value: value as never });

/** Odd on purpose: wide comments, blank lines, quotes of both kinds, flow maps, an anchor. */
const TEXT = `# The shop.
listen:   { http: 80 }      # the usual


health_check_interval: "30s"
server:
  # First.
  - name: 'shop.local'     # our shop
    balance:
      - { name: web-1,   url: http://localhost:1 }
      - {name: web-2, url: "http://localhost:2", weight: 2}   # heavy

    health_check: &probe
      path: /healthz   # cheap
      interval: 10s
  # Second.
  - name: api.local
    url: http://localhost:3
    health_check: *probe
  - name: old.local
    health_check: *probe
    url: http://localhost:4
# The end.
`;

describe('an edit of YAML', () => {
  it('leaves every other line as it is, also where one is laid out in a way of its own', () => {
    const odd = `a:   1      # wide
base: &base   # behind an anchor
  strategy: random
text: "one
  two"
server:
  - { name: a.test,   url: http://localhost:1 }    # wide
  - &two   # behind another
    name: b.test
    url: http://localhost:2    # its own
    <<: *base
`;
    expect(edit(odd, [set(['server', 0, 'url'], 'http://localhost:9')])).toBe(
      odd.replace('{ name: a.test,   url: http://localhost:1 }    #', '{ name: a.test, url: http://localhost:9 } #'),
    );
    expect(edit(odd, [set(['server', 1, 'disabled'], true)])).toBe(`${odd}    disabled: true\n`);
    expect(edit(odd, [set(['a'], 2)])).toBe(odd.replace('a:   1      #', 'a: 2 #'));
    expect(edit(odd, [set(['text'], 'three')])).toContain('text: "three"\nserver:\n  - { name: a.test,   url');
  });

  it('keeps what stands behind a key that moves into a list', () => {
    const text = `server:
  # Ours.
  - name: a.test
    url: http://localhost:1 # vite
    force_tls: true # always
`;
    const balance = [{ url: 'http://localhost:1' }, { url: 'http://localhost:2' }];
    const edits: Edit[] = [{ op: 'remove', path: ['server', 0, 'url'] }, set(['server', 0, 'balance'], balance)];
    expect(edit(text, edits)).toBe(`server:
  # Ours.
  - name: a.test
    force_tls: true # always
    balance:
      - url: http://localhost:1 # vite
      - url: http://localhost:2
`);
  });

  it('of a value changes its own line alone', () => {
    expect(edit(TEXT, [set(['server', 1, 'url'], 'http://localhost:9')])).toBe(
      TEXT.replace('localhost:3', 'localhost:9'),
    );
    expect(edit(TEXT, [set(['health_check_interval'], '5s')])).toBe(TEXT.replace('30s', '5s'));
    expect(edit(TEXT, [set(['server', 0, 'name'], 'store.local')])).toBe(
      TEXT.replace("'shop.local'     #", "'store.local' #"),
    );
  });

  it('of several values changes their lines alone', () => {
    const edited = edit(TEXT, [set(['health_check_interval'], '5s'), set(['server', 2, 'url'], 'http://localhost:9')]);
    expect(edited).toBe(TEXT.replace('30s', '5s').replace('localhost:4', 'localhost:9'));
  });

  it('adds a backend laid out like its neighbours', () => {
    const edited = edit(TEXT, [
      { op: 'insert', path: ['server', 0, 'balance', 1], value: { name: 'web-3', url: 'http://localhost:7' } },
    ]);
    expect(edited).toBe(
      TEXT.replace('      - {name: web-2', '      - { name: web-3, url: http://localhost:7 }\n      - {name: web-2'),
    );
  });

  it('adds a key, and the maps on its way', () => {
    const edited = edit(TEXT, [set(['server', 1, 'sticky', 'cookie'], 'c')]);
    expect(edited).toBe(
      TEXT.replace(
        'health_check: *probe\n  - name: old',
        'health_check: *probe\n    sticky:\n      cookie: c\n  - name: old',
      ),
    );
  });

  it('removes a site with its own comments alone', () => {
    const edited = edit(TEXT, [{ op: 'remove', path: ['server', 2] }]);
    expect(edited).toBe(TEXT.replace(/ {2}- name: old\.local\n.*\n.*\n/, ''));
  });

  it('moves an item', () => {
    const edited = edit(TEXT, [{ op: 'move', path: ['server', 0, 'balance', 1], to: 0 }]);
    expect(valueOf(edited)).toMatchObject({ server: [{ balance: [{ name: 'web-2' }, { name: 'web-1' }] }, {}, {}] });
    expect(edited).toContain('# heavy');
  });

  it('makes a config out of nothing', () => {
    expect(edit('', [{ op: 'insert', path: ['server', 0], value: { name: 'a', url: 'x' } }])).toBe(
      'server:\n  - name: a\n    url: x\n',
    );
    expect(edit('# mine\nserver:\n', [{ op: 'insert', path: ['server', 0], value: { name: 'a' } }])).toBe(
      '# mine\nserver:\n  - name: a\n',
    );
  });

  it('keeps a byte order mark, CRLF and lists that are not indented', () => {
    const text = '\uFEFFserver:\r\n- name: a # x\r\n  url: y\r\n';
    expect(edit(text, [{ op: 'insert', path: ['server', 1], value: { name: 'b' } }])).toBe(`${text}- name: b\r\n`);
  });
});

describe('aliases', () => {
  it('an edit through one leaves the anchor and its other users alone', () => {
    const edited = edit(TEXT, [set(['server', 1, 'health_check', 'interval'], '99s')]);
    expect(valueOf(edited)).toMatchObject({
      server: [
        { health_check: { interval: '10s' } },
        { health_check: { path: '/healthz', interval: '99s' } },
        { health_check: { interval: '10s' } },
      ],
    });
    expect(edited).toContain('&probe');
  });

  it('an anchor that is removed passes to the next user', () => {
    const edited = edit(TEXT, [{ op: 'remove', path: ['server', 0] }]);
    expect(valueOf(edited)).toMatchObject({
      server: [{ health_check: { interval: '10s' } }, { health_check: { interval: '10s' } }],
    });
    expect(edited).toContain('*probe');
  });

  it('an anchor moved behind its users passes to the first of them', () => {
    const before = valueOf(TEXT) as { server: unknown[] };
    const after = valueOf(edit(TEXT, [{ op: 'move', path: ['server', 0], to: 2 }]));
    expect(after).toEqual({ ...before, server: [before.server[1], before.server[2], before.server[0]] });
  });

  it('what a merge key brings is copied before it is changed, and cannot be removed', () => {
    const text = 'base: &b\n  hc: { path: /x }\nserver:\n  - { <<: *b, name: a }\n';
    expect(valueOf(edit(text, [set(['server', 0, 'hc', 'path'], '/y')]))).toEqual({
      base: { hc: { path: '/x' } },
      server: [{ name: 'a', hc: { path: '/y' } }],
    });
    expect(editText(text, 'yaml', [{ op: 'remove', path: ['server', 0, 'hc'] }])).toMatchObject({
      ok: false,
      problems: [{ code: 'CONFIG_EDIT_PATH' }],
    });
  });
});

describe('an edit of JSON', () => {
  const text = '{\n    "server": [\n        {\n            "name": "a"\n        }\n    ],\n    "stream": true\n}\n';

  it('keeps its indentation and the end of the file', () => {
    expect(edit(text, [set(['server', 0, 'name'], 'b')], 'json')).toBe(text.replace('"a"', '"b"'));
    expect(edit('{"a":1}', [set(['b'], 2)], 'json')).toBe('{"a":1,"b":2}');
    expect(edit(text.trimEnd().replaceAll('    ', '\t'), [{ op: 'remove', path: ['stream'] }], 'json')).toBe(
      '{\n\t"server": [\n\t\t{\n\t\t\t"name": "a"\n\t\t}\n\t]\n}',
    );
  });

  it('makes a config out of nothing', () =>
    expect(edit('', [{ op: 'insert', path: ['server', 0], value: { name: 'a' } }], 'json')).toBe(
      '{\n  "server": [\n    {\n      "name": "a"\n    }\n  ]\n}\n',
    ));
});

describe.each(['yaml', 'json'] as const)('a path that is not there (%s)', (format) => {
  const text = '{ "server": [{ "name": "a" }], "n": 1 }';
  it.each<Edit>([
    { op: 'remove', path: ['nope'] },
    { op: 'remove', path: ['server', 1] },
    { op: 'remove', path: ['server', 'x'] },
    { op: 'remove', path: ['nope', 'deep'] },
    set(['server', 1], {}),
    set(['server', 1, 'name'], 'x'),
    set(['n', 'x'], 1),
    { op: 'insert', path: ['server', 2], value: {} },
    { op: 'insert', path: ['n', 0], value: {} },
    { op: 'move', path: ['server', 0], to: 1 },
    { op: 'move', path: ['server', 3], to: 0 },
  ])('%j is CONFIG_EDIT_PATH', (item) =>
    expect(editText(text, format, [item])).toMatchObject({
      ok: false,
      problems: [{ code: 'CONFIG_EDIT_PATH', path: item.path }],
    }),
  );
});

it('a broken text is not edited', () =>
  expect(editText('a: [', 'yaml', [set(['a'], 1)])).toMatchObject({
    ok: false,
    problems: [{ code: 'CONFIG_SYNTAX' }],
  }));

it('both formats come to the same value, whatever the edits', () => {
  const gateway = valueOf(readFileSync(new URL('../../fixtures/legacy/gateway.json', import.meta.url), 'utf8'), 'json');
  const step = fc.oneof(fc.constantFrom('server', 'name', 'balance', 'middlewares', 'x'), fc.nat(2));
  const path = fc.array(step, { minLength: 1, maxLength: 4 });
  const value = fc
    .jsonValue({ maxDepth: 2 })
    .filter((item) => !JSON.stringify(item).includes('__proto__'))
    .map((item) => JSON.parse(JSON.stringify(item)) as never);
  const edits = fc.array(
    fc.oneof(
      fc.record({ op: fc.constant('set' as const), path, value }),
      fc.record({ op: fc.constant('remove' as const), path }),
      fc.record({ op: fc.constant('insert' as const), path, value }),
      fc.record({ op: fc.constant('move' as const), path, to: fc.nat(2) }),
    ),
    { maxLength: 3 },
  );
  const yamlText = readFileSync(new URL('../../fixtures/legacy/gateway.yaml', import.meta.url), 'utf8');
  const jsonText = JSON.stringify(gateway, null, 2);
  fc.assert(
    fc.property(edits, (list) => {
      const one = editText(yamlText, 'yaml', list);
      const two = editText(jsonText, 'json', list);
      expect(one.ok).toBe(two.ok);
      if (one.ok && two.ok) expect(isDeepStrictEqual(valueOf(one.value), valueOf(two.value, 'json'))).toBe(true);
    }),
    { numRuns: 150 },
  );
});
