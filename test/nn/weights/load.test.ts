import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadWeights, tensorsSha256 } from '../../../src/main/nn/weights/load.ts';
import { twinlensMetadata } from '../../../src/main/nn/weights/metadata.ts';
import { writeSafetensors } from '../../../src/main/nn/weights/safetensors.ts';
import { sizeOf, type ParamSpec, type Tensor, type TensorMap } from '../../../src/main/nn/ir/tensor.ts';
import { randomTensors, errorOf, mobileNetV2Specs, residualSpecs, resnet18Specs, scratchFolder } from './specs.ts';
import { toKerasWeights, writeModel } from './tfjs-fixture.ts';

const folder = scratchFolder();
const params = resnet18Specs();
const tensors = randomTensors(params, 5);
const path = join(folder, 'small.safetensors');
const TORCHVISION = { flavour: 'torch', preprocessing: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } };
const KERAS = { flavour: 'keras', preprocessing: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] } };

/** Writes the file's weights with changes. */
function save(change: (map: TensorMap) => void = () => {}, metadata: Record<string, string> = {}): string {
  const map = new Map(tensors);
  change(map);
  writeSafetensors(path, map, metadata);
  return path;
}
const load = (specs: readonly ParamSpec[] = params) => loadWeights(path, { backbone: 'resnet18', params: specs });

describe('a matching file', () => {
  it('gives its tensors in the order of the parameters, with ImageNet’s preprocessing', async () => {
    save((map) => map.set('fc.weight', { shape: [2], data: new Float32Array([NaN, 1]) }));
    const loaded = await load();
    expect([...loaded.tensors.keys()]).toEqual(params.map(({ name }) => name));
    expect(loaded.tensors).toEqual(tensors);
    expect(loaded.info).toMatchObject({ source: path, licence: null, ...TORCHVISION });
  });

  it('has the hash of its float32 bytes, little-endian, in the order of the parameters', async () => {
    save();
    const bytes = (specs: readonly ParamSpec[]): Buffer => {
      const out = Buffer.alloc(4 * specs.reduce((sum, { shape }) => sum + sizeOf(shape), 0));
      let at = 0;
      for (const { name } of specs) for (const value of tensors.get(name)!.data) at = out.writeFloatLE(value, at);
      return out;
    };
    const backwards = [...params].reverse();
    expect((await load()).info.sha256).toBe(createHash('sha256').update(bytes(params)).digest('hex'));
    expect((await load(backwards)).info.sha256).toBe(createHash('sha256').update(bytes(backwards)).digest('hex'));
    const sorted = [...params].sort((a, b) => (a.name < b.name ? -1 : 1));
    expect(await tensorsSha256(path)).toBe(createHash('sha256').update(bytes(sorted)).digest('hex'));
  });

  it('written by Twinlens has metadata that take precedence over the catalogue', async () => {
    const preprocessing = { mean: [0.1, 0.2, 0.3] as [number, number, number], std: [1, 2, 3] as [number, number, number] };
    const entry = {
      id: 'some_weights',
      licence: 'MIT',
      flavour: 'torch' as const,
      preprocessing: { mean: [0, 0, 0] as [number, number, number], std: preprocessing.std },
    };
    save();
    expect((await loadWeights(path, { backbone: 'resnet18', params, entry })).info).toMatchObject({
      source: 'some_weights',
      licence: 'MIT',
      flavour: 'torch',
      preprocessing: entry.preprocessing,
    });
    save(undefined, twinlensMetadata({ backbone: 'resnet18', flavour: 'keras', preprocessing, licence: 'BSD-3-Clause' }));
    expect((await loadWeights(path, { backbone: 'resnet18', params, entry })).info).toMatchObject({
      source: 'some_weights',
      licence: 'BSD-3-Clause',
      flavour: 'keras',
      preprocessing,
    });
    expect((await load()).info.licence).toBe('BSD-3-Clause');
  });

  it.each([
    { 'twinlens.flavour': 'caffe' },
    { 'twinlens.preprocessing': '{"mean": [0, 0, 0]' },
    { 'twinlens.preprocessing': '{"mean": [0, 0, 0], "std": [1, 0, 1]}' },
    { 'twinlens.preprocessing': '{"mean": [0, 0], "std": [1, 1]}' },
  ])('is refused with invalid metadata: %j', async (metadata) => {
    save(undefined, metadata as Record<string, string>);
    await errorOf(load, 'bad-weights');
  });
});

