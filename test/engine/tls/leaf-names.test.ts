/** Which names stand in a certificate. */
import { describe, expect, it } from 'vitest';
import { chooseLeaf } from '../../../electron/engine/tls/leaf-names.ts';

const all = () => true;

describe('chooseLeaf', () => {
  it('one certificate is for all hosts of the site', () => {
    const leaf = { name: 'shop.test', hosts: ['shop.test', '*.shop.test'] };
    expect(chooseLeaf('shop.test', leaf.hosts, all)).toEqual(leaf);
    expect(chooseLeaf('a.shop.test', leaf.hosts, all)).toEqual(leaf);
  });

  it('a name two labels below a wildcard gets one of its own', () => {
    expect(chooseLeaf('b.a.shop.test', ['*.shop.test'], all)).toEqual({
      name: 'b.a.shop.test',
      hosts: ['b.a.shop.test'],
    });
  });

  it('below `*` and below a wildcard at the top the exact name is used', () => {
    expect(chooseLeaf('a.test', ['*'], all).hosts).toEqual(['a.test']);
    expect(chooseLeaf('a.test', ['*.test'], all).hosts).toEqual(['a.test']);
  });

  it('hosts that the root does not permit are left out', () => {
    const permits = (name: string): boolean => name.endsWith('.test');
    expect(chooseLeaf('a.test', ['a.test', 'a.local'], permits).hosts).toEqual(['a.test']);
  });

  it('a site of very many hosts has a certificate for each', () => {
    const hosts = Array.from({ length: 100 }, (_, i) => `h${i}.test`);
    expect(chooseLeaf('h7.test', hosts, all)).toEqual({ name: 'h7.test', hosts: ['h7.test'] });
  });
});
