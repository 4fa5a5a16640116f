import { expect, test } from 'vitest';
import { ImportedEncoder, importedSizeProblem } from '../../src/shared/imported-encoder.ts';

const encoder: ImportedEncoder = {
  id: 'vit_s',
  title: 'ViT-S/14',
  sha256: 'ab'.repeat(32),
  file: 'model.onnx',
  input: { name: 'pixel_values', layout: 'NCHW', type: 'float32', size: null, multiple: 14 },
  output: { name: 'last_hidden_state', kind: 'tokens', layout: 'NCHW', prefixTokens: 1 },
  channels: 384,
  defaultSize: 224,
  preprocessing: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  resampling: 'bicubic',
  batch: 'any',
  licence: 'Apache-2.0',
  addedMs: 1,
};

test('refuses ids that are not a folder name or that an encoder name can’t contain', () => {
  expect(ImportedEncoder.parse(encoder)).toEqual(encoder);
  for (const id of ['', '../x', 'a/b', 'A', 'a+b', 'a,b', 'a:b', '-a', 'a'.repeat(65), 'nul', 'com1']) {
    expect(ImportedEncoder.safeParse({ ...encoder, id }).success, id).toBe(false);
  }
});

test('names the sizes that an encoder can read', () => {
  expect(importedSizeProblem(encoder, 224)).toBeNull();
  expect(importedSizeProblem(encoder, 225)).toBe('ViT-S/14 needs images whose side is a multiple of 14 px: choose 224 or 238 px instead of 225.');
  expect(importedSizeProblem(encoder, 8)).toContain('choose 14 or 28 px');
  const fixed = { ...encoder, input: { ...encoder.input, size: 224 } };
  expect(importedSizeProblem(fixed, 224)).toBeNull();
  expect(importedSizeProblem(fixed, 238)).toBe('ViT-S/14 reads images of 224 px only: choose 224 px instead of 238.');
});
