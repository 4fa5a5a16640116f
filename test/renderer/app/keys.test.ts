import { describe, expect, it } from 'vitest';
import { viewForKey } from '../../../src/renderer/app/keys.ts';

const press = (key: string, ...held: ('ctrlKey' | 'metaKey' | 'altKey')[]) => ({
  key,
  ctrlKey: held.includes('ctrlKey'),
  metaKey: held.includes('metaKey'),
  altKey: held.includes('altKey'),
});

describe('keys that go to a view', () => {
  it('need one of Ctrl, ⌘ and Alt', () => {
    expect(viewForKey(press('1', 'ctrlKey'))).toBe('images');
    expect(viewForKey(press('5', 'metaKey'))).toBe('reports');
    expect(viewForKey(press('4', 'altKey'))).toBe('compare');
    expect(viewForKey(press(',', 'ctrlKey'))).toBe('settings');
    expect(viewForKey(press('1'))).toBeNull();
    expect(viewForKey(press('1', 'ctrlKey', 'altKey'))).toBeNull(); // AltGr on some keyboards
    expect(viewForKey(press('6', 'ctrlKey'))).toBeNull();
    expect(viewForKey(press(',', 'altKey'))).toBeNull();
  });
});
