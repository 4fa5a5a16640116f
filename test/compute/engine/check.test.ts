import { expect, test } from 'vitest';
import { testStepsOfAllOperations } from '../../../src/main/compute/engine/check.ts';

test('a few backbones contain every operation of the device check', () => {
  expect(testStepsOfAllOperations().map(({ spec }) => spec.backbone)).toEqual([
    'compact',
    'mobilenet_v2_035',
    'resnet18',
    'convnext_tiny',
    'dinov2_vits14',
    'patches',
  ]);
});
