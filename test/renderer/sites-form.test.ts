/** Forms from schemas: every shape of the config becomes a field; edits between two states lead from one to the other. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createMiddlewareRegistry } from '../../electron/engine/middleware/index.ts';
import { editText } from '../../electron/engine/config/edit.ts';
import { checkFields, checkValue, variantOf } from '../../renderer/form/check.ts';
import { fieldsOf, specOf } from '../../renderer/form/spec.ts';
import { numberFrom, withValue, wordsFrom, wordsText } from '../../renderer/form/value.ts';
import { defaultInHelp, labelOf } from '../../renderer/form/words.ts';
import { addSample, latelyOf } from '../../renderer/store/lately.ts';
import { diffLines } from '../../shared/line-diff.ts';
import { editsBetween, rebase } from '../../renderer/store/entry-edits.ts';
import { configSchema } from '../../shared/config.ts';
import { makeBackend, makeSite } from './canned.ts';
import type { FieldSpec, Json, Schema } from '../../renderer/form/spec.ts';
import type { Tree } from '../../renderer/form/value.ts';

const schema = z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' }) as Schema;
const top = fieldsOf(schema);
const field = (fields: typeof top, key: string) => fields.find((each) => each.key === key);
const inside = (spec: FieldSpec | undefined): typeof top => {
  if (spec?.kind === 'list') return inside(spec.item());
  return spec?.kind === 'group' ? spec.fields : [];
};
const site = inside(field(top, 'server')?.spec);
const kindAt = (fields: typeof top, ...keys: string[]): string | undefined => {
  const [key, ...rest] = keys;
  const found = field(fields, key!);
  return rest.length === 0 ? found?.spec.kind : kindAt(inside(found?.spec), ...rest);
};

/** Keys of a schema, at any depth, that tell no label of their own; and the schema itself where it has none. */
function untitled(schema: Schema, name: string): string[] {
  const own = schema.title === undefined ? [name] : [];
  const inner = Object.entries({ ...schema.properties, ...schema.items?.properties });
  return [...own, ...inner.flatMap(([key, part]) => untitled(part, `${name}.${key}`))];
}

describe('a field for every shape', () => {
  it.each([
    ['text', ['name']],
    ['words', ['hosts']],
    ['check', ['disabled']],
    ['number', ['port']],
    ['choice', ['strategy']],
    ['variants', ['tls']],
    ['duration', ['response_timeout']],
    ['group', ['health_check']],
    ['duration', ['health_check', 'interval']],
    ['text', ['health_check', 'expect']],
    ['list', ['balance']],
    ['number', ['balance', 'weight']],
    ['list', ['balance', 'balance']],
    ['choice', ['routes', 'status']],
    ['json', ['middlewares', 'config']],
  ])('%s for %j of a site', (kind, keys) => expect(kindAt(site, ...keys)).toBe(kind));

  it('also for the keys of the whole file', () => {
    expect(field(inside(field(top, 'listen')?.spec), 'http')?.spec).toEqual({ kind: 'text', numeric: true });
    expect(kindAt(top, 'variables')).toBe('record');
    expect(kindAt(top, 'dns', 'forward')).toBe('variants');
    const provider = field(inside(field(top, 'acme')?.spec), 'dns')?.spec;
    expect(provider?.kind === 'variants' && provider.variants.map(({ label }) => label)).toEqual([
      'cloudflare',
      'exec',
    ]);
    expect(field(inside(field(top, 'services')?.spec), 'exposed_ports')?.spec).toEqual({
      kind: 'words',
      numeric: true,
    });
  });

  it('with its bounds, default and help', () => {
    const weight = field(inside(field(site, 'balance')?.spec), 'weight');
    expect(weight).toMatchObject({
      spec: { min: 0, max: 1_000, whole: true },
      byDefault: 1,
      help: expect.any(String) as string,
    });
    expect(field(site, 'name')?.required).toBe(true);
    expect(field(site, 'hosts')?.required).toBe(false);
    expect(defaultInHelp('How long a failure counts (10s).')).toBe('10s');
    expect(defaultInHelp('Sent to backends: backend (default), or a literal.')).toBeUndefined();
    expect([labelOf('url'), labelOf('healthy_after')]).toEqual(['URL', 'Healthy after']);
  });

  it('of TLS is one of four, told by what is written', () => {
    const tls = field(site, 'tls')!.spec as Extract<FieldSpec, { kind: 'variants' }>;
    expect(tls.variants.map(({ label }) => label)).toEqual(['local', 'acme', 'off', 'in detail']);
    expect(variantOf(tls, 'acme')?.label).toBe('acme');
    expect(variantOf(tls, { cert: 'a', key: 'b' })?.label).toBe('in detail');
    expect(checkValue(tls, { cert: 'a.pem' }, ['tls'])).toEqual({ '["tls","key"]': 'Fill this in.' });
  });

  it('for every key of every middleware there is, with its help and a label in plain words', () => {
    const docs = createMiddlewareRegistry().docs();
    expect(docs.length).toBeGreaterThan(8);
    for (const { name, jsonSchema } of docs) {
      const fields = fieldsOf(jsonSchema as Schema);
      expect(
        fields.filter(({ spec }) => spec.kind === 'json'),
        name,
      ).toEqual([]);
      expect(fields.filter(({ help }) => !help).map(({ key }) => `${name}.${key}`)).toEqual([]);
    }
    expect(docs.flatMap(({ name, jsonSchema }) => untitled(jsonSchema as Schema, name))).toEqual([]);
    const limit = docs.find(({ name }) => name === 'ratelimit')?.jsonSchema as Schema;
    expect(checkFields(fieldsOf(limit), { limit_window: 'x' }, ['config'])).toEqual({
      '["config","request_per_minute"]': 'Fill this in.',
      '["config","limit_window"]': expect.stringContaining('30s') as string,
    });
    expect(fieldsOf(limit)[1]).toMatchObject({ label: 'Window of time', written: 'limit_window' });
    expect(specOf({ type: 'string', pattern: '(' }), 'a pattern nobody can read').toMatchObject({ kind: 'text' });
    expect(checkValue({ kind: 'text', numeric: false, pattern: '(' }, 'x', ['a'])).toEqual({});
  });
});

