import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { supportOf } from '../../../src/main/domain/evaluate/support.ts';

describe('support', () => {
  const valid = { same: [0.1, 0.2, 0.4, 1.2], different: [0.3, 1.0, 1.2, 1.5, 1.9] };

  test('counts pairs at least as far above the threshold', () => {
    expect(supportOf(1.2, 0.9, valid)).toEqual({ pairs: 4, agree: 3 / 4 });
    expect(supportOf(1.6, 0.9, valid)).toEqual({ pairs: 1, agree: 1 });
  });

  test('counts pairs at least as far below it', () => {
    expect(supportOf(0.3, 0.9, valid)).toEqual({ pairs: 3, agree: 2 / 3 });
    expect(supportOf(0.9, 0.9, valid)).toEqual({ pairs: 4, agree: 3 / 4 });
  });

  test('is 0 pairs beyond all distances', () => {
    expect(supportOf(5, 0.9, valid)).toEqual({ pairs: 0, agree: 0 });
    expect(supportOf(0.05, 0.9, valid)).toEqual({ pairs: 0, agree: 0 });
  });

  test('equals the plain filter, ties included', () => {
    const sorted = fc.array(fc.integer({ min: 0, max: 20 })).map((a) => a.map((v) => v / 10).sort((x, y) => x - y));
    fc.assert(
      fc.property(sorted, sorted, fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 20 }), (same, different, d10, t10) => {
        const [d, t] = [d10 / 10, t10 / 10];
        const rows = [...same.map((x) => ({ x, label: 'same' })), ...different.map((x) => ({ x, label: 'different' }))];
        const asFar = rows.filter(({ x }) => (d > t ? x >= d : x <= d));
        const agreeing = asFar.filter(({ label }) => label === (d > t ? 'different' : 'same')).length;
        expect(supportOf(d, t, { same, different })).toEqual({ pairs: asFar.length, agree: asFar.length ? agreeing / asFar.length : 0 });
      }),
    );
  });
});
