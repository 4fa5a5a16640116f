import { describe, expect, test } from 'vitest';
import { collapse, fewPairs, thresholdOutside, unreachedMargin } from '../../../src/main/domain/lint/distances.ts';
import { randomFor } from '../../../src/shared/random.ts';

const random = randomFor(1, 'lint');
const around = (centre: number, spread: number, n = 200): number[] =>
  Array.from({ length: n }, () => centre + random.between(-spread, spread)).sort((a, b) => a - b);
const pairs = (same: number[], different: number[]): { same: number[]; different: number[] } => ({ same, different });

describe('collapse', () => {
  test('is found when all distances are equal, at any value', () => {
    expect(collapse(pairs(around(0.0001, 0.0001), []), 2)?.text).toMatch(/nearly every pair the same distance/);
    expect(collapse(pairs(around(1.4, 0.005), around(1.4, 0.005)), 2)?.text).toMatch(/1\.4/);
  });

  test('is not hidden by one outlier', () => {
    expect(collapse(pairs(around(0.5, 0.001), [1.9]), 2)).not.toBeNull();
  });

  test('is not found when distances spread relative to the margin', () => {
    expect(collapse(pairs(around(0.2, 0.1), around(1.8, 0.1)), 2)).toBeNull();
    expect(collapse(pairs(around(0.01, 0.005), []), 0.02)).toBeNull();
  });
});

describe('margin', () => {
  test('a finding when hardly any different pair comes near it', () => {
    expect(unreachedMargin(pairs(around(0.2, 0.1), around(0.9, 0.2)), 2)?.text).toMatch(/Only 0 of 200 different pairs come near the margin of 2/);
  });

  test('none when enough do, nor because of same pairs', () => {
    expect(unreachedMargin(pairs(around(0.2, 0.1), around(1.9, 0.2)), 2)).toBeNull();
    expect(unreachedMargin(pairs([0.1, 0.2], []), 2)).toBeNull();
  });
});

describe('threshold', () => {
  const distances = pairs(around(0.5, 0.2), around(1.5, 0.2));
  test('a finding when nearly all pairs are on one side of it', () => {
    expect(thresholdOutside(distances, 0.2)?.text).toMatch(/^The threshold of 0.2 is outside the data: 400 of 400 .* above .*“different”/);
    expect(thresholdOutside(distances, 1.8)?.text).toMatch(/400 of 400 .* below .*“same”/);
  });

  test('none within the data', () => {
    expect(thresholdOutside(distances, 1)).toBeNull();
    expect(thresholdOutside(distances, 0.5)).toBeNull();
    expect(thresholdOutside(pairs([], []), 0.5)).toBeNull();
  });
});

test('fewer than 100 pairs, with the name of their split', () => {
  expect(fewPairs('test', 99)?.text).toMatch(/only 99 test pairs/);
  expect(fewPairs('valid', 12)?.text).toMatch(/only 12 validation pairs.*threshold/);
  expect(fewPairs('test', 100)).toBeNull();
});
