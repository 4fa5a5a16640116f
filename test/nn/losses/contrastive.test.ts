import { expect, test } from 'vitest';
import { lossOf } from '../../../src/main/nn/losses/index.ts';
import { LOSS_INFO } from '../../../src/shared/losses.ts';
import { RunConfig } from '../../../src/shared/training-options/schemas.ts';
import { someConfig } from '../../db/records.ts';

const { ofPairs, distanceLabels } = lossOf('contrastive');

test('has no floor at a distance of 1: raw distances up to the margin count', () => {
  expect(ofPairs([1, 2, 3], [1, 1, 1], { margin: 2 })).toBeCloseTo(1 / 3, 12);
  expect(ofPairs([2.5], [1], { margin: 2 })).toBe(0);
  expect(ofPairs([0.5, 1.5], [0, 0], { margin: 2 })).toBeCloseTo((0.25 + 2.25) / 2, 12);
});

test('reports one distance for each pair, with its label', () => {
  expect(distanceLabels([0, 1, 1, 0])).toEqual([0, 1, 1, 0]);
});

test('is the loss of a run without a recorded one', () => {
  const { loss: _, ...older } = someConfig;
  expect(RunConfig.parse(older).loss).toBe('contrastive');
  expect(Object.keys(LOSS_INFO)).toContain(RunConfig.parse(someConfig).loss);
});
