import { describe, expect, test } from 'vitest';
import { intervalsOf } from '../../../src/main/domain/evaluate/intervals.ts';
import { randomFor } from '../../../src/shared/random.ts';
import { type ImageEffects, sampleOf, truthOf } from './image-effects.ts';

/** With 1500 samples of images a coverage of 95 % has a standard error of 0.6 %, with 700 of 0.8 %: one of 90 % or 99 % does not pass by chance. */
const FIGURES = ['auc', 'accuracy', 'eer', 'falseDifferent', 'falseSame'] as const;
const AT = 0.45; // threshold: between the mean distances of same and different pairs

/** Share of samples whose interval contains the truth, for each figure. */
function coverageOf(model: ImageEffects, samples: number, independent = false): Record<(typeof FIGURES)[number], number> {
  const truth = truthOf(model, AT);
  const covered = { auc: 0, accuracy: 0, eer: 0, falseDifferent: 0, falseSame: 0 };
  const random = randomFor(1, 'coverage', JSON.stringify(model));
  for (let i = 0; i < samples; i++) {
    const { distances, labels, units } = sampleOf(random, model);
    const own = Uint32Array.from(labels, (_, k) => k);
    const intervals = intervalsOf(distances, labels, AT * model.apart, independent ? { ...units, count: labels.length, a: own, b: own } : units);
    for (const figure of FIGURES) {
      const [low, high] = intervals[figure];
      if (low <= truth[figure] && truth[figure] <= high) covered[figure] += 1 / samples;
    }
  }
  return covered;
}

describe('95 % intervals over images cover the truth in 93 to 97 % of samples', () => {
  const model = { images: 60, pairsPerImage: 20, apart: 2, effect: { same: 0.3, different: 1 } };

  test.each([
    ['where images stand in 20 pairs each', 1500, model],
    ['where they stand in 20 pairs each that hardly depend on them', 700, { ...model, apart: 0.9, effect: { same: 0.1, different: 0.1 } }],
    ['where they stand in 4 pairs each', 700, { ...model, images: 200, pairsPerImage: 4 }],
  ])('%s', (_, samples, of) => {
    for (const [figure, share] of Object.entries(coverageOf(of, samples))) {
      expect(share, figure).toBeGreaterThan(0.93);
      expect(share, figure).toBeLessThan(0.97);
    }
  });

  test('intervals over pairs do not: they cover the AUC in 56 % of samples', () => {
    expect(coverageOf(model, 100, true).auc).toBeLessThan(0.7);
  });
});
