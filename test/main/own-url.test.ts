import { describe, expect, it } from 'vitest';
import { ownUrl } from '../../electron/main/own-url.ts';
import type { Routing } from '../../electron/main/own-url.ts';

const sites = new Map([
  ['shop.test', 'exact'],
  ['shop.local', 'exact'],
]);

const routing = (hasCatchAll: boolean): Routing => ({
  listeners: [
    { kind: 'http', address: '127.0.0.1', port: 8080 },
    { kind: 'https', address: '127.0.0.1', port: 443 },
  ],
  explain({ url }) {
    const host = new URL(url).hostname;
    const match = sites.get(host) ?? (hasCatchAll ? '*' : undefined);
    const found = match === undefined ? {} : { site: match === '*' ? '*' : host, hostMatch: match };
    return { url, host, middlewares: [], candidates: [], ...found };
  },
});

describe('addresses the app opens', () => {
  it('a site on an own listener is opened', () => {
    expect(ownUrl('http://shop.test:8080/cart?x=1', routing(false))).toBe('http://shop.test:8080/cart?x=1');
    expect(ownUrl('https://shop.local', routing(false))).toBe('https://shop.local/');
  });

  it.each([
    'http://shop.test:9999/',
    'http://shop.test/',
    'http://example.com:8080/',
    'http://user:pw@shop.test:8080/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'smb://shop.test:8080/',
    'shop.test',
  ])('%s is not', (address) => {
    expect(ownUrl(address, routing(false))).toBeUndefined();
  });

  it('the site * does not make every address an own one', () => {
    expect(ownUrl('https://example.com/', routing(true))).toBeUndefined();
    expect(ownUrl('http://anything.localhost:8080/', routing(true))).toBe('http://anything.localhost:8080/');
  });
});