describe('a TF.js layers model', () => {
  const specs = mobileNetV2Specs(0.35);
  const random = randomTensors(specs, 11);
  const { weights, bytes } = toKerasWeights(random);
  const model = writeModel(join(folder, 'keras'), weights, bytes, 500_000);

  it.each([
    ['its model.json', model],
    ['its folder', join(folder, 'keras')],
  ])('is loaded by %s, with our names and kernel layout, input -1..1', async (_, given) => {
    const loaded = await loadWeights(given, { backbone: 'mobilenet_v2_035', params: specs });
    expect(loaded.tensors).toEqual(random);
    expect(loaded.info).toMatchObject({ source: given, ...KERAS });
  });

  it('equals the same weights in safetensors, which keep the padding of the program that trained them', async () => {
    const twin = join(folder, 'twin.safetensors');
    writeSafetensors(twin, random);
    expect(await tensorsSha256(twin)).toBe(await tensorsSha256(model));
    let at = 0;
    const inKeras = new Map<string, Tensor>();
    for (const { name, shape } of weights) {
      const size = sizeOf(shape);
      inKeras.set(name, { shape, data: new Float32Array(Uint8Array.from(bytes.subarray(at, (at += 4 * size))).buffer) });
    }
    writeSafetensors(twin, inKeras);
    const loaded = await loadWeights(twin, { backbone: 'mobilenet_v2_035', params: specs });
    expect(loaded.tensors).toEqual(random);
    expect(loaded.info).toMatchObject(KERAS);
  });

  it('for another backbone is refused with the name of that backbone', async () => {
    const error = await errorOf(() => loadWeights(model, { backbone: 'resnet18', params }), 'bad-weights');
    expect(error.message).toBe(
      `These weights are for another network than resnet18: ${params.length} of ${params.length} tensors are missing, the first is conv1.weight [4, 3, 7, 7]. By their names and shapes they are for mobilenet_v2_035: choose that backbone, or other weights.`,
    );
    expect(error.details['missing']).toEqual(params.map(({ name }) => name));
    expect((error.details['unexpected'] as string[]).sort()).toEqual(weights.map(({ name }) => name).sort());
  });

  it('of another width is refused by its shapes', async () => {
    const wide = mobileNetV2Specs(1);
    const error = await errorOf(() => loadWeights(model, { backbone: 'mobilenet_v2', params: wide }), 'bad-weights');
    expect(error.message).toContain(
      'the first is features.0.0.weight (Conv1/kernel in the file), which is [16, 3, 3, 3] and should be [32, 3, 3, 3]',
    );
    expect(error.message).toContain('they are for mobilenet_v2_035');
    const differing = wide.filter(({ shape }, i) => String(shape) !== String(specs[i]!.shape));
    expect(error.details['shape']).toEqual(
      differing.map(({ name, shape }) => ({ name, expected: shape, found: specs.find((spec) => spec.name === name)!.shape })),
    );
    expect(error.details['missing']).toEqual([]);
  });

  it('with a short shard is refused', async () => {
    writeModel(join(folder, 'short'), weights, bytes);
    truncateSync(join(folder, 'short', 'group1-shard1of1.bin'), bytes.length - 1);
    expect(
      (await errorOf(() => loadWeights(join(folder, 'short'), { backbone: 'mobilenet_v2_035', params: specs }), 'bad-weights')).message,
    ).toContain('group1-shard1of1.bin');
  });
});

