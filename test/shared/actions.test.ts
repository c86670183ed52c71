import { describe, expect, it } from 'vitest';
import { ACTION_LIST, acceleratorOf, isAsk, isPressed, shownKeys } from '../../shared/actions.ts';

const press = (key: string, rest: Partial<Record<'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey', boolean>> = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...rest,
});

describe('the list of actions', () => {
  it('names each once, and gives no two the same keys', () => {
    const ids = ACTION_LIST.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const keys = ACTION_LIST.flatMap((action) => action.keys ?? []);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('keys', () => {
  it.each([
    ['Mod+K', press('k', { ctrlKey: true }), true],
    ['Mod+K', press('k', { metaKey: true }), true],
    ['Mod+K', press('k'), false],
    ['Mod+K', press('K', { ctrlKey: true, shiftKey: true }), false],
    ['Mod+K', press('k', { ctrlKey: true, altKey: true }), false],
    ['Mod+Shift+S', press('S', { ctrlKey: true, shiftKey: true }), true],
    ['Mod+Z', press('z', { ctrlKey: true, shiftKey: true }), false],
    ['?', press('?', { shiftKey: true }), true],
    ['?', press('?'), true],
    ['/', press('/', { shiftKey: true }), true],
    ['/', press('/', { ctrlKey: true }), false],
    ['F6', press('F6'), true],
    ['F6', press('F6', { shiftKey: true }), false],
    ['Shift+F6', press('F6', { shiftKey: true }), true],
    ['Mod+,', press(',', { metaKey: true }), true],
    ['Mod+1', press('1', { ctrlKey: true }), true],
  ])('%s against %j is %s', (keys, pressed, expected) => {
    expect(isPressed(keys, pressed)).toBe(expected);
  });

  it('are written as each system writes them', () => {
    expect(shownKeys('Mod+Shift+S', false)).toBe('Ctrl+Shift+S');
    expect(shownKeys('Mod+Shift+S', true)).toBe('⌘⇧S');
    expect(acceleratorOf('Mod+,')).toBe('CmdOrCtrl+,');
  });
});

describe('what the app asks the window', () => {
  it('is an action of the list, or a site', () => {
    expect([{ action: 'site.add' }, { site: 'shop.test' }].every(isAsk)).toBe(true);
    expect([null, 'site.add', {}, { action: 'rm' }, { site: 3 }, { action: '__proto__' }].some(isAsk)).toBe(false);
  });
});
