import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { CONTENT_SECURITY_POLICY, isAppUrl, mediaType, resolveAsset } from '../../electron/main/asset.ts';

const root = path.resolve('/opt/mogoly/renderer');

describe('the files of the window', () => {
  it('a path names a file inside the folder, and the bare origin the index', () => {
    expect(resolveAsset(root, 'app://mogoly/')).toBe(path.join(root, 'index.html'));
    expect(resolveAsset(root, 'app://mogoly/assets/main.js?v=1#x')).toBe(path.join(root, 'assets', 'main.js'));
  });

  it.each([
    'app://mogoly/..%2f..%2fetc/passwd',
    'app://mogoly/%2e%2e/secret',
    'app://mogoly/a/..%5c..%5csecret',
    'app://mogoly/%00',
    'app://mogoly/C:/windows',
    'app://mogoly/%E0%A4%A',
    'app://other/index.html',
    'https://mogoly/index.html',
    'file:///etc/passwd',
    'not an address',
  ])('%s leads to no file outside it', (address) => {
    const file = resolveAsset(root, address);
    expect(file === undefined || file.startsWith(root + path.sep)).toBe(true);
    expect(file ?? '').not.toContain('..');
    expect(file ?? '').not.toContain('etc');
  });

  it('only the own origin counts as the app', () => {
    expect(isAppUrl('app://mogoly/index.html')).toBe(true);
    expect(isAppUrl('app://mogoly.evil/index.html')).toBe(false);
    expect(isAppUrl('app://mogoly@evil/')).toBe(false);
    expect(isAppUrl('http://mogoly/')).toBe(false);
  });

  it('the policy allows nothing unsafe and nothing from elsewhere', () => {
    expect(CONTENT_SECURITY_POLICY).toContain("default-src 'none'");
    expect(CONTENT_SECURITY_POLICY).not.toMatch(/unsafe|\*|https?:/);
  });

  it('an unknown kind of file is served as bytes', () => {
    expect(mediaType('a/B.HTML')).toBe('text/html; charset=utf-8');
    expect(mediaType('a/b.exe')).toBe('application/octet-stream');
  });
});
