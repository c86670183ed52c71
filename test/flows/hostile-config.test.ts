/** Configs that are made to harm: each a clear refusal at once, and the one in force goes on. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBackend, type TestBackend } from '../kit/backend.ts';
import { site, startEngine, type TestEngine } from '../kit/engine.ts';
import { freePort } from '../kit/free-port.ts';
import { send } from '../kit/http.ts';
import { until } from '../kit/wait.ts';

const HOST = 'shop.test';
let backend: TestBackend;
let running: TestEngine;
let before: string;

beforeAll(async () => {
  backend = await startBackend();
  running = await startEngine({ listen: LISTEN, server: [site(HOST, [{ url: backend.url }])] }, { watch: true });
  before = await readFile(join(running.home, 'mogoly.yaml'), 'utf8');
});
afterAll(async () => {
  await running?.close();
  await backend?.kill();
});

const LISTEN = { http: `127.0.0.1:${await freePort()}`, https: 'off', dns: 'off' } as const;
const SITE = `listen: ${JSON.stringify(LISTEN)}\nserver:\n  - { name: new.test, url: "http://127.0.0.1:1" }\n`;
const bomb = (levels: number, width: number): string =>
  ['a0: &a0 [x, x]']
    .concat(Array.from({ length: levels }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(width).fill(`*a${i}`).join()}]`))
    .join('\n');
const mergeBomb = ['m0: &m0 { a: 1 }']
  .concat(Array.from({ length: 60 }, (_, i) => `m${i + 1}: &m${i + 1} { <<: [*m${i}, *m${i}], k${i}: 1 }`))
  .join('\n');

/** What is in the text, and the code that the first problem has. */
const HOSTILE: [string, string, RegExp][] = [
  ['an alias bomb', `${bomb(40, 9)}\n${SITE}`, /^CONFIG_ALIAS$/],
  ['a list that holds itself', `x: &x [*x]\n${SITE}`, /^CONFIG_ALIAS$/],
  ['a map merged into itself', `x: &x { <<: *x }\n${SITE}`, /^CONFIG_/],
  ['merges that double sixty times', `${mergeBomb}\n${SITE}`, /^CONFIG_/],
  ['100,000 open brackets', '['.repeat(100_000), /^CONFIG_TOO_DEEP$/],
  ['100,000 open flow maps', '{a: '.repeat(100_000), /^CONFIG_TOO_DEEP$/],
  ['100,000 dashes', '- '.repeat(100_000), /^CONFIG_TOO_DEEP$/],
  ['100,000 tags in a row', `a: ${'!!str '.repeat(100_000)}b`, /^CONFIG_SYNTAX$/],
  ['100,000 anchors in a row', `a: ${'&x '.repeat(100_000)}b`, /^CONFIG_SYNTAX$/],
  ['100,000 aliases in a row', `x: &a 1\na: ${'*a '.repeat(100_000)}`, /^CONFIG_SYNTAX$/],
  ['100,000 aliases of nothing', `a:\n${'- *a\n'.repeat(100_000)}`, /^CONFIG_ALIAS$/],
  ['100,000 closing brackets', `a: ${']'.repeat(100_000)}`, /^CONFIG_SYNTAX$/],
  ['100,000 commas', `a: [${','.repeat(100_000)}]`, /^CONFIG_SYNTAX$/],
  ['100,000 times the same key', 'a: 1\n'.repeat(100_000), /^CONFIG_DUPLICATE_KEY$/],
  ['100,000 documents', '--- a\n'.repeat(100_000), /^CONFIG_SYNTAX$/],
  ['a repeated key', `${SITE}server: []\n`, /^CONFIG_DUPLICATE_KEY$/],
  ['binary where a name belongs', 'server:\n  - { name: !!binary AAEC, url: "http://127.0.0.1:1" }\n', /^CONFIG_/],
  ['a NUL', SITE.replace('new.test', 'new\0.test'), /^CONFIG_ENCODING$/],
  ['half a character pair', `# \ud800\n${SITE.replace('new.test', '"\\ud800"')}`, /^CONFIG_/],
  ['another direction of writing in a name', SITE.replace('new.test', '"new\u202etset"'), /^CONFIG_/],
  ['a name of 100,000 letters', SITE.replace('new.test', 'a'.repeat(100_000)), /^CONFIG_/],
  ['a second document', `${SITE}---\n${SITE}`, /^CONFIG_SYNTAX$/],
  ['a text where a config belongs', 'rm -rf /', /^CONFIG_/],
  ['a list where a config belongs', '- 1\n- 2\n', /^CONFIG_/],
  ['70 MB', `# ${'x'.repeat(70_000_000)}\n${SITE}`, /^CONFIG_TOO_LARGE$/],
];

