/** Completion and docs while a config is typed, against the engine's own schemas. */
import { describe, expect, it } from 'vitest';
import { describeConfig } from '../../../electron/engine/config/describe.ts';
import { createMiddlewareRegistry } from '../../../electron/engine/middleware/index.ts';
import { explainAt, trailAt } from '../../../renderer/screens/config/assist/explain.ts';
import { suggestAt } from '../../../renderer/screens/config/assist/suggest.ts';
import type { Suggestion } from '../../../renderer/screens/config/assist/suggest.ts';

const schemas = describeConfig(createMiddlewareRegistry().docs());

/** `|` is the cursor. */
function at(marked: string): { text: string; offset: number } {
  const offset = marked.indexOf('|');
  return { text: marked.slice(0, offset) + marked.slice(offset + 1), offset };
}
function suggest(marked: string, format: 'yaml' | 'json' = 'yaml') {
  const { text, offset } = at(marked);
  return suggestAt(text, offset, format, schemas);
}
const labels = (marked: string, format: 'yaml' | 'json' = 'yaml'): string[] =>
  (suggest(marked, format)?.list ?? []).map(({ label }) => label);
/** The text after the suggestion was taken, the cursor as `|`. */
function take(marked: string, label: string, format: 'yaml' | 'json' = 'yaml'): string {
  const found = suggest(marked, format);
  const chosen: Suggestion | undefined = found?.list.find((item) => item.label === label);
  if (!found || !chosen) throw new Error(`no ${label} among ${labels(marked, format).join(', ')}`);
  const { text } = at(marked);
  const { insert, caret } = chosen;
  return `${text.slice(0, found.from)}${insert.slice(0, caret)}|${insert.slice(caret)}${text.slice(found.to)}`;
}

const SITE = 'server:\n  - name: shop.test\n    url: http://localhost:3000\n';

