import { describe, expect, it } from 'vitest';
import { formatOf, parseText } from '../../../electron/engine/config/file.ts';
import type { ConfigFormat } from '../../../electron/engine/config/file.ts';
import { MAX_SYNTAX_PROBLEMS, readDocument } from '../../../electron/engine/config/yaml-document.ts';
import { runAtOnce } from '../../../electron/engine/turns.ts';
import type { Problem } from '../../../shared/problem.ts';

function problemsOf(text: string, format: ConfigFormat = 'yaml'): Problem[] {
  const result = parseText(text, format, 'm.yaml');
  return result.ok ? [] : result.problems;
}

function valueOf(text: string, format: ConfigFormat = 'yaml'): unknown {
  const result = parseText(text, format);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.value.value;
}

const CODES = (problems: Problem[]): string[] => problems.map((item) => item.code);

describe('formatOf', () => {
  it.each([
    ['a.yaml', 'yaml'],
    ['a.yml', 'yaml'],
    ['a.JSON', 'json'],
  ])('%s is %s', (path, format) => expect(formatOf(path)).toMatchObject({ ok: true, value: format }));
  it.each(['a.toml', 'a', '.yaml', 'a.yaml.bak'])('%s is refused with its fix', (path) =>
    expect(formatOf(path)).toMatchObject({
      ok: false,
      problems: [{ code: 'CONFIG_FORMAT_UNKNOWN', fix: expect.any(String) as string }],
    }),
  );
});

describe('YAML', () => {
  it('resolves anchors, aliases and merge keys', () => {
    expect(valueOf('base: &b { x: 1, y: 2 }\none: *b\ntwo: { <<: *b, y: 3 }\n')).toEqual({
      base: { x: 1, y: 2 },
      one: { x: 1, y: 2 },
      two: { x: 1, y: 3 },
    });
  });

  it('takes an anchor set again from there on', () =>
    expect(valueOf('a: &x 1\nb: *x\nc: &x 2\nd: *x\n')).toEqual({ a: 1, b: 1, c: 2, d: 2 }));

  it('keeps off, yes and no as text', () =>
    expect(valueOf('a: off\nb: yes\nc: no\n')).toEqual({ a: 'off', b: 'yes', c: 'no' }));

  it.each(['', '\n', '# nothing\n', '\uFEFF', '---\n'])('%j is an empty config', (text) =>
    expect(valueOf(text)).toEqual({}),
  );

  it('tolerates a byte order mark and CRLF', () => expect(valueOf('\uFEFFa: 1\r\nb: 2\r\n')).toEqual({ a: 1, b: 2 }));

  it('tells where a value, a key and what is missing stand', () => {
    const result = parseText('server:\n  - name: a\n    url:   x\n', 'yaml', 'm.yaml');
    if (!result.ok) throw new Error('refused');
    expect(result.value.locate(['server', 0, 'url'])).toEqual({ file: 'm.yaml', line: 3, column: 12 });
    expect(result.value.locateKey(['server', 0, 'url'])).toEqual({ file: 'm.yaml', line: 3, column: 5 });
    expect(result.value.locate(['server', 0, 'port'])).toEqual({ file: 'm.yaml', line: 2, column: 5 });
  });

  it('tells all syntax errors at once', () => {
    const problems = problemsOf('a: [1, 2\nb: 3\nc: "x" y\n');
    expect(problems.length).toBeGreaterThan(1);
    expect(new Set(CODES(problems))).toEqual(new Set(['CONFIG_SYNTAX']));
    expect(problems.every((item) => item.at?.file === 'm.yaml' && item.fix)).toBe(true);
  });

  it('tells one mistake once, and a bare variable between braces by its remedy', () => {
    expect(problemsOf('a:\n  - { b: ${C}, d: 1 }\n  - { b: 2 }\n  - { b: 3 }\n')).toMatchObject([
      { code: 'CONFIG_SYNTAX', at: { line: 2, column: 11 }, fix: 'Put the variable in quotes, as in "${NAME}".' },
    ]);
  });

  it('refuses a repeated key, and says where both are', () => {
    expect(problemsOf('a: 1\nb: 2\na: 3\n')).toMatchObject([
      {
        code: 'CONFIG_DUPLICATE_KEY',
        message: expect.stringContaining('line 1') as string,
        at: { line: 3, column: 1 },
      },
    ]);
  });

  it('refuses a second document', () => expect(CODES(problemsOf('a: 1\n---\nb: 2\n'))).toEqual(['CONFIG_SYNTAX']));
  it('refuses an alias without its anchor, at its place', () =>
    expect(problemsOf('a: 1\nb: *c\n')).toMatchObject([{ code: 'CONFIG_ALIAS', at: { line: 2, column: 4 } }]));
  it('does not let a key reach the prototype', () => {
    const value = valueOf('__proto__: { polluted: 1 }\n') as object;
    expect(Object.hasOwn(value, '__proto__')).toBe(true);
    expect('polluted' in {}).toBe(false);
  });
});

