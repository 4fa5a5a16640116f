import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { derivatives, fitCalibration, similarityOf, plattTargets } from '../../../src/main/domain/evaluate/calibrate.ts';
import { chooseThreshold } from '../../../src/main/domain/evaluate/threshold.ts';
import { randomFor } from '../../../src/shared/random.ts';
import { gaussianPairs, tiedSample } from './distance-samples.ts';

function negativeLogLikelihood(distances: number[], labels: number[], threshold: number, slope: number): number {
  const same = labels.filter((l) => l === 0).length;
  return distances.reduce((sum, d, i) => {
    const t = labels[i] === 0 ? (same + 1) / (same + 2) : 1 / (labels.length - same + 2);
    const z = slope * (d - threshold);
    // -t log p - (1-t) log(1-p) with log p = -log(1 + e^z), log(1-p) = -log(1 + e^-z)
    const softplus = (v: number): number => Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v)));
    return sum + t * softplus(z) + (1 - t) * softplus(-z);
  }, 0);
}

describe('similarity', () => {
  test('is a half at the threshold, falls with the distance and stays within 0..1', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 3, noNaN: true }),
        fc.double({ min: 0.01, max: 50, noNaN: true }),
        fc.double({ min: 0, max: 1e3, noNaN: true }),
        fc.double({ min: 0, max: 1e3, noNaN: true }),
        (threshold, slope, d1, d2) => {
          const at = (d: number): number => similarityOf(d, { threshold, slope });
          expect(at(threshold)).toBe(0.5);
          expect(at(Math.min(d1, d2))).toBeGreaterThanOrEqual(at(Math.max(d1, d2)));
          expect(at(d1) >= 0 && at(d1) <= 1).toBe(true);
        },
      ),
    );
  });
});

describe('fitted slope', () => {
  test('reaches the likelihood of the best slope on a fine grid', () => {
    for (const apart of [0.3, 1, 2.5, 8]) {
      const { distances, labels } = gaussianPairs(randomFor(5, 'grid', apart), 150, apart);
      const threshold = chooseThreshold(distances, labels);
      const { calibration, warning } = fitCalibration(distances, labels, threshold);
      const loss = (slope: number): number => negativeLogLikelihood(distances, labels, threshold, slope);
      const grid = Array.from({ length: 4000 }, (_, i) => loss(Math.exp(-7 + (i / 4000) * 14)));
      expect(loss(calibration.slope)).toBeLessThanOrEqual(Math.min(...grid) + 1e-9);
      expect(warning).toBeNull();
    }
  });

  test('derivatives [n = 5] agree with finite differences of the likelihood', () => {
    const [distances, labels, threshold] = [[0.1, 0.7, 0.8, 1.9, 2.4], [0, 0, 1, 0, 1], 0.75] as const;
    const x = Float64Array.from(distances, (d) => d - threshold);
    const loss = (slope: number): number => negativeLogLikelihood([...distances], [...labels], threshold, slope);
    for (const slope of [0.2, 1, 4]) {
      const { first, second } = derivatives(x, plattTargets(labels), slope);
      const h = 1e-4;
      expect(first).toBeCloseTo((loss(slope + h) - loss(slope - h)) / (2 * h), 6);
      expect(second).toBeCloseTo((loss(slope + h) - 2 * loss(slope) + loss(slope - h)) / (h * h), 4);
    }
  });

  test('is finite and steep on separable data', () => {
    const { calibration, warning } = fitCalibration([0.1, 0.2, 0.3, 1.5, 1.6, 1.7], [0, 0, 0, 1, 1, 1], 0.9);
    expect(Number.isFinite(calibration.slope)).toBe(true);
    expect(warning).toBeNull();
    // Platt's target for 3 same pairs is 4/5: the fitted similarity of clear pairs is near it, not 1.
    expect(similarityOf(0.2, calibration)).toBeGreaterThan(0.7);
    expect(similarityOf(0.2, calibration)).toBeLessThan(0.9);
  });

  test('keeps a small positive value and warns when distances are reversed, random or all equal', () => {
    const reversed = fitCalibration([0.1, 0.2, 1.5, 1.6], [1, 1, 0, 0], 0.9);
    const equal = fitCalibration([0.7, 0.7, 0.7, 0.7], [0, 1, 0, 1], 0.7);
    for (const { calibration, warning } of [reversed, equal]) {
      expect(calibration.slope).toBeGreaterThan(0);
      expect(similarityOf(0.1, calibration)).toBeGreaterThan(0.5);
      expect(similarityOf(0.1, calibration)).toBeLessThan(0.51);
      expect(warning).toMatch(/does not separate same from different/);
    }
  });

  test('is finite and positive for any sample', () => {
    fc.assert(
      fc.property(tiedSample, fc.double({ min: 1e-6, max: 1e6, noNaN: true }), ({ distances, labels }, unit) => {
        const scaled = distances.map((d) => d * unit);
        const { slope } = fitCalibration(scaled, labels, chooseThreshold(scaled, labels)).calibration;
        expect(slope > 0 && Number.isFinite(slope)).toBe(true);
      }),
    );
  });

  test('scales with the unit: twice the distance, half the slope', () => {
    const { distances, labels } = gaussianPairs(randomFor(6, 'units'), 100, 2);
    const once = fitCalibration(distances, labels, 11).calibration.slope;
    const twice = fitCalibration(
      distances.map((d) => 2 * d),
      labels,
      22,
    ).calibration.slope;
    expect(twice).toBeCloseTo(once / 2, 8);
  });

  test('recovers the generating model: p % of new pairs with similarity p % are same', () => {
    const truth = { threshold: 0.9, slope: 4 };
    const random = randomFor(7, 'model');
    const draw = (n: number): { distances: number[]; labels: (0 | 1)[] } => {
      const distances = Array.from({ length: n }, () => random.between(0, 2));
      return { distances, labels: distances.map((d) => (random.between(0, 1) < similarityOf(d, truth) ? 0 : 1)) };
    };
    const valid = draw(4000);
    const { calibration } = fitCalibration(valid.distances, valid.labels, truth.threshold);
    expect(Math.abs(calibration.slope - truth.slope)).toBeLessThan(0.4);

    const fresh = draw(20_000);
    const bins = Array.from({ length: 10 }, () => ({ n: 0, predicted: 0, same: 0 }));
    fresh.distances.forEach((d, i) => {
      const p = similarityOf(d, calibration);
      const bin = bins[Math.min(9, Math.floor(p * 10))];
      bin.n++;
      bin.predicted += p;
      bin.same += 1 - fresh.labels[i];
    });
    const expectedError = bins.reduce((sum, b) => sum + Math.abs(b.predicted - b.same), 0) / fresh.distances.length;
    expect(expectedError).toBeLessThan(0.02);
  });
});