describe('values', () => {
  it('are changed by path, and a map that is empty goes', () => {
    expect(withValue({ a: { b: 1 }, c: 2 }, ['a', 'b'], undefined)).toEqual({ c: 2 });
    expect(withValue({}, ['a', 'b'], 1)).toEqual({ a: { b: 1 } });
    expect(withValue({ a: [1, 2] }, ['a', 0], undefined)).toEqual({ a: [2] });
    expect(withValue({ a: [{ x: 1 }] }, ['a', 0, 'y'], 2)).toEqual({ a: [{ x: 1, y: 2 }] });
  });

  it('are read from text, and text that is no number stays for the check to refuse', () => {
    expect([numberFrom('3'), numberFrom(' '), numberFrom('many'), numberFrom('${N}')]).toEqual([
      3,
      undefined,
      'many',
      '${N}',
    ]);
    expect(wordsFrom('a, b\nc', false)).toEqual(['a', 'b', 'c']);
    expect(wordsFrom('80 a:1', true)).toEqual([80, 'a:1']);
    expect(wordsText(['a', 'b'])).toBe('a b');
  });
});

describe('edits between two states of an entry', () => {
  const json = fc.letrec<{ node: Json }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 3 },
      fc.oneof(fc.constantFrom<Json>('a', 'b', 1, 2, true)),
      fc.array(tie('node'), { maxLength: 4 }),
      fc.dictionary(fc.constantFrom('x', 'y', 'z'), tie('node'), { maxKeys: 3 }),
    ),
  })).node;
  const tree = fc.dictionary(fc.constantFrom('p', 'q', 'r'), json, { maxKeys: 3 });

  it('lead from the one to the other, in the real file', () => {
    fc.assert(
      fc.property(tree, tree, (before, after) => {
        const text = JSON.stringify({ server: [before] });
        const edits = editsBetween(before, after, ['server', 0]);
        const edited = edits.length === 0 ? text : editText(text, 'json', edits);
        const result = typeof edited === 'string' ? edited : edited.ok ? edited.value : 'refused';
        expect(JSON.parse(result)).toEqual({ server: [after] });
      }),
      { numRuns: 300 },
    );
  });

  it('are few: one key of one item', () => {
    const before = { balance: [{ name: 'a', weight: 1 }, { name: 'b' }] };
    const after = { balance: [{ name: 'a', weight: 3 }, { name: 'b' }] };
    expect(editsBetween(before, after, ['server', 0])).toEqual([
      { op: 'set', path: ['server', 0, 'balance', 0, 'weight'], value: 3 },
    ]);
  });

  it('keep what was typed on what another one changed', () => {
    const before: Tree = { weight: 1, health: { path: '/' }, name: 'a' };
    const typed: Tree = { weight: 5, health: { path: '/' } };
    const current: Tree = { weight: 2, health: { path: '/up', interval: '5s' }, name: 'a' };
    expect(rebase(before, typed, current)).toEqual({ weight: 5, health: { path: '/up', interval: '5s' } });
  });
});

describe('the change shown before it is made', () => {
  it('has the lines that go and come, with two around them', () => {
    const before = ['a', 'b', 'c', 'd', 'e', 'f'].join('\n');
    const after = ['a', 'b', 'c', 'D', 'e', 'f', 'g'].join('\n');
    const [hunk, ...more] = diffLines(before, after);
    expect(more).toEqual([]);
    expect(hunk?.map(({ kind, text, line }) => `${kind} ${line} ${text}`)).toEqual([
      'same 2 b',
      'same 3 c',
      'removed 4 d',
      'added 4 D',
      'same 5 e',
      'same 6 f',
      'added 7 g',
    ]);
    expect(diffLines(before, before)).toEqual([]);
  });

  it('leaves out long runs that stay', () => {
    const lines = Array.from({ length: 30 }, (_, index) => `line ${index}`);
    const next = lines.map((line, index) => (index === 2 || index === 25 ? 'x' : line));
    expect(diffLines(lines.join('\n'), next.join('\n'))).toHaveLength(2);
  });
});

describe('shares of late', () => {
  const at = (one: number, two: number, weight = 1) =>
    makeSite('a.test', [
      makeBackend('a', 'one', { requests: one, weight }),
      makeBackend('a', 'two', { requests: two }),
    ]);

  it('count from when the pool last changed, and begin anew with another weight', () => {
    let samples = addSample(undefined, at(100, 100));
    samples = addSample(samples, at(130, 110));
    expect([...latelyOf(samples).values()]).toEqual([30, 10]);
    samples = addSample(samples, at(130, 110, 3));
    expect([...latelyOf(samples).values()]).toEqual([0, 0]);
  });

  it('forget the oldest, so that memory stays flat', () => {
    let samples = addSample(undefined, at(0, 0));
    for (let count = 1; count <= 200; count += 1) samples = addSample(samples, at(count, 0));
    expect(samples.counts.length).toBe(60);
    expect(latelyOf(samples).get('a / one')).toBe(59);
  });
});
