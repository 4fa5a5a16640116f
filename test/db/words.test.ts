import { countNoun } from '../../src/shared/format.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { slugOf } from '../../src/main/db/ids.ts';
import { byCodePoint, joinList, quote } from '../../src/main/foundation/words.ts';

describe('byCodePoint', () => {
  test('orders as UTF-8 bytes do, which is the order of code points', () => {
    const text = fc.string({ unit: 'binary' }); // whole code points of every plane
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(byCodePoint(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
      { numRuns: 2000 },
    );
    const [face, tilde] = ['\u{1f600}', '\uff5e'];
    expect(byCodePoint(face, tilde)).toBeGreaterThan(0); // where `<` says otherwise
    expect(face < tilde).toBe(true);
  });
});

describe('sentences', () => {
  test('quote keeps a sentence on one line, without control characters', () => {
    expect(quote('a "b" ü 花')).toBe('"a "b" ü 花"');
    expect(quote('a\nb\u001b[31m\u202e\u2028\u0000')).toBe('"a\\u000ab\\u001b[31m\\u202e\\u2028\\u0000"');
    expect(quote('😀'.repeat(200))).toBe(`"${'😀'.repeat(79)}…"`);
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (name) => !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(quote(name))));
  });

  test('joinList shortens long lists, countNoun forms plurals', () => {
    expect(joinList(['a', 'b'])).toBe('a, b');
    expect(joinList(['1', '2', '3', '4', '5'])).toBe('1, 2, 3, 4, 5');
    expect(joinList(['1', '2', '3', '4', '5', '6'])).toBe('1, 2, 3, 4, 5 and 1 more');
    expect([countNoun(1, 'class'), countNoun(2, 'class'), countNoun(0, 'image')]).toEqual(['1 class', '2 classes', '0 images']);
  });

  test('a slug is plain ASCII, short, and never empty', () => {
    expect(slugOf('Skin lesions (2024)')).toBe('skin-lesions-2024');
    expect(slugOf('Äpfel & Œufs')).toBe('apfel-ufs');
    expect(slugOf('../../etc/passwd')).toBe('etc-passwd');
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (name) => /^[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?$/.test(slugOf(name))));
  });
});
