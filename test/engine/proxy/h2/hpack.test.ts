/** HPACK: the examples of RFC 7541 appendix C, round trips, and blocks that are none. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HEADER_TABLE_BYTES, MAX_HEADER_LIST_BYTES } from '../../../../electron/engine/proxy/h2/bounds.ts';
import { HpackDecoder } from '../../../../electron/engine/proxy/h2/hpack-decoder.ts';
import { HpackEncoder, integer } from '../../../../electron/engine/proxy/h2/hpack-encoder.ts';
import { CODE_LENGTHS, decodeHuffman, huffmanCodes } from '../../../../electron/engine/proxy/h2/huffman.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const decode = (decoder: HpackDecoder, bytes: Buffer): string[] => decoder.decode(bytes, 0, bytes.length).fields;
const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

/** As RFC 7541 section 5.2 says; the product never writes it. */
function encodeHuffman(text: string): Buffer {
  const codes = huffmanCodes();
  let bits = '';
  for (const byte of latin1(text)) bits += codes[byte]!.toString(2).padStart(CODE_LENGTHS[byte]!, '0');
  bits = bits.padEnd(Math.ceil(bits.length / 8) * 8, '1');
  return Buffer.from(bits.match(/.{8}/g)?.map((byte) => Number.parseInt(byte, 2)) ?? []);
}

const first = [':method', 'GET', ':scheme', 'http', ':path', '/', ':authority', 'www.example.com'];
const second = [...first, 'cache-control', 'no-cache'];
const third = [':method', 'GET', ':scheme', 'https', ':path', '/index.html', ':authority', 'www.example.com'];
third.push('custom-key', 'custom-value');

describe('the examples of RFC 7541', () => {
  it.each([
    ['400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572', ['custom-key', 'custom-header']],
    ['040c 2f73 616d 706c 652f 7061 7468', [':path', '/sample/path']],
    ['1008 7061 7373 776f 7264 0673 6563 7265 74', ['password', 'secret']],
    ['82', [':method', 'GET']],
  ])('C.2: %s', (block, fields) => {
    expect(decode(new HpackDecoder(), hex(block))).toEqual(fields);
  });

  it.each([
    [
      'C.3, plain',
      '8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d',
      '8286 84be 5808 6e6f 2d63 6163 6865',
      '8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65',
    ],
    [
      'C.4, Huffman',
      '8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff',
      '8286 84be 5886 a8eb 1064 9cbf',
      '8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf',
    ],
  ])('%s: requests that share a table', (_name, ...blocks) => {
    const decoder = new HpackDecoder();
    expect(blocks.map((block) => decode(decoder, hex(block)))).toEqual([first, second, third]);
  });

  it('C.6: responses whose table of 256 bytes drops the oldest', () => {
    const decoder = new HpackDecoder();
    decode(decoder, hex('3fe1 01')); // 256
    const date = 'Mon, 21 Oct 2013 20:13:21 GMT';
    const rest = ['cache-control', 'private', 'date', date, 'location', 'https://www.example.com'];
    const blocks = [
      '4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3',
      '4883 640e ffc1 c0bf',
      '88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07',
    ];
    const [found, changed, fine] = blocks.map((block) => decode(decoder, hex(block)));
    expect(found).toEqual([':status', '302', ...rest]);
    expect(changed).toEqual([':status', '307', ...rest]);
    expect(fine!.slice(0, 4)).toEqual([':status', '200', 'cache-control', 'private']);
    expect(fine!.slice(-4, -2)).toEqual(['content-encoding', 'gzip']);
    expect(fine!.at(-1)).toBe('foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1');
  });

  it('C.1: integers', () => {
    expect(latin1(integer(10, 5, 0))).toEqual(hex('0a'));
    expect(latin1(integer(1337, 5, 0))).toEqual(hex('1f9a0a'));
    expect(latin1(integer(42, 8, 0))).toEqual(hex('2a'));
  });
});

const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,40}$/).filter((text) => !/^(connection|upgrade|date)$/.test(text));
const value = fc.stringMatching(/^[\x21-\x7e\x80-\xff]([\t\x20-\x7e\x80-\xff]{0,200}[\x21-\x7e\x80-\xff])?$/);
const known = fc.constantFrom('content-type', 'Server', 'cache-control', 'vary', 'Set-Cookie', 'etag');
const field = fc.tuple(fc.oneof(name, known), fc.oneof(value, fc.constantFrom('', 'a', 'text/html')));