describe('suggestions', () => {
  it('offer the keys of the file in an empty one', () => {
    expect(labels('|')).toEqual(expect.arrayContaining(['listen', 'zones', 'server']));
  });

  it('offer what a site may have, without what it has', () => {
    const found = labels(`${SITE}    |`);
    expect(found).toEqual(expect.arrayContaining(['strategy', 'balance', 'routes', 'health_check']));
    expect(found).not.toContain('name');
    expect(found).not.toContain('zones');
  });

  it('know a line between others by its indentation', () => {
    const text = 'listen:\n  http: 80\n|\nserver: []\n';
    expect(labels(text)).toContain('zones');
    expect(labels('listen:\n  http: 80\n  |\nserver: []\n')).toEqual(['https', 'dns']);
  });

  it('know a half-typed key and the rest of the line', () => {
    expect(labels(`${SITE}    stra|`)).toContain('strategy');
    expect(take(`${SITE}    stra|: random`, 'strategy')).toBe(`${SITE}    strategy|: random`);
  });

  it('put the required keys of a list item first, also where only its dash is written', () => {
    expect(labels('server:\n  - |')[0]).toBe('name');
    expect(take('server:\n  |', 'name')).toBe('server:\n  - name: |');
    expect(labels(`${SITE}    routes:\n      - |`)[0]).toBe('path');
  });

  it('begin the value: a list, keys, a word', () => {
    expect(take(`${SITE}    |`, 'balance')).toBe(`${SITE}    balance:\n      - |`);
    expect(take(`${SITE}    |`, 'health_check')).toBe(`${SITE}    health_check:\n      |`);
    expect(take(`${SITE}    |`, 'hosts')).toBe(`${SITE}    hosts: [|]`);
    expect(take(`${SITE}    |`, 'force_tls')).toBe(`${SITE}    force_tls: true|`);
    expect(take(`${SITE}    |`, 'tls')).toBe(`${SITE}    tls: |`);
  });

  it('list the values there are', () => {
    expect(labels(`${SITE}    strategy: |`)).toEqual(['round_robin', 'least_connections', 'random', 'ip_hash']);
    expect(take(`${SITE}    strategy: ra|`, 'random')).toBe(`${SITE}    strategy: random|`);
    expect(labels(`${SITE}    tls: |`)).toEqual(['local', 'acme', 'off']);
    expect(take(`${SITE}    tls: |`, 'off')).toBe(`${SITE}    tls: "off"|`);
    expect(labels('acme:\n  dns: { provider: | }')).toEqual(['cloudflare', 'exec']);
  });

  it('follow a pool into the pools within it', () => {
    const nested =
      'server:\n  - name: a\n    balance:\n      - name: b\n        balance:\n          - url: x\n            |';
    expect(labels(nested)).toEqual(expect.arrayContaining(['weight', 'backup', 'balance']));
    expect(labels(nested)).not.toContain('routes');
  });

  it('know the middlewares by name, and each by its own keys', () => {
    const chain = `${SITE}    middlewares:\n      - name: `;
    expect(labels(`${chain}|`)).toEqual(expect.arrayContaining(['ratelimit', 'cors', 'fault']));
    expect(labels(`${chain}ratelimit\n        config:\n          |`)).toEqual([
      'request_per_minute',
      'limit_window',
      'share',
    ]);
    expect(labels(`${chain}mogoly:ratelimiter\n        config: { | }`)).toContain('limit_window');
    expect(labels(`${chain}./own.mjs\n        config:\n          |`)).toEqual([]);
  });

  it('work in braces and in brackets', () => {
    expect(labels('listen: { http: 80, | }')).toEqual(['https', 'dns']);
    expect(take('server:\n  - { name: a, | }', 'hosts')).toBe('server:\n  - { name: a, hosts: [|] }');
    const fields = `${SITE}    middlewares:\n      - { name: logging, config: { fields: [host, |] } }`;
    expect(labels(fields)).toContain('status');
  });

  it('are in quotes in JSON', () => {
    expect(take('{ "server": [{ "name": "a", | }] }', 'strategy', 'json')).toBe(
      '{ "server": [{ "name": "a", "strategy": | }] }',
    );
    expect(take('{ "server": [{ "strategy": "r|" }] }', 'random', 'json')).toBe(
      '{ "server": [{ "strategy": "random"| }] }',
    );
    expect(take('{ "server": [{ "u|" }] }', 'url', 'json')).toBe('{ "server": [{ "url": "|" }] }');
  });

  it('are silent in comments, in free text, and on nonsense', () => {
    expect(suggest('# a | comment')).toBeUndefined();
    expect(suggest(`${SITE}    url: http://|`)).toBeUndefined();
    expect(suggest(`${'['.repeat(20_000)}|`)).toBeUndefined();
    expect(suggest('a: &a [*a, *a]\nb: |')).toBeUndefined();
  });

  it('cost no more in a file of ten thousand sites', () => {
    const many = Array.from({ length: 10_000 }, (_, i) => `  - name: s${i}.test\n    url: http://localhost:${i + 1}\n`);
    const marked = `zones: [test]\nserver:\n${many.slice(0, 5_000).join('')}    |\n${many.slice(5_000).join('')}`;
    expect(labels(marked)).toContain('strategy');
    const { text, offset } = at(marked);
    expect(trailAt(text, offset - 20).slice(0, 3)).toEqual(['server', 's4999.test', 'url']);
    expect(labels(`server:\n${many.join('')}\n|`)).toContain('zones');
  });
});

describe('docs', () => {
  const explain = (marked: string) => {
    const { text, offset } = at(marked);
    const found = explainAt(text, offset, schemas);
    return found && { ...found, text: text.slice(found.from, found.to) };
  };

  it('explain a key and its value alike', () => {
    const key = explain(`${SITE}    stra|tegy: random\n`);
    expect(key).toMatchObject({ text: 'strategy', key: 'strategy' });
    expect(key?.docs).toMatch(/next backend/);
    expect(explain(`${SITE}    strategy: ran|dom\n`)).toMatchObject({ text: 'random', docs: key?.docs });
  });

  it('tell type and default', () => {
    const found = explain('server:\n  - name: a\n    balance:\n      - { url: x, wei|ght: 2 }\n');
    expect(found).toMatchObject({ type: 'whole number 0–1000' });
    expect(found?.docs).toMatch(/Default: 1\.$/);
    expect(explain('health_check_inter|val: 5s\n')?.type).toContain('duration');
  });

  it('say what a middleware does', () => {
    expect(explain(`${SITE}    middlewares:\n      - name: rate|limit\n`)?.docs).toMatch(/429/);
  });

  it('say nothing of what is not known', () => {
    expect(explain('nonsen|se: 1\n')).toBeUndefined();
    expect(explain('# comm|ent\n')).toBeUndefined();
  });

  it('give the way to the cursor', () => {
    const { text, offset } = at('server:\n  - name: shop.test\n    balance:\n      - name: web-1\n        ur|l: x\n');
    expect(trailAt(text, offset)).toEqual(['server', 'shop.test', 'balance', 'web-1', 'url']);
    expect(trailAt('', 0)).toEqual([]);
  });
});
