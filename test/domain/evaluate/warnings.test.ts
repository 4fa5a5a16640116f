import { describe, expect, test } from 'vitest';
import { collapseWarning, smallSampleWarning, unreachableMargin } from '../../../src/main/domain/evaluate/warnings.ts';
import { randomFor } from '../../../src/shared/random.ts';

const random = randomFor(1, 'warnings');
const around = (centre: number, spread: number, n = 200): number[] => Array.from({ length: n }, () => centre + random.between(-spread, spread));

describe('collapse', () => {
  test('warns when all distances are equal, at any value', () => {
    expect(collapseWarning(around(0.0001, 0.0001), 2)).toMatch(/nearly every pair the same distance/);
    expect(collapseWarning(around(1.4, 0.005), 2)).toMatch(/1\.4/);
  });

  test('one outlier does not hide it', () => {
    expect(collapseWarning([...around(0.5, 0.001), 1.9], 2)).not.toBeNull();
  });

  test('does not warn when distances spread relative to the margin', () => {
    expect(collapseWarning([...around(0.2, 0.1), ...around(1.8, 0.1)], 2)).toBeNull();
    expect(collapseWarning(around(0.01, 0.005), 0.02)).toBeNull();
  });
});

describe('unreachable margin', () => {
  test('warns when hardly any different pair comes near it', () => {
    const distances = [...around(0.2, 0.1), ...around(0.9, 0.2)];
    const labels = distances.map((_, i) => (i < 200 ? 0 : 1));
    expect(unreachableMargin(distances, labels, 2)).toMatch(/Only 0 of 200 different pairs come near the margin of 2/);
  });

  test('does not warn when enough do, nor because of same pairs', () => {
    const distances = [...around(0.2, 0.1), ...around(1.9, 0.2)];
    const labels = distances.map((_, i) => (i < 200 ? 0 : 1));
    expect(unreachableMargin(distances, labels, 2)).toBeNull();
    expect(unreachableMargin([0.1, 0.2], [0, 0], 2)).toBeNull();
  });
});

test('warns about fewer than 100 pairs, with the name of their split', () => {
  expect(smallSampleWarning('test', 99)).toMatch(/only 99 test pairs/);
  expect(smallSampleWarning('valid', 12)).toMatch(/only 12 validation pairs.*threshold/);
  expect(smallSampleWarning('test', 100)).toBeNull();
});
