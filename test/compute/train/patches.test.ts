import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { fitBackbone } from '../../../src/main/compute/embed/fit-backbone.ts';
import { openNetworkEngine } from '../../../src/main/compute/engine/network-engine.ts';
import { explain } from '../../../src/main/compute/explain/explain.ts';
import { readModel } from '../../../src/main/compute/model/checkpoint.ts';
import type { ModelRef, TrainRequest } from '../../../src/main/compute/protocol/protocol.ts';
import { train } from '../../../src/main/compute/train/train-loop.ts';
import { unitsOf } from '../../../src/main/domain/evaluate/units.ts';
import { packImages, packPairs } from '../../../src/main/domain/pairs/packed.ts';
import { initialTensors } from '../../../src/main/nn/initialise.ts';
import { BACKBONE_PREFIX, layerNames, siameseParams, specOf } from '../../../src/main/nn/siamese.ts';
import type { Pair } from '../../../src/shared/dataset.ts';
import type { RunConfig } from '../../../src/shared/run.ts';
import { someConfig } from '../../db/records.ts';
import { drawColours, scratch } from '../../doors/cli/kit.ts';
import { image } from '../../features/dataset/images.ts';

/** A training on the patches of a few small images, from its images to a map. */

const config: RunConfig = {
  ...someConfig,
  backbone: 'patches',
  scope: 'head',
  loss: 'probe',
  headStart: 'probe',
  embedding: 'unit',
  dim: 3,
  size: 32,
};
let request: TrainRequest;
let files: string[];

beforeAll(async () => {
  const root = scratch('patches');
  await drawColours(root, 8);
  files = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.png'))
    .sort()
    .map((name) => join(root, name));
  const images = files.map((file, id) => ({
    ...image(id, basename(dirname(file)), {
      split: id % 8 < 5 ? 'train' : 'valid',
      sha256: createHash('sha256').update(readFileSync(file)).digest('hex'),
    }),
    file: `${basename(dirname(file))}/${basename(file)}`,
  }));
  const valid = images.filter(({ split }) => split === 'valid');
  const pairs: Pair[] = valid.flatMap((a, i) =>
    valid.slice(i + 1).map((b) => ({ a: a.id, b: b.id, label: a.className === b.className ? (0 as const) : (1 as const) })),
  );
  const folder = mkdtempSync(join(scratch('patches run'), 'run '));
  const model: ModelRef = { folder, config, sha256: null, epochs: 0 };
  const caches = { features: join(folder, 'features'), pixels: join(folder, 'pixels') };
  request = {
    ...{ model, caches, root, weightsPath: null, listedPairs: null, resume: false, epochsStored: 0 },
    images: packImages(images),
    units: unitsOf(images),
    validPairs: packPairs(pairs),
  };
});

const context = { signal: new AbortController().signal, progress: () => undefined };

test('learns colours, is stored with its dictionary, and its maps add up to what they explain', async () => {
  const { validDistances } = await train(request, context);
  expect(Math.max(...validDistances.same)).toBeLessThan(Math.min(...validDistances.different));
  const params = readModel(request.model);
  expect(params.has(`${BACKBONE_PREFIX}scale1.dictionary`)).toBe(true);
  const { distance, images, signed } = await explain(
    {
      ...{ model: { ...request.model, epochs: 1 }, modelSha256: null, files: [files[0]!, files.at(-1)!], sha256: [null, null] },
      ...{ method: 'path', layer: layerNames('patches').at(-1)!, target: 'verdict', threshold: 0.5, folder: request.model.folder },
    },
    context,
  );
  expect(signed[0]).toHaveLength(7 * 7); // the patches of 6 px, 4 px apart
  for (const { completeness } of images) expect(completeness!.sum).toBeCloseTo(distance - completeness!.baseline, 4);
});

test('the same images and seed give the same tensors, in whatever order the images come; another seed gives others', async () => {
  const engine = await openNetworkEngine({ config });
  const spec = specOf(config);
  const sources = files.slice(0, 3).map((file) => ({ file, sha256: createHash('sha256').update(readFileSync(file)).digest('hex') }));
  const fit = async (seed: number, images = sources): Promise<Float32Array[]> => {
    const found = await fitBackbone(initialTensors(siameseParams(spec), 1), { engine, config: { ...config, seed }, images });
    return [...found.values()].map(({ data }) => data);
  };
  const first = await fit(1);
  expect(await fit(1, sources.toReversed())).toEqual(first);
  expect(await fit(2)).not.toEqual(first);
});

test('a cancelled fit stops', async () => {
  const controller = new AbortController();
  controller.abort();
  const engine = await openNetworkEngine({ config });
  const images = [{ file: files[0]!, sha256: createHash('sha256').update(readFileSync(files[0]!)).digest('hex') }];
  await expect(
    fitBackbone(initialTensors(siameseParams(specOf(config)), 1), { engine, config, images, signal: controller.signal }),
  ).rejects.toMatchObject({
    code: 'cancelled',
  });
});
