import { expect, test } from 'vitest';
import { channelNumbers } from '../../../../src/renderer/features/settings/pixel-values.ts';
import { presetOf } from '../../../../src/shared/encoder-forms.ts';

test('numbers of channels are read as people type them', () => {
  expect(['0.5', '0,5', '0.485 0.456 0.406', '0.1, 0.2, 0.3', '0,1; 0,2; 0,3', '1 2', '', 'a b c', '1 2 3 4'].map(channelNumbers)).toEqual([
    [0.5, 0.5, 0.5],
    [0.5, 0.5, 0.5],
    [0.485, 0.456, 0.406],
    [0.1, 0.2, 0.3],
    [0.1, 0.2, 0.3],
    ...[null, null, null, null],
  ]);
});

test('a preset is known by its numbers', () => {
  expect(presetOf({ mean: [0, 0, 0], std: [1 / 255, 1 / 255, 1 / 255] })).toBe('bytes');
  expect(presetOf({ mean: [0, 0, 0.1], std: [1, 1, 1] })).toBeNull();
});