/** What no config has a use for, and nothing takes harm from: told of, and passed over. */
const STRANGE: [string, string][] = [
  ['a key that is a map', `? { a: b }\n: c\n${SITE}`],
  ['a key of Object', `__proto__: { polluted: yes }\n${SITE}`],
  ['a constructor', `constructor: { prototype: { polluted: yes } }\n${SITE}`],
  ['a prototype in a site', SITE.replace('{ name', '{ __proto__: { disabled: true }, name')],
  ['code in a tag', `x: !!js/function 'function () { process.exit(1) }'\n${SITE}`],
  ['an object in a tag', `x: !!python/object/apply:os.system ['id']\n${SITE}`],
];

/** CPU of this process for a refusal, so that a busy machine counts for nothing; the longest takes 2 s. */
const AT_ONCE_MS = 15_000;

async function expectInForce(): Promise<void> {
  expect((await send(running.port, { host: HOST })).status).toBe(200);
  expect((await send(running.port, { host: 'new.test' })).status).toBe(404);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
}

describe('applied', () => {
  it.each(HOSTILE)('%s is refused, and the config in force goes on', async (_what, text, code) => {
    const { revision } = running.engine.snapshot();
    const cpu = process.cpuUsage();
    const result = await running.engine.apply(text);
    expect(process.cpuUsage(cpu).user / 1_000).toBeLessThan(AT_ONCE_MS);
    expect(result.ok).toBe(false);
    if (result.ok) return;
    expect(result.problems[0]!.code).toMatch(code);
    expect(result.problems.length).toBeLessThanOrEqual(200);
    for (const { message } of result.problems) expect(message.length).toBeLessThan(2_000);
    expect(running.engine.snapshot().revision).toBe(revision);
    expect(await readFile(join(running.home, 'mogoly.yaml'), 'utf8')).toBe(before);
    await expectInForce();
  });
});

describe('passed over with a warning', () => {
  it.each(STRANGE)('%s', async (_what, text) => {
    const result = await running.engine.apply(text);
    expect(result).toMatchObject({ ok: true });
    expect(running.engine.snapshot().problems.map(({ severity }) => severity)).toContain('warning');
    expect((await send(running.port, { host: 'new.test' })).headers['x-mogoly-error']).toBe('BACKEND_REFUSED');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(await running.engine.apply(before)).toMatchObject({ ok: true });
    await expectInForce();
  });
});

/** Of this process, so that a busy machine counts for nothing. */
async function cpuMsOf(text: string): Promise<number> {
  const before = process.cpuUsage();
  const problems = await running.engine.check(text, 'yaml');
  expect(problems.length).toBeLessThanOrEqual(501);
  return process.cpuUsage(before).user / 1_000;
}

it('20,000 keys that nobody knows cost about what as many known ones do', async () => {
  const keys = (start: string): string => Array.from({ length: 20_000 }, (_, i) => `${start}${i}: 1\n`).join('');
  const knownMs = await cpuMsOf(`${keys('x-')}${SITE}`);
  expect(await cpuMsOf(`${keys('k')}${SITE}`)).toBeLessThan(6 * knownMs + 2_000);
});

describe('written into the file', () => {
  it.each<[string, Buffer]>([
    ['bytes that are no UTF-8', Buffer.concat([Buffer.from(SITE), Buffer.from([0x23, 0xff, 0xfe, 0xc3, 0x28])])],
    ['UTF-16 with its mark', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(SITE, 'utf16le')])],
    ['an alias bomb', Buffer.from(`${bomb(40, 9)}\n${SITE}`)],
    ['a picture', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
  ])('%s: the problem is shown, and the config in force goes on', async (_what, bytes) => {
    const file = join(running.home, 'mogoly.yaml');
    await writeFile(file, bytes);
    await until(() => running.engine.snapshot().problems.length > 0, { message: 'a problem of the file' });
    await expectInForce();
    await writeFile(file, before);
    await until(() => running.engine.snapshot().problems.length === 0, { message: 'the problem to go' });
    await expectInForce();
  });
});

it('a byte order mark is no harm', async () => {
  expect(await running.engine.apply(`\ufeff${before}`)).toMatchObject({ ok: true });
  await expectInForce();
});
