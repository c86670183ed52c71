/** Copied commands, read by a real shell: whatever stands in a request, it stays one argument. */
import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quoteShell, toCurl } from '../../shared/curl.ts';
import { startBackend } from '../kit/backend.ts';

const shell = promisify(execFile);

/** What a shell makes of the words. */
const readByShell = (words: readonly string[]): string[] =>
  execFileSync('sh', ['-c', `printf '%s\\0' ${words.map(quoteShell).join(' ')}`], { encoding: 'utf8' })
    .split('\0')
    .slice(0, words.length);

describe('quoteShell', () => {
  it('keeps every text one argument, unchanged', () => {
    const nasty = [
      '',
      "it's",
      '$(id)',
      '`id`',
      '"',
      '\\',
      'a b',
      '!1',
      '-x',
      ';',
      '\n',
      "''",
      "'\\''",
      '*',
      '~',
      'ü',
      '\t',
    ];
    expect(readByShell(nasty)).toEqual(nasty);
    const text = fc.string({ unit: 'grapheme', maxLength: 40 }).map((each) => each.replaceAll('\0', ''));
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 40 }), (words) => {
        expect(readByShell(words)).toEqual(words);
      }),
      { numRuns: 30 },
    );
  });
});

describe('toCurl', () => {
  it('sends the same request, body and odd characters and all', async () => {
    const bodies: string[] = [];
    const backend = await startBackend({
      handler: (request, response) => {
        let body = '';
        request.setEncoding('latin1').on('data', (chunk: string) => (body += chunk));
        request.on('end', () => {
          bodies.push(body);
          response.end('ok');
        });
      },
    });
    const base = { method: 'PUT', url: `${backend.url}/a/../b[1]?q={x}&p='` };
    const headers: [string, string][] = [
      ['Host', 'shop.test'],
      ['X-Odd', "it's $(touch /dev/null) `id`"],
      ['X-Empty', ''],
      ['@/etc/passwd', 'no name'],
      ['X-Split', 'a\r\nX-Injected: 1'],
      ['Content-Length', '3'],
    ];
    for (const base64 of [btoa("@file and 'quotes'"), btoa('\0\xff\x80binary'), undefined])
      await shell('sh', ['-c', `${toCurl({ ...base, headers, base64 })} --silent`]);
    expect(backend.requests.map(({ method, url }) => [method, url])).toEqual(
      Array(3).fill(['PUT', "/a/../b[1]?q={x}&p='"]),
    );
    expect(backend.requests[0]?.headers).toMatchObject({
      host: 'shop.test',
      'x-odd': "it's $(touch /dev/null) `id`",
      'x-empty': '',
    });
    expect(backend.requests[0]?.headers['x-injected']).toBeUndefined();
    expect(bodies).toEqual(["@file and 'quotes'", '\0\xff\x80binary', '']);
    await backend.close();
  });

  it('leaves out what curl does by itself', () => {
    expect(toCurl({ method: 'GET', url: 'http://shop.test/', headers: [] })).toBe(
      'curl --path-as-is --globoff --url http://shop.test/',
    );
    expect(toCurl({ method: 'HEAD', url: 'http://shop.test/', headers: [] })).toContain('--head');
  });
});
