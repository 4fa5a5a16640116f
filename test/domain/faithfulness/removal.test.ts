import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rankMap, removalWeights } from '../../../src/main/domain/faithfulness/removal.ts';

const weights = (values: number[], ...rest: [number, 'top' | 'bottom', ('map' | 'positive')?]): number[] =>
  Array.from(removalWeights(rankMap(Float32Array.from(values)), ...rest));

describe('the removed part of an image', () => {
  test('is the share of the area with the largest or smallest values', () => {
    expect(weights([3, -1, 2, 0], 0.5, 'top')).toEqual([1, 0, 1, 0]);
    expect(weights([3, -1, 2, 0], 0.25, 'bottom')).toEqual([0, 1, 0, 0]);
    expect(weights([3, -1, 2, 0], 0, 'top')).toEqual([0, 0, 0, 0]);
    expect(weights([3, -1, 2, 0], 1, 'bottom')).toEqual([1, 1, 1, 1]);
  });

  test('is shared equally by pixels that tie at the boundary, so a constant map removes the same at both ends', () => {
    expect(weights([5, 1, 1, 1, 1], 0.4, 'top')).toEqual([1, 0.25, 0.25, 0.25, 0.25]);
    expect(weights([0, 0, 0, 0], 0.5, 'top')).toEqual(weights([0, 0, 0, 0], 0.5, 'bottom'));
  });

  test('of one kind of evidence never exceeds the part with evidence', () => {
    expect(weights([-1, -2, 3, 0], 0.75, 'top', 'positive')).toEqual([0, 0, 1, 0]);
    expect(weights([-1, -2, -3, 0], 0.5, 'top', 'positive')).toEqual([0, 0, 0, 0]);
    expect(weights([4, 2, 3, 1], 0.5, 'top', 'positive')).toEqual([1, 0, 1, 0]);
  });

  test('has the area of the share; the top of a map is the bottom of its negative', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 1, maxLength: 60 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, share) => {
          const top = weights(values, share, 'top');
          expect(top.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(Math.round(share * values.length), 4);
          expect(top).toEqual(
            weights(
              values.map((value) => -value),
              share,
              'bottom',
            ),
          );
        },
      ),
    );
  });
});
