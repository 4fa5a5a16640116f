import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findModel } from '../../../src/main/compute/import-encoder/model-files.ts';
import { statedFacts } from '../../../src/main/compute/import-encoder/stated-facts.ts';
import { scratchFolder } from '../../nn/weights/specs.ts';

/** What is stated by these files one folder above the model, as transformers.js has them. */
function stated(files: Record<string, unknown>, metadata: Record<string, string> = {}): ReturnType<typeof statedFacts> {
  const folder = scratchFolder();
  mkdirSync(join(folder, 'onnx'));
  writeFileSync(join(folder, 'onnx', 'model.onnx'), '');
  for (const [name, content] of Object.entries(files))
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  return statedFacts(findModel(folder), metadata);
}

const IMAGENET = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

test('preprocessor_config.json of transformers', () => {
  const config = { do_rescale: true, rescale_factor: 1 / 255, do_normalize: true, image_mean: IMAGENET.mean, image_std: IMAGENET.std, resample: 3 };
  expect(stated({ 'preprocessor_config.json': { ...config, size: { shortest_edge: 256 }, crop_size: { height: 224, width: 224 } } })).toEqual({
    preprocessing: { value: IMAGENET, from: 'preprocessor_config.json' },
    ...{ size: 224, resampling: 'bicubic', notes: [] },
  });
  expect(stated({ 'preprocessor_config.json': { ...config, do_center_crop: false, size: { height: 384, width: 384 }, crop_size: 224 } }).size).toBe(
    384,
  );
});

test('other scales of pixels become a mean and a deviation of pixels 0 to 1', () => {
  const scaled = (more: object): unknown => stated({ 'preprocessor_config.json': more }).preprocessing?.value;
  // (p - 127.5) / 127.5 is -1 to 1; (p / 127.5 - 1) / 1 is the same.
  expect(scaled({ do_rescale: false, image_mean: [127.5, 127.5, 127.5], image_std: [127.5, 127.5, 127.5] })).toEqual({
    mean: [0.5, 0.5, 0.5],
    std: [0.5, 0.5, 0.5],
  });
  expect(scaled({ rescale_factor: 1 / 127.5, image_mean: [1, 1, 1], image_std: [1, 1, 1] })).toEqual({ mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] });
  expect(scaled({ do_normalize: false, image_mean: [9, 9, 9], image_std: [9, 9, 9] })).toEqual({ mean: [0, 0, 0], std: [1, 1, 1] });
  expect(scaled({ do_rescale: false, do_normalize: false })).toEqual({ mean: [0, 0, 0], std: [1 / 255, 1 / 255, 1 / 255] });
});

test('pretrained_cfg of timm, open_clip_config.json, and the licence of a README', () => {
  const cfg = { ...IMAGENET, input_size: [3, 288, 288], interpolation: 'bicubic', license: 'apache-2.0' };
  expect(stated({ 'config.json': { architecture: 'resnet18', pretrained_cfg: cfg } })).toEqual({
    preprocessing: { value: IMAGENET, from: 'pretrained_cfg in config.json' },
    ...{ size: 288, resampling: 'bicubic', licence: 'apache-2.0', notes: [] },
  });
  expect(stated({ 'open_clip_config.json': { preprocess_cfg: { ...IMAGENET, size: 336 } } })).toMatchObject({ size: 336 });
  expect(stated({ 'README.md': '---\ntags:\n- vision\nlicense: mit\n---\n# A model' }).licence).toBe('mit');
  expect(stated({ 'README.md': '# A model\nlicense: mit' }).licence).toBeUndefined();
});

test('config.json of transformers has sizes only', () => {
  expect(stated({ 'config.json': { patch_size: 14, image_size: 518 } })).toEqual({ patch: 14, size: 518, notes: [] });
});

test('files that make no sense are ignored, and said so where they can’t be read', () => {
  expect(stated({ 'preprocessor_config.json': '{', 'config.json': '[]' })).toEqual({
    notes: ['config.json can’t be read, so it was ignored.', 'preprocessor_config.json can’t be read, so it was ignored.'],
  });
  expect(stated({ 'preprocessor_config.json': { image_mean: ['a'], image_std: [0, 0, 0], size: -1, resample: 99 } })).toEqual({ notes: [] });
  expect(stated({ 'preprocessor_config.json': { image_mean: [0.5, 0.5, 0.5], image_std: [0, 1, 1] } }).preprocessing).toBeUndefined();
});

test('a network that Twinlens exported says how it reads images', () => {
  const input = 'RGB [1, 3, 96, 96], (value / 255 - mean) / std, mean 0.5 0.5 0.5, std 0.25 0.25 0.25';
  expect(stated({}, { 'twinlens.input': input })).toMatchObject({
    preprocessing: { value: { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] }, from: 'the model itself' },
    size: 96,
  });
});
