import { expect, test } from 'vitest';
import { startOf } from '../../../src/main/compute/train/pair-metrics.ts';
import { someConfig } from '../../db/records.ts';

test('the network before a training: random, pretrained, or fitted to the images, also with patches beside pretrained weights', () => {
  const { flavour, preprocessing } = someConfig;
  const weights = { source: 'mobilenet_v2_035_224', sha256: 'a', flavour, preprocessing, licence: null };
  expect(startOf({ backbone: 'compact', beside: null, weights: null })).toEqual({ drawn: true });
  expect(startOf({ backbone: 'mobilenet_v2_035', beside: null, weights })).toEqual({ drawn: false });
  expect(startOf({ backbone: 'mobilenet_v2_035', beside: 'patches', weights })).toEqual({ drawn: false, fitted: true });
  expect(startOf({ backbone: 'patches', beside: null, weights: null })).toEqual({ drawn: false, fitted: true });
});