describe('what the encoder writes', () => {
  it('the decoder reads, over many answers of one connection, as their tables fill', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(200, 204, 302, 404, 599), fc.array(field)), { maxLength: 40 }),
        (all) => {
          const encoder = new HpackEncoder();
          const decoder = new HpackDecoder();
          for (const [status, fields] of all) {
            const headers = [...fields.flat(), 'date', 'today'];
            const sent = headers.map((text, i) => (i % 2 === 0 ? text.toLowerCase() : text));
            expect(decode(decoder, latin1(encoder.head(status, headers)))).toEqual([
              ':status',
              String(status),
              ...sent,
            ]);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('is read by a table that its client makes smaller, or has none of', () => {
    const encoder = new HpackEncoder();
    const decoder = new HpackDecoder();
    for (const bytes of [4_096, 100, 0, 65_536]) {
      encoder.resize(bytes);
      for (let i = 0; i < 3; i++)
        expect(
          decode(decoder, latin1(encoder.head(200, ['server', 'nginx', 'vary', 'accept', 'date', '']))).slice(2, 4),
        ).toEqual(['server', 'nginx']);
    }
  });

  it('becomes shorter when it is repeated, but for secrets', () => {
    const encoder = new HpackEncoder();
    const again = (headers: string[]): number[] => [0, 1].map(() => encoder.head(200, headers).length);
    const [one, two] = again(['content-type', 'text/html; charset=utf-8', 'date', '']);
    expect(two).toBeLessThan(one! - 20);
    const [cookie, sameCookie] = again(['set-cookie', 'a=secret', 'date', '']);
    expect(sameCookie).toBe(cookie);
    expect(encoder.head(200, ['set-cookie', 'a']).charCodeAt(1) & 0xf0).toBe(0x10); // never indexed
  });

  it('holds no line end, no control character, no name that is none, and leaves the table good', () => {
    const encoder = new HpackEncoder();
    const decoder = new HpackDecoder();
    for (const bad of [
      ['x', 'a\r\nb: c'],
      ['x', '\0'],
      ['a b', ''],
      ['', ''],
      [':path', '/'],
      ['x', '\u{1f600}'],
    ])
      expect(() => encoder.head(200, ['server', bad[1]!.length.toString(), ...bad])).toThrow(/not HTTP/);
    decode(decoder, latin1(encoder.head(200, ['server', 'a', 'date', ''])));
    expect(decode(decoder, latin1(encoder.head(200, ['server', 'a', 'date', ''])))).toEqual([
      ':status',
      '200',
      'server',
      'a',
      'date',
      '',
    ]);
  });

  it('has a date, and nothing of a connection of HTTP/1.1', () => {
    const fields = decode(
      new HpackDecoder(),
      latin1(new HpackEncoder().head(200, ['Connection', 'close', 'keep-alive', 'x'])),
    );
    expect(fields.slice(0, 3)).toEqual([':status', '200', 'date']);
    expect(fields).toHaveLength(4);
  });
});

describe('Huffman', () => {
  it('reads back every text', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const text = Buffer.from(bytes).toString('latin1');
        const coded = encodeHuffman(text);
        expect(decodeHuffman(coded, 0, coded.length)).toBe(text);
      }),
    );
  });

  it.each([
    ['zeros as padding', '18'],
    ['a byte of padding', '1c64 ff ff'],
    ['EOS', 'ffffffff'],
    ['the beginning of a code', 'fe'],
  ])('refuses %s', (_name, coded) => {
    expect(decodeHuffman(hex(coded), 0, hex(coded).length)).toBeUndefined();
  });
});

describe('a block that is none', () => {
  it.each([
    ['index 0', '80'],
    ['an index beyond the table', 'ff 80 01'],
    ['an index of a name beyond the table', '7f 80 01 01 61'],
    ['an integer without end', 'ff ff ff ff'],
    ['an integer that is too large', 'ff ff ff ff ff ff 7f'],
    ['a table larger than allowed', '3f e2 1f'],
    ['a change of the table in the middle', '82 20'],
    ['a text longer than the block', '00 05 61'],
    ['a field without a value', '00 01 61'],
    ['a literal cut before its name', '40'],
  ])('%s is an error of the connection', (_name, block) => {
    expect(() => decode(new HpackDecoder(), hex(block))).toThrow(/^the header block has/);
  });

  it('may be anything: it is read or refused, never worse', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 5 }), (blocks) => {
        const decoder = new HpackDecoder();
        try {
          for (const block of blocks) decode(decoder, Buffer.from(block));
        } catch (error) {
          expect(error).toMatchObject({ code: 9 });
        }
      }),
      { numRuns: 5_000 },
    );
  });

  it('of a few bytes that unfold to megabytes is read without holding them', () => {
    const decoder = new HpackDecoder();
    decode(decoder, latin1(`\x40${integer(1, 7, 0)}a${integer(3_000, 7, 0)}${'x'.repeat(3_000)}`));
    const { fields, isTooLarge } = decoder.decode(Buffer.alloc(60_000, 0xbe), 0, 60_000);
    expect(isTooLarge).toBe(true);
    expect(fields.join('').length).toBeLessThan(MAX_HEADER_LIST_BYTES);
    expect(HEADER_TABLE_BYTES).toBe(4_096);
    expect(decode(decoder, hex('be'))).toEqual(['a', 'x'.repeat(3_000)]); // the table is as it was
  });
});
