import { describe, expect, it } from 'vitest';
import { randomFor } from '../../../src/shared/random.ts';
import { aucOf } from '../../../src/main/domain/evaluate/roc.ts';
import { imageUnitsOfPairs } from '../../../src/main/domain/evaluate/units.ts';
import { classFigures, type EvaluatedPairs, lossShares, pairMatrix, worstImagesLoss } from '../../../src/main/domain/structure/pair-matrix.ts';

/** Pairs [image a, image b, label, distance]; the class of image k is k % classes. */
function evaluated(rows: [number, number, 0 | 1, number][]): EvaluatedPairs & { a: number[]; b: number[] } {
  return {
    a: rows.map(([a]) => a),
    b: rows.map(([, b]) => b),
    labels: Uint8Array.from(rows, ([, , label]) => label),
    distances: Float64Array.from(rows, ([, , , d]) => d),
    units: imageUnitsOfPairs(rows.map(([a, b]) => ({ a, b }))),
  };
}

describe('lossShares', () => {
  it('charges each comparison in the wrong order to both of its pairs', () => {
    // same at 1 and 4, different at 3 and 5: only 4 against 3 is wrong, 1 of 4 comparisons
    const pairs = evaluated([
      [0, 2, 0, 1],
      [0, 4, 0, 4],
      [0, 1, 1, 3],
      [2, 3, 1, 5],
    ]);
    expect([...lossShares(pairs)]).toEqual([0, 0.5, 0.5, 0]);
  });

  it('adds up to 1 for any distances, with ties, and is 0 where the AUC is 1', () => {
    const random = randomFor(1, 'loss');
    for (let trial = 0; trial < 20; trial++) {
      const labels = Uint8Array.from({ length: 40 }, (_, i) => i % 2);
      const distances = Float64Array.from(labels, (label) => random.below(8) + label);
      const shares = lossShares({ labels, distances });
      expect(aucOf(distances, labels)).toBeLessThan(1);
      expect(shares.reduce((sum, x) => sum + x, 0)).toBeCloseTo(1, 12);
      expect(Math.min(...shares)).toBe(0);
    }
    expect([...lossShares({ labels: Uint8Array.of(0, 1), distances: Float64Array.of(1, 2) })]).toEqual([0, 0]);
  });
});

describe('pairMatrix', () => {
  const pairs = evaluated([
    [0, 2, 0, 1],
    [0, 1, 1, 1],
    [3, 2, 1, 4],
    [1, 3, 0, 3],
  ]);
  const classes = { a: pairs.a.map((image) => image % 2), b: pairs.b.map((image) => image % 2) };

  it('sums pairs of two classes in either order, and leaves out empty cells', () => {
    const { names, cells } = pairMatrix(['x', 'y', 'z'], classes, pairs, 2, Float64Array.of(0.1, 0.2, 0.3, 0.4));
    expect(names).toEqual(['x', 'y', 'z']);
    expect(cells).toEqual([
      { a: 0, b: 0, pairs: 1, wrong: 0, distance: 1, loss: 0.1 },
      { a: 0, b: 1, pairs: 2, wrong: 1, distance: 2.5, loss: 0.5 },
      { a: 1, b: 1, pairs: 1, wrong: 1, distance: 3, loss: 0.4 },
    ]);
  });

  it('gives each class the pairs that have an image of it', () => {
    const [x, y, z] = classFigures(3, classes, pairs, 2, [2, 2, 0]);
    expect(x).toMatchObject({ images: 2, pairs: 3, same: 1, sameWrong: 0, different: 2, differentWrong: 1, accuracy: { value: 2 / 3 } });
    expect(y).toMatchObject({ pairs: 3, same: 1, sameWrong: 1, different: 2, differentWrong: 1, accuracy: { value: 1 / 3 } });
    expect(z).toMatchObject({ pairs: 0, accuracy: null });
    const [low, high] = x!.accuracy!.interval;
    expect(low).toBeLessThan(2 / 3);
    expect(high).toBeGreaterThan(2 / 3);
  });

  it('finds the images whose pairs cause most of the loss', () => {
    const loss = lossShares(pairs);
    expect(worstImagesLoss(pairs, loss, 4)).toBeCloseTo(1, 12);
    // the wrong orders: pair 1-3 (same, 3) above 0-1 (different, 1), and 0-2 equal to 0-1
    expect(worstImagesLoss(pairs, loss, 1)).toBeCloseTo(lossOfImage(1), 12);
    function lossOfImage(image: number): number {
      return loss.reduce((sum, x, i) => sum + (pairs.a[i] === image || pairs.b[i] === image ? x / 2 : 0), 0);
    }
  });
});
