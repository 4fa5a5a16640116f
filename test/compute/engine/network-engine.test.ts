import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { useEncoder } from '../../../src/main/compute/engine/imported-sessions.ts';
import { closeMethod, openMethod, runMethod } from '../../../src/main/compute/explain/open-method.ts';
import type { PixelPair } from '../../../src/main/compute/explain/pixels.ts';
import type { PairMaps } from '../../../src/main/nn/explain/method.ts';
import { initialTensors } from '../../../src/main/nn/initialise.ts';
import type { TensorMap } from '../../../src/main/nn/ir/tensor.ts';
import { BACKBONE_PREFIX, backboneParams, layerNames, siameseParams, type SiameseSpec, specOf } from '../../../src/main/nn/siamese.ts';
import { loadWeights } from '../../../src/main/nn/weights/load.ts';
import { type MethodName, methodsOf } from '../../../src/shared/explanation-methods.ts';
import type { RunConfig } from '../../../src/shared/run.ts';
import { someConfig } from '../../db/records.ts';
import { hashed, relativeError } from '../../nn/reference.ts';
import { exportEncoder } from './exported-encoder.ts';

const WEIGHTS = resolve('..', 'shared', 'weights', 'mobilenet_v2_035_224'); // Google's, not part of the project
const WHITE = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] } as RunConfig['preprocessing'];
const signal = new AbortController().signal;

/** Two images [S, S, 3] of coarse patches. */
const picturesOf = (size: number): PixelPair =>
  ['one', 'two'].map((name) => {
    const coarse = hashed(name, 3 * 8 * 8);
    return Uint8Array.from({ length: 3 * size * size }, (_, i) => {
      const [y, x] = [Math.floor(i / 3 / size), Math.floor(i / 3) % size].map((at) => Math.floor((8 * at) / size)) as [number, number];
      return 128 * (coarse[3 * (8 * y + x) + (i % 3)]! + 1);
    });
  }) as PixelPair;

const configOf = ({ backbone, beside = null, flavour, size, dim, head }: SiameseSpec): RunConfig => ({
  ...someConfig,
  ...{ backbone, beside, flavour, size, dim, preprocessing: WHITE },
  loss: head === 'probe' ? 'probe' : 'contrastive',
});

async function mapsOf(config: RunConfig, encoderFolder: string | null, method: MethodName, params: TensorMap): Promise<PairMaps> {
  const model = { config, encoderFolder };
  const open = await openMethod(model, { method, layer: layerNames(config.backbone, config.beside).at(-1)! }, params);
  try {
    return await runMethod(open, model, picturesOf(config.size), { signal });
  } finally {
    await closeMethod(open);
  }
}

/** Compares the maps of a network with those of the same network whose backbone is an imported encoder. */
async function expectSameMaps(spec: SiameseSpec, params: TensorMap): Promise<void> {
  const alone: SiameseSpec = { ...spec, beside: null, head: 'raw' };
  const ofBackbone = [...params].filter(([name]) => name.startsWith(BACKBONE_PREFIX));
  const { encoder, folder } = exportEncoder(alone, new Map([...initialTensors(siameseParams(alone), 5), ...ofBackbone]));
  const native = configOf(spec);
  const imported: RunConfig = { ...native, backbone: 'imported', encoder };
  const methods = methodsOf(imported);
  expect(methods).toEqual(['path', 'gradcam', 'layercam', 'occlusion']);
  for (const method of methods) {
    const [expected, found] = [await mapsOf(native, null, method, params), await mapsOf(imported, folder, method, params)];
    expect(relativeError([found.distance], [expected.distance]), method).toBeLessThan(1e-4);
    expect(relativeError(found.signed.flatMap((map) => [...map]), expected.signed.flatMap((map) => [...map])), method).toBeLessThan(1e-4); // prettier-ignore
    expect([found.width, found.height], method).toEqual([expected.width, expected.height]);
    if (expected.baseline) expect(relativeError(found.baseline!, expected.baseline), method).toBeLessThan(1e-4);
    if (!spec.beside) expect(found.placement.across, method).toEqual({ first: 0.5 / found.width, step: 1 / found.width }); // patches side by side
  }
}

describe('a network on an imported encoder has the distances and maps of the same network built here', () => {
  const spec: SiameseSpec = { backbone: 'compact', flavour: 'torch', size: 32, dim: 3 };

  test.each(['raw', 'probe'] as const)('with random weights and a %s head', async (head) => {
    const params = initialTensors(siameseParams({ ...spec, head }), 5);
    await expectSameMaps({ ...spec, head }, params);
  });

  test('with patches beside it', async () => {
    const beside: SiameseSpec = { ...spec, head: 'probe', beside: 'patches' };
    await expectSameMaps(beside, initialTensors(siameseParams(beside), 5));
  });

  test.skipIf(!existsSync(WEIGHTS))('with trained weights (needs ../shared/weights/mobilenet_v2_035_224)', async () => {
    const mobilenet: SiameseSpec = { backbone: 'mobilenet_v2_035', flavour: 'keras', size: 96, dim: 16 };
    const params = initialTensors(siameseParams(mobilenet), 5);
    const { tensors } = await loadWeights(WEIGHTS, { backbone: mobilenet.backbone, params: backboneParams(mobilenet) });
    for (const [name, tensor] of tensors) params.set(BACKBONE_PREFIX + name, tensor);
    await expectSameMaps(mobilenet, params);
  });
});

describe('the file of an encoder', () => {
  const spec: SiameseSpec = { backbone: 'compact', flavour: 'torch', size: 16, dim: 2 };
  const make = () => exportEncoder(spec, initialTensors(siameseParams(spec), 5));
  const shapeOf = ({ encoder, folder }: ReturnType<typeof make>) => useEncoder({ encoder, folder, device: 'cpu' }, (session) => session.shapeAt(16));

  test('that is missing or another one is refused with what to do', async () => {
    const lost = make();
    rmSync(join(lost.folder, 'model.onnx'));
    await expect(shapeOf(lost)).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('Add the same file again under the name vit_s') as string,
    });
    const changed = make();
    const file = join(changed.folder, 'model.onnx');
    const bytes = readFileSync(file);
    bytes[bytes.length >> 1]! ^= 1; // of a weight
    writeFileSync(file, bytes);
    await expect(shapeOf(changed)).rejects.toMatchObject({
      code: 'bad-weights',
      message: expect.stringContaining('is not the file that was added') as string,
    });
    expect(await shapeOf(make())).toEqual({ channels: 128, height: 2, width: 2 });
  });
});

test('the network of an imported encoder has no parameters but its head', () => {
  const { encoder } = exportEncoder({ backbone: 'compact', flavour: 'torch', size: 16, dim: 2 }, initialTensors(siameseParams({ backbone: 'compact', flavour: 'torch', size: 16, dim: 2 }), 1)); // prettier-ignore
  const config: RunConfig = { ...someConfig, backbone: 'imported', encoder, size: 16 };
  expect(siameseParams(specOf(config)).map(({ name }) => name)).toEqual(['fc.0.weight', 'fc.0.bias', 'fc.2.weight', 'fc.2.bias']);
});
