import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readCatalogue } from '../../../src/main/nn/weights/catalogue.ts';
import { loadWeights, tensorsSha256 } from '../../../src/main/nn/weights/load.ts';
import type { TensorMap } from '../../../src/main/nn/ir/tensor.ts';
import { mobileNetV2Specs, SHARED } from './specs.ts';

const folder = join(SHARED, 'weights', 'mobilenet_v2_035_224');
const hasWeights = existsSync(join(folder, 'model.json'));

describe.skipIf(!hasWeights)(`Google's MobileNetV2 0.35 (needs ${join('..', 'shared', 'weights', 'mobilenet_v2_035_224')})`, () => {
  const specs = mobileNetV2Specs(0.35);
  let tensors: TensorMap;
  beforeAll(async () => {
    ({ tensors } = await loadWeights(folder, { backbone: 'mobilenet_v2_035', params: specs }));
  });

  it('has exactly our 260 tensors, and all 410,208 values', () => {
    expect(specs).toHaveLength(260);
    expect([...tensors.keys()]).toEqual(specs.map(({ name }) => name));
    expect([...tensors.values()].reduce((sum, { data }) => sum + data.length, 0)).toBe(1_640_832 / 4);
  });

  it('has every value of the shard’s bytes at its position', () => {
    const { weightsManifest } = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8')) as {
      weightsManifest: { paths: string[]; weights: { name: string; shape: number[] }[] }[];
    };
    const { paths, weights } = weightsManifest[0]!;
    const bytes = readFileSync(join(folder, paths[0]!));
    const offsets = new Map<string, { at: number; shape: number[] }>();
    let at = 0;
    for (const { name, shape } of weights) {
      offsets.set(name, { at, shape });
      at += 4 * shape.reduce((n, d) => n * d, 1);
    }
    const stored = (name: string, ...index: number[]): number => {
      const { at: begin, shape } = offsets.get(name)!;
      return bytes.readFloatLE(begin + 4 * index.reduce((flat, i, axis) => flat * shape[axis]! + i, 0));
    };
    const ours = (name: string, ...index: number[]): number => {
      const { data, shape } = tensors.get(name)!;
      return data[index.reduce((flat, i, axis) => flat * shape[axis]! + i, 0)]!;
    };
    for (let y = 0; y < 3; y++)
      for (let x = 0; x < 3; x++) {
        for (let o = 0; o < 16; o++)
          for (let i = 0; i < 3; i++) expect(ours('features.0.0.weight', o, i, y, x)).toBe(stored('Conv1/kernel', y, x, i, o));
        for (let c = 0; c < 336; c++)
          expect(ours('features.17.conv.1.0.weight', c, 0, y, x)).toBe(stored('block_16_depthwise/depthwise_kernel', y, x, c, 0));
      }
    for (let o = 0; o < 112; o++)
      for (let i = 0; i < 336; i++) expect(ours('features.17.conv.2.weight', o, i, 0, 0)).toBe(stored('block_16_project/kernel', 0, 0, i, o));
    for (let c = 0; c < 1280; c++) expect(ours('features.18.1.running_var', c)).toBe(stored('Conv_1_bn/moving_variance', c));
  });

  it('has the tensors whose hash is in the catalogue', async () => {
    const entry = readCatalogue(resolve('resources', 'weights.json'), {}).find(({ id }) => id === 'mobilenet_v2_035_224')!;
    expect(await tensorsSha256(folder)).toBe(entry.tensorsSha256);
  });
});
