/** YAML that is read site by site comes to what the parser of the whole makes of it, whatever was read before. */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSitewiseParse } from '../../../electron/engine/config/json-sites.ts';
import { parseInTurns, parseText } from '../../../electron/engine/config/parse.ts';
import type { SitewiseParsers } from '../../../electron/engine/config/parse.ts';
import { createSitewiseYaml } from '../../../electron/engine/config/yaml-sites.ts';

const parsers = (): SitewiseParsers => ({ json: createSitewiseParse(), yaml: createSitewiseYaml() });

const PATHS = [[], ['server'], ['listen'], ['listen', 'http'], ['after'], ['nowhere']].concat(
  [0, 1, 2, 7].flatMap((index) =>
    [[], ['name'], ['url'], ['hosts'], ['hosts', 1], ['nowhere', 'x']].map(
      (path) => ['server', index, ...path] as string[],
    ),
  ),
);

async function expectSame(text: string, sitewise: SitewiseParsers): Promise<void> {
  const whole = parseText(text, 'yaml', 'm.yaml');
  const inTurns = await parseInTurns(text, 'yaml', 'm.yaml', sitewise);
  if (!whole.ok || !inTurns.ok) return void expect(inTurns).toEqual(whole);
  expect(inTurns.warnings).toEqual(whole.warnings);
  expect(inTurns.value.value).toEqual(whole.value.value);
  expect(JSON.stringify(inTurns.value.value)).toBe(JSON.stringify(whole.value.value));
  for (const path of PATHS) {
    expect([path, inTurns.value.locate(path)]).toEqual([path, whole.value.locate(path)]);
    expect([path, inTurns.value.locateKey(path)]).toEqual([path, whole.value.locateKey(path)]);
  }
}

const scalar = fc.constantFrom(
  'a',
  '7',
  '',
  '~',
  '"x y"',
  "'it''s'",
  '"a\n      b"',
  '"a\n  - b"',
  "'a\n- b'",
  'a\n      b',
  'a\n  - b',
  '|\n      text\n       more\n\n',
  '|+\n      text\n\n\n',
  '>-\n      text\n      # no comment\n',
  '|1\n    x',
  '|\n# x\n',
  '|\n  - x\n',
  '[1, 2]',
  '[1,\n      2]',
  '[1,\n  - 2]',
  '{ a: 1, b: }',
  '{ a: 1,\nb: 2 }',
  '# nothing',
  'a # comment',
  'a#b',
  '"*.a.test"',
  'http://a/?b&c',
  '&x a',
  '*x',
  '!!str 1',
  '!odd 1',
  '"open',
  '{ open',
  '@',
  '\ta',
  '"\\q"',
);
const key = fc.constantFrom('name', 'url', 'hosts', '"a b"', '? a\n    ', '<<', 'name ', '1', '- a');
const value = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('a', 'b.test', '"c"', '1') },
  { weight: 2, arbitrary: scalar },
  { weight: 1, arbitrary: scalar.map((text) => `\n      - ${text}\n      - b`) },
  { weight: 1, arbitrary: scalar.map((text) => `\n      k: ${text}`) },
);
const line = fc.constantFrom('', '', '', '', '\n', '# c\n', '  # c\n', '    # c\n', '      # - c\n', '   \n', '\t\n');
const item = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(line, fc.array(fc.tuple(key, value), { minLength: 1, maxLength: 3 }))
      .map(([gap, pairs]) => `${gap}  - ${pairs.map(([k, v]) => `${k}: ${v}`).join('\n    ')}\n`),
  },
  { weight: 2, arbitrary: fc.tuple(value, line).map(([v, gap]) => `  - { name: ${v}, url: b }\n${gap}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '  -\n    name: a\n',
      '  -\n',
      '  - x\n',
      '  - - x\n',
      '  -\tname: a\n',
      '   - name: a\n',
      ' - name: a\n',
      '- name: a\n',
      '---\n',
      '...\n',
      '%YAML 1.1\n',
      '  x: 1\n',
      '  -x\n',
    ),
  },
);
const other = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom('', 'listen: { http: 1 }\n', 'after: &x 1\n', 'listen:\n  http: 1\n', '# c\n', '\n'),
  },
  {
    weight: 1,
    arbitrary: fc.oneof(
      scalar.map((text) => `after: ${text}\n`),
      fc.constantFrom(
        '---\n',
        '...\n',
        '%YAML 1.1\n---\n',
        '!x y: 1\n',
        'server: []\n',
        '- a\n',
        '{ a: 1 }\n',
        '\ta\n',
      ),
    ),
  },
);
const serverLine = fc.oneof(
  { weight: 8, arbitrary: fc.constant('server:\n') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'server: # c\n',
      'server:  \n\n  # c\n',
      'server: &x\n',
      'server: !x\n',
      '"server":\n',
      'server:# c\n',
      'server: |\n',
      ' server:\n',
      'servers:\n',
      'server: a\n',
    ),
  },
);
const config = fc
  .tuple(
    fc.array(other, { maxLength: 2 }),
    serverLine,
    fc.array(item, { maxLength: 4 }),
    fc.array(other, { maxLength: 2 }),
    fc.constantFrom('', '', '', 'flush', 'crlf', 'cr', 'cut'),
  )
  .map(([before, word, items, after, how]) => {
    const list = how === 'flush' ? items.map((text) => text.replace(/^ {2}/gm, '')) : items;
    const text = [...before, word, ...list, ...after].join('');
    if (how === 'crlf') return text.replaceAll('\n', '\r\n');
    if (how === 'cr') return text.replace('\n', '\r');
    return how === 'cut' ? text.slice(0, -1) : text;
  });

it('good texts and bad ones, one after the other', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(config, { minLength: 1, maxLength: 3 }), async (texts) => {
      const sitewise = parsers();
      for (const text of texts) await expectSame(text, sitewise);
    }),
    { numRuns: 1_000 },
  );
}, 120_000);

describe('the configs of the old project', () => {
  const folder = new URL('../../fixtures/legacy/', import.meta.url);
  it.each(readdirSync(folder).filter((name) => /\.ya?ml$/.test(name)))('%s', async (name) => {
    const sitewise = parsers();
    const text = readFileSync(new URL(name, folder), 'utf8');
    await expectSame(text, sitewise);
    await expectSame(text, sitewise);
  });
});

it('a site that is written as before is the very same value, wherever it stands', async () => {
  const sitewise = parsers();
  const read = async (...names: string[]): Promise<object[]> => {
    const server = names.map((name) => `  - name: ${name}\n    url: http://${name}\n`).join('');
    const parsed = await parseInTurns(`listen:\n  http: 1\nserver:\n${server}`, 'yaml', 'm.yaml', sitewise);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    return (parsed.value.value as { server: object[] }).server;
  };
  const [a, b, c] = await read('a', 'b', 'c');
  const after = await read('c', 'x', 'a', 'b');
  expect([after[0], after[2], after[3]].map((site, index) => site === [c, a, b][index])).toEqual([true, true, true]);
});

it('a good text is read in its sites, not as a whole', async () => {
  const text =
    'x: &x { a: 1 }\ny: *x\nserver: # all\n  # one\n  - name: a.test\n    hosts: ["*.a.test"]\n\n  - { name: b }\nafter: 1\n';
  const steps = createSitewiseYaml()(text, () => ({ line: 1, column: 1 }));
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  expect(step.value).toMatchObject({
    ok: true,
    value: { value: { y: { a: 1 }, server: [{ name: 'a.test', hosts: ['*.a.test'] }, { name: 'b' }], after: 1 } },
  });
  await expectSame(text, parsers());
});