describe('hostile YAML is refused at once', () => {
  const bomb = [
    'a0: &a0 [x, x]',
    ...Array.from(
      { length: 40 },
      (_, index) => `a${index + 1}: &a${index + 1} [${Array(9).fill(`*a${index}`).join(', ')}]`,
    ),
  ].join('\n');
  const merges = (source: string): string =>
    ['m0: &m { a: 1 }']
      .concat(Array.from({ length: 60 }, (_, i) => `l${i}: &l [*m, *m]\nm${i + 1}: &m { <<: ${source}, k${i}: 1 }`))
      .join('\n');
  const blocks = Array.from({ length: 5_000 }, (_, index) => `${' '.repeat(index)}a:`).join('\n');

  it.each([
    ['an alias bomb', bomb, 'CONFIG_ALIAS'],
    ['an alias to itself', 'a: &a [*a]', 'CONFIG_ALIAS'],
    ['merges that double', merges('[*m, *m]'), 'CONFIG_ALIAS'],
    ['merges that double through a list', merges('*l'), 'CONFIG_ALIAS'],
    ['a map merged into itself', 'a: &a { <<: *a }', 'CONFIG_ALIAS'],
    ['a map merged into itself further down', 'a: &a { b: { <<: [{ c: 1 }, *a] } }', 'CONFIG_ALIAS'],
    ['a merge of a number', 'a: { <<: 5 }', 'CONFIG_ALIAS'],
    ['5,000 open brackets', '['.repeat(5_000), 'CONFIG_TOO_DEEP'],
    ['5,000 lists in lists', '- '.repeat(5_000), 'CONFIG_TOO_DEEP'],
    ['5,000 maps in maps', blocks, 'CONFIG_TOO_DEEP'],
    ['5,000 complex keys', '? '.repeat(5_000), 'CONFIG_TOO_DEEP'],
    ['a NUL', 'a: 1\nb: \0\n', 'CONFIG_ENCODING'],
    ['70 MB', 'a'.repeat(70_000_000), 'CONFIG_TOO_LARGE'],
  ])('%s', (_name, text, code) => expect(CODES(problemsOf(text))).toEqual([code]));

  it.each([
    ['anchors', '&x ', 3 + 16 * 3 + 1],
    ['tags', '!x ', 3 + 16 * 3 + 1],
    ['anchors and tags', '&x !y ', 3 + 16 * 3 + 1],
  ])('more %s before a value than any has are refused where the first too many stands', (_what, one, column) => {
    expect(problemsOf(`a: ${one.repeat(100_000)}b`)).toMatchObject([
      {
        code: 'CONFIG_SYNTAX',
        message: expect.stringContaining('More than 16 anchors and tags') as string,
        at: { line: 1, column },
        fix: expect.any(String) as string,
      },
    ]);
  });

  it('as many as YAML allows are no harm', () =>
    expect(valueOf('a: &m !!map\n  &k !!str b: &v !!str 1\nc: |\n  &x\n  !y\nd: [&p 1, &q 2]\n')).toEqual({
      a: { b: '1' },
      c: '&x\n!y\n',
      d: [1, 2],
    }));

  it.each([
    ['what stands behind a value', '- "x" y\n'],
    ['what cannot start one', '- @x\n'],
    ['flow lists left open', '- [a\n'],
    ['aliases of nothing', '- *a\n'],
    ['the same key', 'a: 1\n'],
  ])('of %s, a hundred are told', (_what, one) => {
    const problems = problemsOf(one.repeat(20_000));
    expect(problems).toHaveLength(100);
    expect(problems.every(({ at, fix }) => at !== undefined && fix !== undefined)).toBe(true);
  });

  it('of brackets that close nothing, the first is told', () =>
    expect(problemsOf(']'.repeat(20_000))).toMatchObject([{ code: 'CONFIG_SYNTAX', at: { line: 1, column: 1 } }]));

  it('of unknown directives, a hundred are told', () => {
    const parsed = parseText(`${'%x\n'.repeat(100_000)}---\na: 1\n`, 'yaml');
    expect(parsed).toMatchObject({ ok: true, value: { value: { a: 1 } } });
    if (parsed.ok) expect(parsed.warnings).toHaveLength(100);
  });

  it('reads 20,000 aliases in linear time', () => {
    const text = Array.from({ length: 20_000 }, (_, index) => `k${index}: &x${index} 1\nj${index}: *x${index}`).join(
      '\n',
    );
    expect(Object.keys(valueOf(text) as object)).toHaveLength(40_000);
  });
});

