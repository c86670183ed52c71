/** Which names are ours. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileLocalNames } from '../../../electron/engine/dns/local-names.ts';

const find = compileLocalNames({
  hosts: ['shop.local', '*.app.local', 'api.example.com', 'a.b.test2.local', '*'],
  zones: ['test'],
});

describe('a name', () => {
  it.each([
    ['shop.local', 'address', 'shop.local'],
    ['any.app.local', 'address', 'app.local'],
    ['deep.down.app.local', 'address', 'app.local'],
    ['whatever.test', 'address', 'test'],
    ['a.b.c.test', 'address', 'test'],
    ['api.example.com', 'address', 'api.example.com'],
    ['localhost', 'loopback', 'localhost'],
    ['x.localhost', 'loopback', 'localhost'],
    ['test', 'empty', 'test'],
    ['app.local', 'empty', 'app.local'],
    ['local', 'empty', 'local'],
    ['b.test2.local', 'empty', 'local'],
    ['test2.local', 'empty', 'local'],
    ['x.shop.local', 'none', 'shop.local'],
    ['x.api.example.com', 'none', 'api.example.com'],
    ['nope.local', 'none', 'local'],
    ['nope.invalid', 'none', 'invalid'],
    ['nope.onion', 'none', 'onion'],
  ])('%s: %s, says %s', (name, kind, zone) => expect(find(name)).toEqual({ kind, zone }));

  it.each(['example.com', 'www.example.com', 'xapi.example.com', 'com', '', 'shoplocal', 'mytest'])(
    '%s is not ours',
    (name) => expect(find(name)).toBeUndefined(),
  );

  it('above a host exists, also below another host (RFC 8020)', () => {
    const nested = compileLocalNames({ hosts: ['shop.example.com', 'a.b.shop.example.com', '*'], zones: [] });
    expect(nested('b.shop.example.com')).toEqual({ kind: 'empty', zone: 'shop.example.com' });
    expect(nested('c.shop.example.com')).toEqual({ kind: 'none', zone: 'shop.example.com' });
    expect(nested('example.com')).toBeUndefined();
    expect(nested('anything.example.org')).toBeUndefined();
  });

  it('test is nobody elses where no zone claims it', () => {
    expect(compileLocalNames({ hosts: [], zones: ['dev'] })('shop.test')).toEqual({ kind: 'none', zone: 'test' });
    expect(compileLocalNames({ hosts: [], zones: ['dev'] })('shop.dev')).toEqual({ kind: 'address', zone: 'dev' });
  });

  it('below a zone is always answered, by a zone that ends it', () => {
    const label = fc.stringMatching(/^[a-z0-9-]{1,10}$/);
    fc.assert(
      fc.property(fc.array(label, { minLength: 1, maxLength: 5 }), (labels) => {
        const name = `${labels.join('.')}.test`;
        expect(find(name)).toEqual({ kind: 'address', zone: 'test' });
      }),
    );
  });
});
