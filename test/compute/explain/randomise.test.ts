import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { randomiseMaps } from '../../../src/main/compute/explain/randomise.ts';
import { svgToPng } from '../../../src/main/compute/images/images.ts';
import { writeBase, writeBest } from '../../../src/main/compute/model/checkpoint.ts';
import type { ModelRef, RandomisePair } from '../../../src/main/compute/protocol/protocol.ts';
import { sampleImages, SAMPLE_SIZE } from '../../../src/main/compute/sample/sample.ts';
import { initialTensors } from '../../../src/main/nn/initialise.ts';
import { layerNames, siameseParams, type SiameseSpec } from '../../../src/main/nn/siamese.ts';
import type { EngineName } from '../../../src/shared/run.ts';
import { scratch } from '../../doors/cli/kit.ts';

const SPEC = { backbone: 'compact', flavour: 'torch', size: 32, dim: 2 } as const satisfies SiameseSpec;
const SIZE = { width: SAMPLE_SIZE, height: SAMPLE_SIZE };

/** Stores a network with the weights of a seed. */
function networkOf(seed: number, engine: EngineName = 'onnx'): ModelRef {
  const half = [0.5, 0.5, 0.5];
  const config = { ...SPEC, engine, device: 'cpu', preprocessing: { mean: half, std: half }, resampling: 'centred', sampleBits: null };
  const model = { folder: scratch(`network-${seed}`), config, sha256: null } as unknown as ModelRef;
  const params = [...initialTensors(siameseParams(SPEC), seed)];
  writeBase(model.folder, model.config, new Map(params.filter(([name]) => !name.startsWith('fc.'))));
  writeBest(model.folder, model.config, new Map(params.filter(([name]) => name.startsWith('fc.'))));
  return model;
}

/** Pairs of sample images. */
async function drawPairs(count: number): Promise<RandomisePair[]> {
  const folder = scratch('sample');
  const files = await Promise.all(
    sampleImages(5, count).map(async ({ file, svg }) => {
      const path = join(folder, file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, await svgToPng(svg));
      return path;
    }),
  );
  const anyContent = [null, null] as unknown as [string, string];
  return Array.from({ length: count }, (_, i) => ({ files: [files[i]!, files.at(-1 - i)!], sha256: anyContent, sizes: [SIZE, SIZE] }));
}

const layer = layerNames('compact').at(-1)!;
const quiet = { signal: new AbortController().signal, progress: () => undefined };
const request = (model: ModelRef, pairs: RandomisePair[]) => ({ model, method: 'path' as const, layer, pairs, seed: 1, redraws: 2 });

describe('maps of networks with redrawn weights', () => {
  test('differ ever more from the network’s own, the same with the same seed, and an unreadable image is left out', async () => {
    const [model, pairs] = [networkOf(3), await drawPairs(4)];
    const done: number[] = [];
    const measured = await randomiseMaps(request(model, pairs), { ...quiet, progress: ({ done: n, total }) => done.push(n / total) });
    expect(measured).toMatchObject({ pairs: 4, images: 8 });
    expect(Math.abs(measured.steps.at(-1)!.mean)).toBeLessThan(0.5);
    expect(done).toHaveLength((1 + 2 * measured.steps.length) * 4);
    expect(done.at(-1)).toBe(1);
    const lost: RandomisePair = { ...pairs[0]!, files: ['/no/such.png', pairs[0]!.files[1]] };
    expect(await randomiseMaps(request(model, [...pairs, lost]), quiet)).toEqual(measured);
    await expect(randomiseMaps(request(model, [lost]), quiet)).rejects.toMatchObject({ code: 'not-found' });
  });

  test('are refused where no map has an order of cells', async () => {
    const model = networkOf(3);
    const head = [...initialTensors(siameseParams(SPEC), 3)].filter(([name]) => name.startsWith('fc.'));
    writeBest(model.folder, model.config, new Map(head.map(([name, { shape, data }]) => [name, { shape, data: new Float32Array(data.length) }])));
    await expect(randomiseMaps(request(model, await drawPairs(1)), quiet)).rejects.toMatchObject({ code: 'bad-request' });
  });

  test('of both engines agree', async () => {
    const pairs = await drawPairs(1);
    const of = (engine: EngineName) => randomiseMaps({ ...request(networkOf(3, engine), pairs), redraws: 1 }, quiet);
    const [one, other] = [await of('onnx'), await of('tensorflow')];
    for (const [i, { mean, redrawn }] of one.steps.entries()) {
      expect(other.steps[i]!.redrawn).toBe(redrawn);
      expect(Math.abs(other.steps[i]!.mean - mean)).toBeLessThan(0.05); // cells that tie up to rounding change places
    }
  });

  test('stop when they are cancelled', async () => {
    const controller = new AbortController();
    const running = randomiseMaps(request(networkOf(3), await drawPairs(2)), { signal: controller.signal, progress: () => controller.abort() });
    await expect(running).rejects.toMatchObject({ code: 'cancelled' });
  });
});
