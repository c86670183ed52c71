/** Edits of any config keep what they do not touch: values read back as they were set, comments stay. */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { editJson } from '../../../electron/engine/config/edit-json.ts';
import { editText } from '../../../electron/engine/config/edit.ts';
import { editInWindows } from '../../../electron/engine/config/edit-window.ts';
import { editYaml } from '../../../electron/engine/config/edit-yaml.ts';
import { parseText } from '../../../electron/engine/config/parse.ts';
import { runAtOnce } from '../../../electron/engine/turns.ts';
import { ProblemError } from '../../../shared/problem.ts';
import type { ConfigPath } from '../../../shared/problem.ts';
import type { Edit } from '../../../shared/protocol.ts';

function valueOf(text: string): unknown {
  const parsed = parseText(text, 'yaml', 'm.yaml');
  if (!parsed.ok) throw new Error(`${parsed.problems[0]!.message}\n${text}`);
  return parsed.value.value;
}

interface Block {
  name: string;
  note: string;
  port: number;
  isFlow: boolean;
  tail: string;
}

const word = fc.string({ unit: fc.constantFrom('a', 'é', '#', ' ', ':', '-', '"', '5', '&', '*'), maxLength: 10 });
const block: fc.Arbitrary<Block> = fc.record({
  name: fc.stringMatching(/^[a-z]{1,8}\.test$/),
  note: word,
  port: fc.integer({ min: 1, max: 65_535 }),
  isFlow: fc.boolean(),
  tail: word,
});

/** A config as people write it, each site with two comments of its own. */
function write(blocks: readonly Block[], eol: string): string {
  const lines = ['# the first line', 'health_check_interval: 10s # often', '', 'server:'];
  blocks.forEach(({ name, note, port, isFlow, tail }, i) => {
    lines.push(`  # above ${i} ${note}`);
    if (isFlow) lines.push(`  - { name: ${name}, url: "http://localhost:${port}" } # behind ${i} ${tail}`);
    else lines.push(`  - name: ${name} # behind ${i} ${tail}`, `    url: http://localhost:${port}`);
    lines.push('');
  });
  return [...lines, '# the last line', ''].join(eol);
}

