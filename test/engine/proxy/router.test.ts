/** Patterns, and the path a backend gets. */
import { describe, expect, it } from 'vitest';
import { backendPath, comparePatterns, matchesPattern, pathOf, restOf } from '../../../electron/engine/proxy/router.ts';

describe('matchesPattern', () => {
  it.each([
    ['/', '/anything', true],
    ['/*', '/anything', true],
    ['/api/*', '/api/x', true],
    ['/api/*', '/api', true],
    ['/api/*', '/api/', true],
    ['/api/*', '/apix', false],
    ['/api/*', '/API/x', false],
    ['/api*', '/apix', true],
    ['/exact', '/exact', true],
    ['/exact', '/exact/', false],
    ['/api/*', '/%61pi/x', false],
  ])('%s and %s: %s', (pattern, path, matches) => expect(matchesPattern(pattern, path)).toBe(matches));
});

describe('comparePatterns', () => {
  it('puts the longest first, an exact one before a prefix of its length, / last', () => {
    expect(['/', '/api/*', '/api', '/api/v1/*', '/*', '/a'].sort(comparePatterns)).toEqual([
      '/api/v1/*',
      '/api/*',
      '/api',
      '/a',
      '/*',
      '/',
    ]);
  });
});

describe('backendPath', () => {
  it.each([
    ['/api/x?y', '/api', '', '/x?y'],
    ['/api', '/api', '', '/'],
    ['/api?x', '/api', '', '/?x'],
    ['/apix', '/api', '', '/apix'],
    ['/api//x', '/api', '', '//x'],
    ['/api/x', '/api/', '', '/x'],
    ['/x', '', '/base', '/base/x'],
    ['/api/x', '/api', '/base', '/base/x'],
    ['/a%2Fb/../c', '', '', '/a%2Fb/../c'],
  ])('%s without %s after %s is %s', (target, strip, base, path) =>
    expect(backendPath(target, strip, base)).toBe(path),
  );
});

it('pathOf leaves the query off, at the first question mark', () => {
  expect([pathOf('/a?b?c'), pathOf('/a'), pathOf('/?')]).toEqual(['/a', '/a', '/']);
});

it('restOf is what the star stands for', () => {
  expect([restOf('/old/*', '/old/a/b'), restOf('/old/*', '/old'), restOf('/old', '/old')]).toEqual(['a/b', '', '']);
});
