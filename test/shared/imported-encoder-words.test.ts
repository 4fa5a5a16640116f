import { expect, test } from 'vitest';
import { encoderLines, inspectionLines, preprocessingText } from '../../src/shared/imported-encoder-words.ts';
import type { EncoderDraft } from '../../src/shared/encoder-inspection.ts';

const draft: EncoderDraft = {
  ...{ id: 'dino', title: 'DINO', file: 'model.onnx', channels: 384, defaultSize: 224, resampling: 'bicubic', batch: 'one', licence: null },
  input: { name: 'pixel_values', layout: 'NCHW', type: 'float16', size: null, multiple: 14 },
  output: { name: 'last_hidden_state', kind: 'tokens', layout: 'NCHW', prefixTokens: 5 },
  preprocessing: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
};

test('an encoder is described by how it reads images and what its features are', () => {
  expect(encoderLines(draft)).toEqual([
    'Images: pixel_values: float16, channels first',
    'Side of images: any multiple of 14 px; 224 px by default',
    'Pixels: ImageNet: most classifiers, DINO',
    'Made with resampling: bicubic',
    'Features: last_hidden_state: tokens with 384 channels, without the 5 tokens before the patches',
    'Explanation: Pairs are explained exactly, by the gradient of the distance to its map.',
    'Batch: one image at a time',
    'Licence: not stated',
  ]);
  const vector = { ...draft, input: { ...draft.input, size: 224 }, output: { ...draft.output, kind: 'pooled' as const, prefixTokens: 0 } };
  expect(encoderLines(vector)).toContain('Features: last_hidden_state: vector of 384');
  expect(encoderLines(vector)).toContain('Side of images: 224 px only');
  expect(encoderLines(vector).join()).toContain('Its features have no positions');
});

test('numbers that are no preset are written out', () => {
  expect(preprocessingText({ mean: [0.5, 0.5, 0.4], std: [0.25, 0.25, 0.25] })).toBe('mean 0.5, 0.5, 0.4; standard deviation 0.25, 0.25, 0.25');
  expect(preprocessingText({ mean: [0, 0, 0], std: [1 / 255, 1 / 255, 1 / 255] })).toBe('0 to 255: the model normalises');
});

test('an inspection lists outputs, notes and problems', () => {
  const lines = inspectionLines({
    ...{ path: '/m/model.onnx', others: ['model_fp16.onnx'], bytes: 2e6, made: 'opset 17', inputs: ['x: float32 [1, 3, 8, 8]'], draft: null },
    outputs: Array.from({ length: 14 }, (_, i) => ({
      name: `v${i}`,
      kind: 'map',
      layout: 'NCHW',
      prefixTokens: 0,
      channels: 8,
      height: 7,
      width: 7,
      declared: i === 0,
    })),
    ...{ preprocessingFrom: '', range: null, problems: ['It is bad.'], notes: ['Look.'] },
  });
  expect(lines.slice(1, 5)).toEqual([
    'Other models beside it: model_fp16.onnx',
    'Input x: float32 [1, 3, 8, 8]',
    'Output v0: map 8 × 7 × 7',
    'Inside v1: map 8 × 7 × 7',
  ]);
  expect(lines.slice(-3)).toEqual(['and 2 more values inside', 'Note: Look.', 'Problem: It is bad.']);
});
