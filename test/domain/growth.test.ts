import { describe, expect, test } from 'vitest';
import { stepsOf } from '../steps.ts';
import { metricsOf } from '../../src/main/domain/evaluate/metrics.ts';
import { imageUnitsOfPairs } from '../../src/main/domain/evaluate/units.ts';
import { samplePairs } from '../../src/main/domain/pairs/sample-pairs.ts';
import { assignSplits } from '../../src/main/features/dataset/split.ts';
import type { ImageRecord } from '../../src/shared/dataset.ts';
import { randomFor } from '../../src/shared/random.ts';
import { image } from '../features/dataset/images.ts';
import { gaussianPairs } from './evaluate/distance-samples.ts';

// Work for four times the data, relative: linear 4, n log n 4.5 to 4.7, quadratic 16.

const SIZES = [10_000, 40_000] as const;
const LINEAR = 4.4;

function growth(steps: (size: number) => number): number {
  const [small, large] = [steps(SIZES[0]), steps(SIZES[1])];
  expect(small).toBeGreaterThan(SIZES[0]);
  return large / small;
}

describe('drawing pairs', () => {
  const cases: [string, number, (i: number, size: number) => Partial<ImageRecord>][] = [
    ['100 classes', LINEAR, (i) => ({ className: `c${i % 100}` })],
    ['two classes, one of them 99 %', LINEAR, (i) => ({ className: i % 100 ? 'large' : 'small' })],
    ['one image against all others', LINEAR, (i) => ({ className: i ? 'large' : 'small' })],
    ['classes of two', LINEAR, (i) => ({ className: `c${i >> 1}` })],
    // The repeated content uses up all its partners: the scan for the last ones is linear probing in a full table, n^1.5 at most.
    ['half of the images one content', 7, (i) => ({ className: `c${i % 2}`, sha256: i % 4 < 2 ? `blank ${i % 2}` : `s${i}` })],
    ['every content in two classes', LINEAR, (i, n) => ({ className: `c${(i % 100) + (i >= n / 2 ? 1 : 0)}`, sha256: `s${i % (n / 2)}` })],
  ];

  test.each(cases)('%s: at most %f times the work for four times the images', (_, bound, more) => {
    const steps = (size: number): number => {
      const images = Array.from({ length: size }, (_, i) => image(i, 'c', more(i, size)));
      return stepsOf(['domain/pairs/sample-pairs.ts', 'domain/pairs/contents.ts', 'shared/random.ts'], () => {
        expect(samplePairs(images, randomFor(0, 'test'), { rounds: 1 }).length).toBeGreaterThan(size / 100);
      });
    };
    expect(growth(steps)).toBeLessThan(bound);
  });
});

test('splitting images grows as n log n', () => {
  const steps = (size: number): number => {
    const images = Array.from({ length: size }, (_, i) => image(i, `class ${i % 100}`));
    return stepsOf(['features/dataset/split.ts', 'shared/random.ts'], () => assignSplits(images, 0));
  };
  expect(growth(steps)).toBeLessThan(4.6); // sorts by file name
});

test('metrics with their intervals grow linearly, but for sorting', () => {
  const steps = (size: number): number => {
    const { distances, labels } = gaussianPairs(randomFor(6, 'speed'), size / 2, 1);
    const units = imageUnitsOfPairs(distances.map((_, i) => ({ a: i >> 1, b: (i * 7) % size })));
    const files = ['metrics', 'roc', 'influence', 'intervals'].map((name) => `domain/evaluate/${name}.ts`);
    return stepsOf(files, () => metricsOf(distances, labels, 10.5, 'test', units));
  };
  expect(growth(steps)).toBeLessThan(LINEAR);
});