const comments = (text: string): string[] =>
  [...text.matchAll(/# (?:the (?:first|last) line|often|(?:above|behind) \d+ [^\r\n]*)/g)].map(([comment]) =>
    comment.trimEnd(),
  );

/** The value with this put at the path; written apart from the product. */
function put(value: unknown, path: ConfigPath, next: unknown): unknown {
  const copy = structuredClone(value) as never;
  let holder = copy as Record<string | number, never>;
  for (const step of path.slice(0, -1)) holder = holder[step] ??= {} as never;
  holder[path.at(-1)!] = next as never;
  return copy;
}

const settable = fc.oneof(
  fc.tuple(fc.constant('force_tls'), fc.boolean()),
  fc.tuple(fc.constant('url'), fc.webUrl()),
  fc.tuple(
    fc.constant('name'),
    fc.oneof(word, fc.constantFrom('yes', 'null', '1e3', '~', '0x1f', '2020-01-01', '!x', '@a', '%', '`')),
  ),
  fc.tuple(fc.constant('tags'), fc.array(fc.oneof(word, fc.integer(), fc.constant(null)), { maxLength: 3 })),
);

it('a value that is set is read back, nothing else changes, and no comment is lost', () => {
  const changes = fc.array(fc.tuple(fc.nat(5), settable), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(
      fc.array(block, { minLength: 1, maxLength: 6 }),
      changes,
      fc.constantFrom('\n', '\r\n'),
      (blocks, list, eol) => {
        let text = write(blocks, eol);
        const before = comments(text);
        for (const [at, [key, value]] of list) {
          const path = ['server', at % blocks.length, key];
          const expected = put(valueOf(text), path, value);
          const edited = editText(text, 'yaml', [{ op: 'set', path, value: value as never }]);
          if (!edited.ok) throw new Error(edited.problems[0]!.message);
          text = edited.value;
          const found = valueOf(text);
          expect(isDeepStrictEqual(found, expected), `${text}\n${JSON.stringify(expected)}`).toBe(true);
        }
        expect(comments(text)).toEqual(before);
      },
    ),
    { numRuns: 80 },
  );
});

it('a site that goes takes its own comments alone', () => {
  fc.assert(
    fc.property(fc.array(block, { minLength: 2, maxLength: 6 }), fc.nat(5), (blocks, pick) => {
      const at = pick % blocks.length;
      const text = write(blocks, '\n');
      const edited = editText(text, 'yaml', [{ op: 'remove', path: ['server', at] }]);
      if (!edited.ok) throw new Error(edited.problems[0]!.message);
      const own = new RegExp(`^# (above|behind) ${at} `);
      expect(comments(edited.value).filter((comment) => !own.test(`${comment} `))).toEqual(
        comments(text).filter((comment) => !own.test(`${comment} `)),
      );
      expect((valueOf(edited.value) as { server: unknown[] }).server).toHaveLength(blocks.length - 1);
    }),
    { numRuns: 60 },
  );
});

/** Mostly without what may be an anchor. */
const plainBlock = fc.tuple(block, fc.boolean()).map(([made, isPlain]) => {
  const plain = (text: string): string => text.replace(/[&*]/g, '');
  return isPlain ? { ...made, note: plain(made.note), tail: plain(made.tail) } : made;
});

const anyEdit = (sites: number): fc.Arbitrary<Edit> => {
  const at = fc.nat(sites);
  const key = fc.constantFrom('url', 'name', 'hosts', 'balance', 'x');
  const value = fc.constantFrom('new', 7, null, { url: 'http://localhost:9' }, ['*.a.test', '&b']);
  const inSite = fc.tuple(at, key).map(([index, name]) => ['server', index, name]);
  const outside = fc.constantFrom('stream', 'health_check_interval', 'dns ttl', 'nope deep').map((at) => at.split(' '));
  const path: fc.Arbitrary<(string | number)[]> = fc.oneof(inSite, outside);
  const site = at.map((index) => ['server', index]);
  return fc.oneof(
    fc.record({ op: fc.constant('set' as const), path, value }),
    fc.record({ op: fc.constant('remove' as const), path: fc.oneof(inSite, site) }),
    fc.record({ op: fc.constant('insert' as const), path: site, value }),
    fc.record({ op: fc.constant('move' as const), path: site, to: at }),
  );
};

/** Undefined where an edit cannot be made. */
function asWhole(edit: () => string): string | undefined {
  try {
    return edit();
  } catch (error) {
    if (error instanceof ProblemError) return undefined;
    throw error;
  }
}

it('a text edited in windows comes to the same as one edited as a whole', () => {
  let narrowed = 0;
  let all = 0;
  fc.assert(
    fc.property(
      fc
        .array(plainBlock, { minLength: 1, maxLength: 12 })
        .chain((blocks) =>
          fc.tuple(fc.constant(blocks), fc.array(anyEdit(blocks.length - 1), { minLength: 1, maxLength: 4 })),
        ),
      fc.constantFrom('', '  ', 'dns: { ttl: 3 } # of names\n', '# of services\nservices: []\n'),
      ([blocks, edits], behind) => {
        const text = write(blocks, '\n').replace('# the last line\n', `${behind}# the last line\n`);
        const one = runAtOnce(editInWindows(text, 'yaml', edits));
        const other = asWhole(() => runAtOnce(editYaml(text, edits)));
        all++;
        if (one === undefined) return;
        narrowed++;
        if (other === undefined) throw new Error(`made in windows, refused as a whole: ${JSON.stringify(edits)}`);
        expect(isDeepStrictEqual(valueOf(one), valueOf(other)), `${one}\n---\n${other}`).toBe(true);
        // What stands before the first site belongs to the list: read anew between two edits, it may stay.
        expect(comments(one)).toEqual(expect.arrayContaining(comments(other)));
      },
    ),
    { numRuns: 300 },
  );
  expect(narrowed).toBeGreaterThan(all / 10);
});

/** A config with each site on lines of its own, on one line, or laid out by hand. */
function writeJson(blocks: readonly Block[], behind: string): { sites: string[]; text: string } {
  const sites = blocks.map(({ name, note, port, isFlow }, i) => {
    const site = { name, note, url: `http://localhost:${port}` };
    if (i % 3 === 2) return `{ "name" : ${JSON.stringify(name)},\n  "url":"http://localhost:${port}" }`;
    return JSON.stringify(site, undefined, isFlow ? undefined : 2).replaceAll('\n', '\n    ');
  });
  return {
    sites,
    text: `{\n  "health_check_interval": "10s",\n  "server": [\n    ${sites.join(',\n    ')}\n  ]${behind}\n}\n`,
  };
}

it('JSON edited in windows comes to the same as one edited as a whole, and no other site is laid out anew', () => {
  let narrowed = 0;
  let all = 0;
  fc.assert(
    fc.property(
      fc
        .array(block, { minLength: 1, maxLength: 12 })
        .chain((blocks) =>
          fc.tuple(fc.constant(blocks), fc.array(anyEdit(blocks.length - 1), { minLength: 1, maxLength: 4 })),
        ),
      fc.constantFrom('', ',\n  "dns": { "ttl": 3 }', ', "services": []'),
      ([blocks, edits], behind) => {
        const { sites, text } = writeJson(blocks, behind);
        const one = runAtOnce(editInWindows(text, 'json', edits));
        const other = asWhole(() => editJson(text, edits));
        all++;
        if (one === undefined) return;
        narrowed++;
        if (other === undefined) throw new Error(`made in windows, refused as a whole: ${JSON.stringify(edits)}`);
        expect(JSON.parse(one), `${one}\n---\n${other}`).toEqual(JSON.parse(other));
        if (edits.length > 1 || edits[0]!.path.length !== 3) return;
        const at = Number(edits[0]!.path[1]);
        for (const [index, site] of sites.entries()) if (Math.abs(at - index) > 1) expect(one).toContain(site);
      },
    ),
    { numRuns: 300 },
  );
  expect(narrowed).toBeGreaterThan(all / 3);
});
