import { describe, expect, test } from 'vitest';
import { aucOverImages } from '../../../src/main/domain/evaluate/auc-over-images.ts';
import { aucOf } from '../../../src/main/domain/evaluate/roc.ts';
import { GATE_AUC } from '../../../src/shared/faithfulness.ts';
import type { Pair } from '../../../src/shared/dataset.ts';
import { randomFor, type Random } from '../../../src/shared/random.ts';
import { phi } from './distance-samples.ts';

/** Each image shifts the distance of all its different pairs: d = label * (apart + shift_a + shift_b) + noise / 2, all standard normal. */
function pairsOfImages(random: Random, images: number, perImage: number, apart: number): { pairs: Pair[]; distances: number[] } {
  const shift = Array.from({ length: images }, () => random.normal());
  const pairs: Pair[] = [];
  for (let a = 0; a < images; a++) {
    for (let k = 0; k < perImage; k++) {
      const b = (a + 1 + random.below(images - 1)) % images;
      pairs.push({ a, b, label: k % 2 === 0 ? 0 : 1 });
    }
  }
  return { pairs, distances: pairs.map(({ a, b, label }) => label * (apart + shift[a]! + shift[b]!) + random.normal() / 2) };
}

describe('the interval of the AUC over images', () => {
  test('covers the true AUC in about 95 % of samples, where one over pairs covers far less', () => {
    const random = randomFor(1, 'coverage');
    const [samples, apart] = [200, 1.5];
    const truth = phi(apart / Math.sqrt(2 + 0.25 + 0.25)); // the difference of two distances
    let covered = 0;
    let narrow = 0;
    for (let i = 0; i < samples; i++) {
      const { pairs, distances } = pairsOfImages(random, 40, 12, apart);
      const { auc, low, high } = aucOverImages(pairs, distances);
      if (low <= truth && truth <= high) covered++;
      const independent = aucOverImages(
        pairs.map((pair, k) => ({ ...pair, a: k, b: k })),
        distances,
      );
      if (independent.low <= truth && truth <= independent.high) narrow++;
      expect(independent.auc).toBe(auc);
    }
    expect(covered / samples).toBeGreaterThan(0.9); // 3 standard errors below .95
    expect(covered / samples).toBeLessThan(0.985);
    expect(narrow / samples).toBeLessThan(0.8);
  });

  test('has the AUC of the ROC curve inside, also with ties', () => {
    const { pairs, distances } = pairsOfImages(randomFor(2, 'ties'), 20, 6, 1);
    const rounded = distances.map(Math.round);
    const found = aucOverImages(pairs, rounded);
    expect(found).toMatchObject({ images: 20, pairs: 120 });
    expect(found.auc).toBeCloseTo(
      aucOf(
        rounded,
        pairs.map(({ label }) => label),
      ),
      12,
    );
    expect(found.low).toBeLessThan(found.auc);
    expect(found.high).toBeGreaterThan(found.auc);
  });

  test('of a perfect AUC depends on the number of images, and a few are not enough for a badge', () => {
    const perfect = (images: number): number => {
      const { pairs } = pairsOfImages(randomFor(3, 'perfect'), images, 4, 0);
      return aucOverImages(
        pairs,
        pairs.map(({ label }) => label),
      ).low;
    };
    expect(perfect(8)).toBeLessThan(GATE_AUC);
    expect(perfect(36)).toBeGreaterThan(GATE_AUC);
    expect(perfect(200)).toBeGreaterThan(0.9);
  });

  test('of random distances does not reach the gate', () => {
    const random = randomFor(4, 'chance');
    const passed = Array.from({ length: 100 }, () => {
      const { pairs } = pairsOfImages(random, 40, 12, 0);
      return (
        aucOverImages(
          pairs,
          pairs.map(() => random.normal()),
        ).low >= GATE_AUC
      );
    });
    expect(passed.filter(Boolean).length).toBe(0);
  });

  test('is unknown without pairs of both labels', () => {
    expect(aucOverImages([{ a: 0, b: 1, label: 1 }], [1]).low).toBeNaN();
    expect(aucOverImages([], []).low).toBeNaN();
  });
});
