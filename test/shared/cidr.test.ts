import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clientNetwork, createAddressMatcher, isValidCidr } from '../../shared/cidr.ts';

describe('address blocks', () => {
  it('cover the addresses of their prefix', () => {
    const covers = createAddressMatcher([
      '10.0.0.0/8',
      '192.168.1.7',
      '172.16.0.0/12',
      '2001:db8::/33',
      '::1',
      'fe80::/10',
    ]);
    for (const inside of [
      '10.255.0.1',
      '192.168.1.7',
      '172.31.255.255',
      '2001:db8:7fff::1',
      '::1',
      '0:0:0:0:0:0:0:1',
      'fe80::1%eth0',
      '::ffff:10.0.0.1',
      '::FFFF:0a00:0001',
    ]) {
      expect(covers(inside), inside).toBe(true);
    }
    for (const outside of [
      '11.0.0.1',
      '192.168.1.8',
      '172.32.0.0',
      '2001:db8:8000::1',
      '::2',
      'fec0::1',
      '',
      'localhost',
      '10.0.0',
      '10.0.0.1.1',
      '::ffff:11.0.0.1',
    ]) {
      expect(covers(outside), outside).toBe(false);
    }
  });

  it('keep IPv4 and IPv6 apart, mapped blocks being IPv4', () => {
    expect(createAddressMatcher(['0.0.0.0/0'])('255.1.2.3')).toBe(true);
    expect(createAddressMatcher(['0.0.0.0/0'])('::1')).toBe(false);
    expect(createAddressMatcher(['::/0'])('10.0.0.1')).toBe(false);
    expect(createAddressMatcher(['::ffff:10.0.0.0/104'])('10.9.9.9')).toBe(true);
    expect(createAddressMatcher(['::ffff:0:0/96'])('8.8.8.8')).toBe(true);
    expect(createAddressMatcher([])('10.0.0.1')).toBe(false);
  });

  it('are told from what is none', () => {
    for (const good of ['1.2.3.4', '1.2.3.4/0', '::', '::/128', '1::', '1:2:3:4:5:6:7:8', '::1.2.3.4', 'fe80::1%en0'])
      expect(isValidCidr(good), good).toBe(true);
    const bad = [
      '',
      '1.2.3',
      '01.2.3.4',
      '256.1.1.1',
      '1.2.3.4/33',
      '1.2.3.4/',
      '1.2.3.4/-1',
      '::/129',
      ':::',
      '1::2::3',
      '1:2:3:4:5:6:7',
      '1:2:3:4:5:6:7:8:9',
      '12345::',
      'g::',
      '1.2.3.4::',
      'fe80::1%a/64',
      ' 1.2.3.4',
      '1:2:3:4:5:6:7::8:',
    ];
    for (const text of bad) expect(isValidCidr(text), text).toBe(false);
    expect(() => createAddressMatcher(['nonsense'])).toThrow(TypeError);
  });

  it('cover an IPv4 address exactly when the leading bits agree', () => {
    const word = fc.integer({ min: 0, max: 0xffffffff });
    const write = (value: number): string => [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff).join('.');
    fc.assert(
      fc.property(word, word, fc.integer({ min: 0, max: 32 }), (block, address, bits) => {
        const size = 2 ** (32 - bits);
        expect(createAddressMatcher([`${write(block)}/${bits}`])(write(address))).toBe(
          Math.floor(block / size) === Math.floor(address / size),
        );
      }),
    );
  });

  it('name the network of a client', () => {
    expect(clientNetwork('::ffff:10.0.0.1')).toBe('10.0.0.1');
    expect(clientNetwork('2001:db8::5')).toBe('2001:db8:0:0::/64');
    expect(clientNetwork('unknown')).toBe('unknown');
  });
});
