/** Our block in a hosts file: every other byte stays, and half a block is refused. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  HOSTS_BEGIN,
  HOSTS_END,
  decodeHostsFile,
  readHostsBlock,
  removeHostsBlock,
  sameHosts,
  splitHosts,
  writeHostsBlock,
} from '../../../electron/engine/system/hosts-file.ts';
import type { HostsEntry } from '../../../electron/engine/system/hosts-file.ts';
import type { Result } from '../../../shared/problem.ts';

const BOTH = ['127.0.0.1', '::1'];
const SHOP: HostsEntry = { host: 'shop.local', addresses: BOTH };

function valueOf<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.value;
}

const codes = (result: Result<unknown>): string[] =>
  (result.ok ? result.warnings : result.problems).map(({ code }) => code);

describe('the hosts block', () => {
  it('goes to the end with a line for each address', () => {
    const text = valueOf(writeHostsBlock('127.0.0.1\tlocalhost\n', [SHOP]));
    expect(text).toBe(`127.0.0.1\tlocalhost\n${HOSTS_BEGIN}\n127.0.0.1\tshop.local\n::1\tshop.local\n${HOSTS_END}\n`);
    expect(valueOf(readHostsBlock(text))).toEqual([SHOP]);
  });

  it('is replaced where it stands', () => {
    const first = valueOf(writeHostsBlock('1.1.1.1 one\n', [SHOP])) + '2.2.2.2 two\n';
    const next = valueOf(writeHostsBlock(first, [{ host: 'a.local', addresses: ['127.0.0.1'] }]));
    expect(next).toBe(`1.1.1.1 one\n${HOSTS_BEGIN}\n127.0.0.1\ta.local\n${HOSTS_END}\n2.2.2.2 two\n`);
    expect(valueOf(writeHostsBlock(next, []))).toBe('1.1.1.1 one\n2.2.2.2 two\n');
  });

  it('keeps CRLF, a byte order mark and a missing last line break', () => {
    const text = '\uFEFF# Windows\r\n127.0.0.1 localhost';
    const written = valueOf(writeHostsBlock(text, [SHOP], 'win32'));
    expect(written.startsWith(`${text}\r\n${HOSTS_BEGIN} (the line above had no line break)\r\n`)).toBe(true);
    expect(written.replaceAll('\r\n', '')).not.toContain('\n');
    expect(valueOf(removeHostsBlock(written))).toBe(text);
    expect(valueOf(removeHostsBlock(`${written}9.9.9.9 later`))).toBe(`${text}\r\n9.9.9.9 later`);
  });

  it('uses the line breaks of the platform in an empty file', () => {
    expect(valueOf(writeHostsBlock('', [SHOP], 'win32'))).toContain('\r\n');
    expect(valueOf(writeHostsBlock('', [SHOP]))).not.toContain('\r');
    expect(valueOf(removeHostsBlock(valueOf(writeHostsBlock('\uFEFF', [SHOP]))))).toBe('\uFEFF');
  });

  it.each([
    [`${HOSTS_BEGIN}\n127.0.0.1 a\n`],
    [`${HOSTS_END}\n`],
    [`${HOSTS_END}\n${HOSTS_BEGIN}\n`],
    [`${HOSTS_BEGIN}\n${HOSTS_BEGIN}\n${HOSTS_END}\n`],
    [`${HOSTS_BEGIN}\n${HOSTS_END}\n${HOSTS_BEGIN}\n${HOSTS_END}\n`],
  ])('refuses a broken one: %j', (text) => {
    expect(codes(readHostsBlock(text))).toEqual(['HOSTS_BLOCK_BROKEN']);
    expect(codes(writeHostsBlock(text, [SHOP]))).toEqual(['HOSTS_BLOCK_BROKEN']);
    expect(codes(removeHostsBlock(text))).toEqual(['HOSTS_BLOCK_BROKEN']);
  });

  it('takes nothing that is not a plain name or an address', () => {
    for (const host of ['*.shop.local', 'a b', 'a\n6.6.6.6 bank.example', 'UPPER.local', '10.0.0.1', '[::1]', '']) {
      expect(codes(writeHostsBlock('', [{ host, addresses: BOTH }]))).toEqual(['HOSTS_NAME_REFUSED']);
    }
    expect(codes(writeHostsBlock('', [{ host: 'a.local', addresses: ['1.1.1.1\n'] }]))).toEqual(['HOSTS_NAME_REFUSED']);
  });

  it('warns of a line of somebody else for the same name', () => {
    expect(codes(writeHostsBlock('10.0.0.9 other Shop.local # mine\n', [SHOP]))).toEqual(['HOSTS_NAME_TAKEN']);
    expect(codes(writeHostsBlock('127.0.0.1 shop.local\n', [SHOP]))).toEqual([]);
  });

  it('tells names from wildcards', () => {
    expect(splitHosts(['a.local', '*.a.local', 'a.local', '*', '127.0.0.1'])).toEqual({
      exact: ['a.local'],
      wild: ['*.a.local', '*'],
    });
  });

  it('compares entries without their order', () => {
    expect(sameHosts([SHOP], [{ host: 'shop.local', addresses: ['::1', '127.0.0.1'] }])).toBe(true);
    expect(sameHosts([SHOP], [{ host: 'shop.local', addresses: ['::1'] }])).toBe(false);
  });

  it('is not looked for in a file that is not UTF-8', () => {
    expect(codes(decodeHostsFile(Uint8Array.of(0x61, 0xe9, 0x0a)))).toEqual(['HOSTS_ENCODING']);
    expect(codes(decodeHostsFile(Uint8Array.of(0x61, 0x00)))).toEqual(['HOSTS_ENCODING']);
    expect(valueOf(decodeHostsFile(new TextEncoder().encode('\uFEFF# é\r\n')))).toBe('\uFEFF# é\r\n');
  });
});

describe('whatever the file holds', () => {
  const line = fc.oneof(
    fc.string({ maxLength: 30 }),
    fc.constantFrom('127.0.0.1 localhost', '# a comment', '', '\t', '::1 ip6-localhost', '# mogoly', '\r', '\uFEFF'),
  );
  const file = fc
    .array(fc.tuple(line, fc.constantFrom('\n', '\r\n', '\r', '')), { maxLength: 12 })
    .map((parts) => parts.map(([text, ending]) => text + ending).join(''))
    .filter((text) => !text.includes('mogoly begin') && !text.includes('mogoly end'));
  const label = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
  const entries = fc.uniqueArray(
    fc.record({
      host: label.map((name) => `${name}.local`),
      addresses: fc.constantFrom(['127.0.0.1', '::1'], ['::1']),
    }),
    { selector: ({ host }) => host, maxLength: 6 },
  );

  it('a block comes, changes and goes, and the file is what it was', () => {
    fc.assert(
      fc.property(file, entries, entries, fc.constantFrom('linux', 'win32'), (text, first, second, platform) => {
        const write = (from: string, to: HostsEntry[]): string =>
          valueOf(writeHostsBlock(from, to, platform as NodeJS.Platform));
        const once = write(text, first);
        expect(write(once, first)).toBe(once);
        expect(once.includes(text)).toBe(true);
        expect(valueOf(readHostsBlock(once)) ?? []).toEqual(first);
        const twice = write(once, second);
        if (first.length > 0) expect(write(twice, first) === once || second.length === 0).toBe(true);
        expect(valueOf(removeHostsBlock(twice))).toBe(text);
      }),
      { numRuns: 2_000 },
    );
  });
});
