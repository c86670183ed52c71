/** The words of a Caddyfile and of an nginx config: their places, their quotes, and what is no config at all. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTokens as caddyTokens } from '../../../electron/engine/import/caddy/tokens.ts';
import { readTokens as nginxTokens } from '../../../electron/engine/import/nginx/tokens.ts';
import { ProblemError, type Problem } from '../../../shared/problem.ts';
import { tryImport } from '../../kit/import.ts';

const caddy = (text: string, env: Record<string, string> = {}) => caddyTokens(text, 'Caddyfile', env);
const nginx = (text: string) => nginxTokens(text, 'nginx.conf');

function problemOf(act: () => unknown): Problem {
  try {
    act();
  } catch (error) {
    if (error instanceof ProblemError) return error.problems[0]!;
    throw error;
  }
  throw new Error('it was taken as good');
}

describe('words of a Caddyfile', () => {
  it('have their places and rows', () => {
    const words = caddy('a.test {\n\troot * /srv\n}\n').map(({ text, at, row }) => [text, at.line, at.column, row]);
    expect(words).toEqual([
      ['a.test', 1, 1, 1],
      ['{', 1, 8, 1],
      ['root', 2, 2, 2],
      ['*', 2, 7, 2],
      ['/srv', 2, 9, 2],
      ['}', 3, 1, 3],
    ]);
  });

  it.each<[string, string, string[]]>([
    ['a quoted text is one word, its escaped quotes are quotes', 'respond "a \\"b\\" c"', ['respond', 'a "b" c']],
    ['other backslashes stay', '"C:\\new"', ['C:\\new']],
    ['backticks take all as it is', '`a "b" {$X}`', ['a "b" ']],
    ['a # begins a comment at the start of a word alone', 'a#b # c', ['a#b']],
    ['a heredoc loses the indent of its end', 'x <<END\n    one\n      two\n    END y', ['x', 'one\n  two', 'y']],
    ['<< that is no heredoc is a word', 'x << y', ['x', '<<', 'y']],
    ['CRLF ends lines too', 'a\r\nb', ['a', 'b']],
    ['a byte order mark is none', '\uFEFFa', ['a']],
  ])('%s', (_name, text, words) => {
    expect(caddy(text).map((token) => token.text)).toEqual(words);
  });

  it('a continued line stays one row', () => {
    expect(caddy('to a \\\n  b\nc').map(({ text, row }) => [text, row])).toEqual([
      ['to', 1],
      ['a', 1],
      ['b', 1],
      ['c', 2],
    ]);
  });

  it('variables of the environment are filled in, and what they hold is split as the line is', () => {
    const words = caddy('to {$UP} {$NONE:x:1} {$EMPTY} "{$UP}"', { UP: 'a:1 b:2' });
    expect(words.map(({ text }) => text)).toEqual(['to', 'a:1', 'b:2', 'x:1', 'a:1 b:2']);
  });

  it.each([
    ['a "b', 1, 3],
    ['a\n `b', 2, 2],
    ['a <<END\nno end', 1, 3],
  ])('%j is not closed, and the problem stands where it began', (text, line, column) => {
    const { code, at, fix } = problemOf(() => caddy(text));
    expect([code, at]).toEqual(['IMPORT_SYNTAX', { file: 'Caddyfile', line, column }]);
    expect(fix).toBeTruthy();
  });

  it('any text in quotes is that text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        fc.pre(!/[\\"\r\uFEFF]|\{\$/.test(text));
        expect(caddy(`"${text}"`).map((token) => token.text)).toEqual([text]);
      }),
    );
  });
});

describe('words of an nginx config', () => {
  it.each<[string, string, string[]]>([
    ['signs stand alone', 'a{b c;}', ['a', '{', 'b', 'c', ';', '}']],
    ['quotes of both kinds hold signs', `a "b;{}" 'c d';`, ['a', 'b;{}', 'c d', ';']],
    ['escapes are resolved in quotes', '"a\\"\\n\\x"', ['a"\n\\x']],
    ['and kept outside of them', 'a\\;b\\.c', ['a\\;b\\.c']],
    ['a variable in braces is part of its word', 'x${host}y;', ['x${host}y', ';']],
    ['a # begins a comment at the start of a word alone', 'a#b # c ; d\ne', ['a#b', 'e']],
  ])('%s', (_name, text, words) => {
    expect(nginx(text).map((token) => token.text)).toEqual(words);
  });

  it('a quote that is not closed is told where it began', () => {
    const { code, at } = problemOf(() => nginx('a;\n  b "c;\n'));
    expect([code, at]).toEqual(['IMPORT_SYNTAX', { file: 'nginx.conf', line: 2, column: 5 }]);
  });
});

describe('a text that is no config', () => {
  it.each([
    ['caddy', 'a.test {\n  root * /x\n', 1],
    ['caddy', 'a.test\n}\n', 2],
    ['caddy', '}\n', 1],
    ['caddy', 'a.test {\n}\n} x\n', 3],
    ['caddy', 'a.test,\n', 1],
    ['caddy', 'a.test {\n  import\n}\n', 2],
    ['nginx', 'server {\n listen 80;\n', 1],
    ['nginx', 'server {\n listen 80\n}\n', 2],
    ['nginx', 'a;\n}\n', 2],
    ['nginx', '{ }', 1],
    ['nginx', 'server { include; }', 1],
    ['compose', 'services:\n  a: [1\n  b: }\n', 3],
    ['compose', 'services: *none\n', 1],
  ] as const)('%s %j is refused at its place, with a remedy', (source, text, line) => {
    const result = tryImport(source, text);
    expect(result.ok).toBe(false);
    const [first] = result.ok ? [] : result.problems;
    expect([first?.code, first?.at?.line]).toEqual(['IMPORT_SYNTAX', line]);
    expect(first?.fix).toBeTruthy();
  });

  it.each([
    ['caddy', 'a.test {\n'.repeat(200)],
    ['nginx', 'a {'.repeat(200)],
  ] as const)('%s of too many blocks in blocks is refused', (source, text) => {
    const result = tryImport(source, text);
    expect(result.ok ? [] : result.problems.map(({ code }) => code)).toContain('IMPORT_TOO_LARGE');
  });

  it('snippets that double one another end in a problem', () => {
    const snippets = Array.from({ length: 24 }, (_, index) =>
      index === 0 ? '(s0) {\n encode gzip\n}' : `(s${index}) {\n import s${index - 1}\n import s${index - 1}\n}`,
    );
    const result = tryImport('caddy', `${snippets.join('\n')}\na.test {\n import s23\n}\n`);
    expect(result.ok ? [] : result.problems.map(({ code }) => code)).toContain('IMPORT_TOO_LARGE');
  });

  it('never ends in anything but a result', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        ...['{', '}', '\n', ';', ' ', '"', "'", '`', '\\', '#', '<<E\n', 'import', '(s)', 'server', 'location', '@m'],
        ...[
          '/a*',
          'reverse_proxy',
          'proxy_pass',
          ':80',
          'a.test',
          'http://',
          '{$X',
          'return',
          'if',
          '~',
          '^(.*)$',
          '$1',
        ],
        ...[
          'services:',
          '  a:',
          '    labels:',
          '      - caddy=',
          'traefik.http.routers.a.rule=Host(`a`)',
          '&a',
          '*a',
          '<<:',
        ],
      ),
      fc.string({ maxLength: 4 }),
    );
    fc.assert(
      fc.property(
        fc.constantFrom('caddy', 'nginx', 'compose'),
        fc.array(piece, { maxLength: 40 }).map((parts) => parts.join('')),
        (source, text) => {
          const result = tryImport(source, text);
          if (result.ok) expect(result.value.sites.length).toBeGreaterThan(0);
          else expect(result.problems.every(({ fix }) => fix !== undefined)).toBe(true);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
