/** JSON that is read site by site comes to what JSON.parse() makes of the whole, whatever was read before. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createSitewiseParse } from '../../../electron/engine/config/json-sites.ts';
import type { SitewiseParse } from '../../../electron/engine/config/json-sites.ts';
import { parseInTurns, parseText } from '../../../electron/engine/config/parse.ts';
import { createSitewiseYaml } from '../../../electron/engine/config/yaml-sites.ts';

const space = fc.constantFrom('', ' ', '\n', '\r\n\t ');
const name = fc.constantFrom('a.test', 'b.test', 'c"[{,:\\.test', 'ü€𝄞', '__proto__');
const key = fc.oneof(name, fc.constantFrom('name', 'server', 'url', 'balance'));
/** Written by hand, so that spaces, escapes and repeated keys come up as well. */
const { value } = fc.letrec<{ value: string; object: string; list: string }>((tie) => ({
  value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, fc.json({ maxDepth: 1 }), tie('object'), tie('list')),
  object: fc
    .tuple(space, fc.array(fc.tuple(key, tie('value'), space), { maxLength: 3 }))
    .map(
      ([gap, members]) => `{${members.map(([k, v, s]) => `${s}${JSON.stringify(k)}${gap}:${s}${v}`).join(',')}${gap}}`,
    ),
  list: fc
    .tuple(space, fc.array(tie('value'), { maxLength: 3 }))
    .map(([gap, items]) => `[${gap}${items.join(`${gap},`)}]`),
}));
const site = fc
  .tuple(name, fc.constantFrom('1', '2', '"\\u0041"'), space)
  .map(([called, port, gap]) => `{${gap}"name": ${JSON.stringify(called)},${gap}"port":${port} }`);
const sites = fc
  .tuple(space, fc.array(fc.oneof({ weight: 9, arbitrary: site }, { weight: 1, arbitrary: value }), { maxLength: 5 }))
  .map(([gap, list]) => `[${gap}${list.join(`${gap},${gap}`)}${gap}]`);
const top = fc
  .tuple(
    fc.array(fc.tuple(key, value), { maxLength: 2 }),
    fc.constantFrom('"server"', '"server"', '"server"', '"\\u0073erver"'),
    sites,
    fc.array(fc.tuple(key, value), { maxLength: 1 }),
  )
  .map(([before, word, list, after]) => {
    const members = (some: [string, string][]): string[] => some.map(([k, v]) => `${JSON.stringify(k)}: ${v}`);
    return `{${[...members(before), `${word}: ${list}`, ...members(after)].join(', ')}}`;
  });
/** Some characters taken out, doubled or replaced: mostly no JSON any more. */
const damage = fc.tuple(fc.nat(), fc.nat(3), fc.constantFrom('', ',', '"', '}', ']', '{', ':', '\\', '\0', '1'));
const texts = fc.array(
  fc.tuple(top, fc.option(damage, { freq: 2 })).map(([text, hurt]) => {
    if (hurt === null) return text;
    const at = hurt[0] % text.length;
    return text.slice(0, at) + hurt[2] + text.slice(at + hurt[1]);
  }),
  { minLength: 1, maxLength: 4 },
);

async function expectSame(text: string, parse: SitewiseParse): Promise<void> {
  const whole = parseText(text, 'json', 'm.json');
  const inTurns = await parseInTurns(text, 'json', 'm.json', { json: parse, yaml: createSitewiseYaml() });
  if (!whole.ok || !inTurns.ok) return void expect(inTurns).toEqual(whole);
  expect(inTurns.value.value).toEqual(whole.value.value);
  expect(JSON.stringify(inTurns.value.value)).toBe(JSON.stringify(whole.value.value));
  for (const path of [[], ['server'], ['server', 0, 'name'], ['server', 1], ['name']]) {
    expect(inTurns.value.locate(path)).toEqual(whole.value.locate(path));
    expect(inTurns.value.locateKey(path)).toEqual(whole.value.locateKey(path));
  }
}

it('good texts and bad ones, one after the other', async () => {
  await fc.assert(
    fc.asyncProperty(texts, async (list) => {
      const parse = createSitewiseParse();
      for (const text of list) await expectSame(text, parse);
    }),
    { numRuns: 2_000 },
  );
});

it('what is not JSON, though each site of it is, is left to the parser of the whole', async () => {
  const parse = createSitewiseParse();
  const good = '{"server":[{"name":"a"},{"name":"b"}]}';
  expect(await parse(good)).toEqual(JSON.parse(good));
  for (const bad of [
    '{"server":[{"name":"a"},{"name":"b"},]}',
    '{"server":[{"name":"a"}{"name":"b"}]}',
    '{"server":[{"name":"a"},{"name":"b"}]',
    '{"server":[{"name":"a"},{"name":"b"}]}]',
    '{"server":[,{"name":"a"}]}',
    '{"server":[{"name":"a"},{"name":"b","name":"c"}]}',
    '{"server":[{"name":"a"}],"server":[]}',
    '["server",[{"name":"a"}]]',
    '{"server":[{"name":"a"},7]}',
    '',
  ])
    expect([bad, await parse(bad)]).toEqual([bad, undefined]);
});

it('a site that is written as before is the very same value, wherever it stands', async () => {
  const parse = createSitewiseParse();
  const read = async (...names: string[]): Promise<object[]> => {
    const server = names.map((text) => `{"name":"${text[0]}","url":"${text}"}`).join(', ');
    return ((await parse(`{"listen":{"http":1},"server":[${server}]}`)) as { server: object[] }).server;
  };
  const before = await read('a', 'b', 'c', 'd');
  const same = (after: object[]): number[] => after.map((item) => before.indexOf(item));
  const moves: [string[], number[]][] = [
    [
      ['a', 'b', 'c', 'd'],
      [0, 1, 2, 3],
    ],
    [
      ['a', 'x', 'b', 'c', 'd'],
      [0, -1, 1, 2, 3],
    ],
    [
      ['a', 'd'],
      [0, 3],
    ],
    [
      ['a', 'bb', 'c', 'd'],
      [0, -1, 2, 3],
    ],
    [
      ['d', 'c', 'b', 'a'],
      [3, 2, 1, 0],
    ],
    [
      ['x', 'a', 'b'],
      [-1, 0, 1],
    ],
    [[], []],
  ];
  for (const [names, expected] of moves) {
    await read('a', 'b', 'c', 'd').then((items) => before.splice(0, 4, ...items));
    expect([names, same(await read(...names))]).toEqual([names, expected]);
  }
});
