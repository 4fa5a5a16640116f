import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aucOf, equalErrorRate, rocCounts, rocCurve, tieGroups, type RocPoint } from '../../../src/main/domain/evaluate/roc.ts';
import { randomFor } from '../../../src/shared/random.ts';
import { bruteForceAuc, gaussianPairs, phi, tiedSample } from './distance-samples.ts';

const curveOf = (distances: number[], labels: number[], limit?: number): RocPoint[] => rocCurve(tieGroups(distances, labels), limit);
const eerOf = (distances: number[], labels: number[]): number => equalErrorRate(tieGroups(distances, labels));
const trapezoid = (points: RocPoint[]): number =>
  points.slice(1).reduce((area, [x, y], i) => area + ((x - points[i][0]) * (y + points[i][1])) / 2, 0);

describe('AUC', () => {
  test('is 1 when every different pair is farther than every same pair, 0 when reversed, a half when all are tied', () => {
    expect(aucOf([0.1, 0.2, 1.5, 1.9], [0, 0, 1, 1])).toBe(1);
    expect(aucOf([1.5, 1.9, 0.1, 0.2], [0, 0, 1, 1])).toBe(0);
    expect(aucOf([0.7, 0.7, 0.7, 0.7, 0.7], [0, 1, 0, 1, 1])).toBe(0.5);
  });

  test('one tie among four comparisons counts half', () => {
    expect(aucOf([1, 2, 2, 3], [0, 0, 1, 1])).toBe(3.5 / 4);
  });

  test('equals the count over all pairs of pairs, ties included', () => {
    fc.assert(
      fc.property(tiedSample, (sample) => {
        expect(aucOf(sample.distances, sample.labels)).toBeCloseTo(bruteForceAuc(sample), 12);
      }),
    );
  });

  test('is unchanged by strictly rising maps and mirrored by falling ones', () => {
    fc.assert(
      fc.property(tiedSample, fc.double({ min: 0.1, max: 3, noNaN: true }), ({ distances, labels }, k) => {
        const auc = aucOf(distances, labels);
        expect(
          aucOf(
            distances.map((d) => Math.exp(k * d) - 5),
            labels,
          ),
        ).toBe(auc);
        expect(
          aucOf(
            distances.map((d) => -k * d),
            labels,
          ),
        ).toBeCloseTo(1 - auc, 12);
      }),
    );
  });

  test('does not depend on the order of the pairs', () => {
    fc.assert(
      fc.property(tiedSample, fc.integer(), ({ distances, labels }, seed) => {
        const order = randomFor(seed, 'order').shuffle(distances.map((_, i) => i));
        expect(
          aucOf(
            order.map((i) => distances[i]),
            order.map((i) => labels[i]),
          ),
        ).toBe(aucOf(distances, labels));
      }),
    );
  });

  test('of two normal distributions a distance d apart is phi(d / sqrt 2)', () => {
    const { distances, labels } = gaussianPairs(randomFor(1, 'auc'), 4000, 1.2);
    expect(Math.abs(aucOf(distances, labels) - phi(1.2 / Math.SQRT2))).toBeLessThan(0.02);
  });

  test('is computed over all raw distances; the published mean over batches of 0/1 predictions differs', () => {
    const { distances, labels } = gaussianPairs(randomFor(2, 'batches'), 512, 1.5);
    const perBatch: number[] = [];
    for (let at = 0; at < distances.length; at += 16) {
      const predictions = distances.slice(at, at + 16).map((d) => (d > 10.75 ? 1 : 0));
      perBatch.push(bruteForceAuc({ distances: predictions, labels: labels.slice(at, at + 16) }));
    }
    const published = perBatch.reduce((sum, a) => sum + a, 0) / perBatch.length;
    const truth = bruteForceAuc({ distances, labels });
    expect(aucOf(distances, labels)).toBeCloseTo(truth, 12);
    expect(truth - published).toBeGreaterThan(0.05);
  });

  test('agrees with the trapezoids under its own curve', () => {
    fc.assert(
      fc.property(tiedSample, ({ distances, labels }) => {
        expect(trapezoid(curveOf(distances, labels))).toBeCloseTo(aucOf(distances, labels), 12);
      }),
    );
  });
});

describe('ROC points', () => {
  test('run from (0, 0) to (1, 1) without falling', () => {
    fc.assert(
      fc.property(tiedSample, ({ distances, labels }) => {
        const points = curveOf(distances, labels);
        expect(points[0]).toEqual([0, 0]);
        expect(points.at(-1)).toEqual([1, 1]);
        points.slice(1).forEach(([x, y], i) => expect(x >= points[i][0] && y >= points[i][1]).toBe(true));
      }),
    );
  });

  test('a perfect split needs three points and a useless one two', () => {
    expect(curveOf([1, 1.1, 1.2, 2, 2.1, 2.2], [0, 0, 0, 1, 1, 1])).toEqual([
      [0, 0],
      [0, 1],
      [1, 1],
    ]);
    expect(curveOf([1, 1, 2, 2, 3, 3], [0, 1, 0, 1, 0, 1])).toEqual([
      [0, 0],
      [1, 1],
    ]);
  });

  test('a large sample keeps at most the limit, both ends, and nearly the area', () => {
    const { distances, labels } = gaussianPairs(randomFor(3, 'thin'), 3000, 1);
    const points = curveOf(distances, labels, 200);
    expect(rocCounts(tieGroups(distances, labels)).length).toBeGreaterThan(5000);
    expect(points.length).toBeLessThanOrEqual(200);
    expect(points.length).toBeGreaterThan(150);
    expect([points[0], points.at(-1)]).toEqual([
      [0, 0],
      [1, 1],
    ]);
    expect(trapezoid(points)).toBeCloseTo(aucOf(distances, labels), 3);
  });
});

describe('equal error rate', () => {
  test('is 0 for a perfect split, 1 for a reversed one, a half when all are tied', () => {
    expect(eerOf([0.1, 0.2, 1.5, 1.9], [0, 0, 1, 1])).toBe(0);
    expect(eerOf([1.5, 1.9, 0.1, 0.2], [0, 0, 1, 1])).toBe(1);
    expect(eerOf([1, 1, 1, 1], [0, 1, 0, 1])).toBe(0.5);
  });

  test('of two normal distributions a distance d apart is phi(-d / 2)', () => {
    for (const apart of [0.5, 1, 2, 3]) {
      const { distances, labels } = gaussianPairs(randomFor(4, 'eer', apart), 5000, apart);
      expect(Math.abs(eerOf(distances, labels) - phi(-apart / 2))).toBeLessThan(0.02);
    }
  });

  test('is where the interpolated curve crosses TPR = 1 - FPR', () => {
    fc.assert(
      fc.property(tiedSample, ({ distances, labels }) => {
        const eer = eerOf(distances, labels);
        const points = curveOf(distances, labels);
        const next = points.findIndex(([x, y]) => x + y >= 1);
        const [[x0, y0], [x1, y1]] = [points[next - 1], points[next]];
        const height = x1 === x0 ? 1 - eer : y0 + ((y1 - y0) * (eer - x0)) / (x1 - x0);
        expect(height).toBeCloseTo(1 - eer, 10);
        expect(eer >= x0 - 1e-12 && eer <= x1 + 1e-12).toBe(true);
      }),
    );
  });
});
