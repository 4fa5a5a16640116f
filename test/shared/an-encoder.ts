import type { RunEncoder } from '../../src/shared/imported-encoder.ts';

/** An imported encoder as a run records it: the tokens of a ViT at 224 px. */
export const someEncoder = (more: Partial<RunEncoder> = {}): RunEncoder => ({
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
  height: 16,
  width: 16,
  ...more,
});
