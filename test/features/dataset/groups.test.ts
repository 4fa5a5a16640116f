import { describe, expect, test } from 'vitest';
import { groupsOf } from '../../../src/main/features/dataset/groups.ts';

describe('groupsOf', () => {
  test('takes the first capture group, of the name and not the path', () => {
    expect(groupsOf(['bedroom/berlin_7_1.jpg', 'berlin_8/berlin_7_2.jpg', 'kitchen/paris_9_1.jpg'], '^(.+)_\\d+\\.')).toEqual([
      'berlin_7',
      'berlin_7',
      'paris_9',
    ]);
  });

  test('takes the whole match where there is no capture group', () => {
    expect(groupsOf(['a/p12 x.png', 'a/p12 y.png', 'b/p3.png'], 'p\\d+')).toEqual(['p12', 'p12', 'p3']);
    expect(groupsOf(['a/p12 x.png'], '(?:p)\\d+')).toEqual(['p12']);
  });

  test('takes the first group that matched, and null if none did', () => {
    expect(groupsOf(['l1.png', 'r2.png', 'x.png'], '^l(\\d)|^r(\\d)|^x')).toEqual(['1', '2', null]);
  });

  test('files without a match, or with an empty one, have no group', () => {
    expect(groupsOf(['a1.png', 'b.png'], '\\d*$|\\d+')).toEqual(['1', null]);
    expect(groupsOf(['a1.png', 'b.png'], '\\d+')).toEqual(['1', null]);
  });

  test('hostile names are text, not code', () => {
    const names = ['`${process.exit()}` 1.png', `'); throw 1; (' 2.png`, '\u2028 3.png', '__proto__ 4.png'];
    expect(groupsOf(names, '\\d(?=\\.png$)')).toEqual(['1', '2', '3', '4']);
  });

  test.each(['(', '[', '*', '(?<a>x)(?<a>y)', '\\'])('the invalid pattern %j is wrong usage', (pattern) => {
    expect(() => groupsOf(['a.png'], pattern)).toThrow(
      expect.objectContaining({ code: 'usage', message: expect.stringContaining('not a regular expression') as string }) as Error,
    );
  });

  test('a pattern that matches no file is wrong usage, with a file as example', () => {
    expect(() => groupsOf(['c/a.png', 'c/b.png'], '^\\d+')).toThrow(
      expect.objectContaining({ code: 'usage', message: 'The group pattern "^\\d+" matches none of the 2 image names, such as "a.png".' }) as Error,
    );
    expect(() => groupsOf(['c/a.png'], 'x*')).toThrow(expect.objectContaining({ code: 'usage' }) as Error);
  });

  test('a pattern that puts all files into one group is wrong usage', () => {
    expect(() => groupsOf(['a/photo_1.png', 'b/photo_2.png'], '^(photo)')).toThrow(
      expect.objectContaining({ code: 'usage', message: expect.stringContaining('puts all 2 images into one group, "photo"') as string }) as Error,
    );
    expect(groupsOf(['a/photo_1.png', 'b/x.png'], '^(photo)')).toEqual(['photo', null]);
  });

  test('a pattern with exponential run time is stopped', () => {
    expect(() => groupsOf([`${'a'.repeat(60)}!.png`], '^(a+)+$')).toThrow(
      expect.objectContaining({ code: 'usage', message: expect.stringContaining('takes too long') as string }) as Error,
    );
  });
});
