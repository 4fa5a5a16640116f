import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lossOf } from '../../../src/main/nn/losses/index.ts';
import { LOSS_INFO, type LossName } from '../../../src/shared/losses.ts';

const NAMES = Object.keys(LOSS_INFO) as LossName[];
const OPTIONS = { margin: 0.5 };
const distance = fc.double({ min: 0.01, max: 1.99, noNaN: true });

test('the triplet loss of pairs is the mean over each same pair with each different one', () => {
  fc.assert(
    fc.property(fc.array(distance, { minLength: 1, maxLength: 12 }), fc.array(distance, { minLength: 1, maxLength: 12 }), (near, far) => {
      const expected = near.flatMap((d) => far.map((other) => Math.max(0, d - other + OPTIONS.margin)));
      const labels = [...near.map(() => 0), ...far.map(() => 1)];
      const mean = expected.reduce((sum, value) => sum + value, 0) / expected.length;
      expect(lossOf('triplet').ofPairs([...near, ...far], labels, OPTIONS)).toBeCloseTo(mean, 10);
    }),
  );
});

test.each(NAMES)('%s: nearer same pairs and farther different pairs never raise the loss of pairs', (name) => {
  const { ofPairs } = lossOf(name);
  fc.assert(
    fc.property(distance, distance, distance, distance, (s, d, lessS, moreD) => {
      const of = (same: number, different: number): number => ofPairs([same, 0.8, different, 1.1], [0, 0, 1, 1], OPTIONS);
      expect(of(Math.min(s, lessS), d)).toBeLessThanOrEqual(of(s, d) + 1e-12);
      expect(of(s, Math.max(d, moreD))).toBeLessThanOrEqual(of(s, d) + 1e-12);
    }),
  );
  expect(ofPairs([0.1, 1.9], [0, 1], OPTIONS)).toBeLessThan(ofPairs([1.9, 0.1], [0, 1], OPTIONS));
});