describe('refuses the whole file for', () => {
  it('one tensor missing', async () => {
    save((map) => map.delete('layer1.0.conv1.weight'));
    const error = await errorOf(load, 'bad-weights');
    expect(error.message).toContain(`1 of ${params.length} tensors is missing, namely layer1.0.conv1.weight [4, 4, 3, 3]`);
    expect(error.details).toMatchObject({ missing: ['layer1.0.conv1.weight'], shape: [], unexpected: [] });
    save((map) => map.delete('layer2.0.bn1.bias'));
    expect((await errorOf(load, 'bad-weights')).message).toContain('These weights are not complete for resnet18');
  });

  it('one tensor of another shape with as many values', async () => {
    const { data } = tensors.get('conv1.weight')!;
    save((map) => map.set('conv1.weight', { shape: [4, 7, 7, 3], data }));
    const error = await errorOf(load, 'bad-weights');
    expect(error.details['shape']).toEqual([{ name: 'conv1.weight', expected: [4, 3, 7, 7], found: [4, 7, 7, 3] }]);
  });

  it('a deeper network that has all our tensors and more', async () => {
    const deeper = randomTensors(residualSpecs([3, 4, 6, 3], false, 4), 5);
    writeSafetensors(path, deeper);
    const error = await errorOf(load, 'bad-weights');
    expect(error.message).toContain('By their names and shapes they are for resnet34: choose that backbone, or other weights.');
    expect(error.details).toMatchObject({ missing: [], shape: [] });
    expect((error.details['unexpected'] as string[]).sort()).toEqual([...deeper.keys()].filter((name) => !tensors.has(name)).sort());
  });

  it("a network that Twinlens doesn't have", async () => {
    writeSafetensors(path, randomTensors(mobileNetV2Specs(0.5), 5));
    expect((await errorOf(load, 'bad-weights')).message).toContain("they are for a MobileNetV2 of another width, which Twinlens doesn't have.");
  });

  it('a file whose metadata name its backbone', async () => {
    save((map) => map.delete('conv1.weight'), { 'twinlens.backbone': 'compact' });
    expect((await errorOf(load, 'bad-weights')).message).toContain('they are for compact: choose that backbone');
  });

  it.each([
    ['bn1.weight', 2, NaN, 'infinite or not numbers'],
    ['layer4.1.conv2.weight', 0, -Infinity, 'infinite or not numbers'],
    ['layer4.1.bn2.running_mean', 31, Infinity, 'infinite or not numbers'],
    ['bn1.running_var', 3, -0.25, 'variances are negative'],
  ])('%s[%i] = %d', async (name, index, value, expected) => {
    save((map) => {
      const data = map.get(name)!.data.slice();
      data[index] = value;
      map.set(name, { ...map.get(name)!, data });
    });
    const error = await errorOf(load, 'bad-weights');
    expect(error.message).toContain(`1 of ${params.length} tensors can't be used, e.g. ${name}: 1 of `);
    expect(error.details['broken']).toEqual([{ name, problem: expect.stringContaining(expected) as string }]);
  });

  it('an incomplete download', async () => {
    save();
    const whole = readFileSync(path);
    for (const share of [0, 0.01, 0.5, 0.99]) {
      writeFileSync(path, whole.subarray(0, Math.floor(whole.length * share)));
      await errorOf(load, 'bad-weights');
    }
  });
});

describe('refuses instead of a weights file', () => {
  const options = { backbone: 'resnet18' as const, params };
  it('a path that does not exist', async () => void (await errorOf(() => loadWeights(join(folder, 'absent'), options), 'not-found')));

  it('a folder without a model', async () => {
    mkdirSync(join(folder, 'empty'), { recursive: true });
    expect((await errorOf(() => loadWeights(join(folder, 'empty'), options), 'bad-weights')).message).toContain('contains no model.json');
  });

  it.each([
    ['resnet18.pth', 'PyTorch checkpoint'],
    ['weights.h5', "can't read weights.h5"],
  ])('%s', async (name, expected) => {
    writeFileSync(join(folder, name), 'x');
    expect((await errorOf(() => loadWeights(join(folder, name), options), 'bad-weights')).message).toContain(expected);
  });
});

it('can be cancelled', async () => {
  save();
  await errorOf(() => loadWeights(path, { backbone: 'resnet18', params, signal: AbortSignal.abort() }), 'cancelled');
});