describe('JSON', () => {
  it('places problems', () => {
    const result = parseText(
      '{\n  "server": [\n    { "name": "a", "a\\"b": [1, { "c": 2 }] }\n  ]\n}',
      'json',
      'm.json',
    );
    if (!result.ok) throw new Error('refused');
    expect(result.value.locate(['server', 0, 'a"b', 1, 'c'])).toEqual({ file: 'm.json', line: 3, column: 39 });
    expect(result.value.locateKey(['server', 0, 'name'])).toEqual({ file: 'm.json', line: 3, column: 7 });
  });

  it.each([
    ['{"a":1,}', 1, 8],
    ['{\n"a" 1}', 2, 5],
    ['{"a":[1,2}', 1, 10],
    ['{"a":tru}', 1, 6],
    ['{"a":"x\ny"}', 1, 6],
    ['{"a":1} x', 1, 9],
    ['{"a":', 1, 6],
    ['// no\n{}', 1, 1],
    ["{'a':1}", 1, 2],
    ['{"a":01}', 1, 6],
  ])('%j is refused at its place', (text, line, column) =>
    expect(problemsOf(text, 'json')).toMatchObject([{ code: 'CONFIG_SYNTAX', at: { line, column } }]),
  );

  it('refuses repeated keys, all at once', () => {
    expect(problemsOf('{"a":1,\n"a":2,\n"b":{"c":1,"c":":"}}', 'json')).toMatchObject([
      { code: 'CONFIG_DUPLICATE_KEY', at: { line: 2 } },
      { code: 'CONFIG_DUPLICATE_KEY', at: { line: 3 } },
    ]);
  });

  it('is not misled by colons and quotes inside strings', () =>
    expect(valueOf('{"a":"b:\\"c\\":","d\\\\":":"}', 'json')).toEqual({ a: 'b:"c":', 'd\\': ':' }));
  it('refuses 5,000 open brackets', () =>
    expect(CODES(problemsOf('['.repeat(5_000) + ']'.repeat(5_000), 'json'))).toEqual(['CONFIG_TOO_DEEP']));
});

it.each([
  ['tags', `x-a:\n${'- !odd a\n'.repeat(1_000)}`],
  ['directives', `${'%ODD a\n'.repeat(1_000)}---\na: 1\n`],
])('of many odd %s the first hundred are told, and no more are kept', (_what, text) => {
  const read = runAtOnce(readDocument(text, () => ({ line: 1, column: 1 })));
  expect(read.ok && read.value.warnings.length).toBe(MAX_SYNTAX_PROBLEMS);
});
