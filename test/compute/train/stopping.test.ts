import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { FeatureSource } from '../../../src/main/compute/embed/feature-source.ts';
import { readBase, readLast, readModel } from '../../../src/main/compute/model/checkpoint.ts';
import type { TrainProgress, TrainResult } from '../../../src/main/compute/protocol/training.ts';
import { train } from '../../../src/main/compute/train/train-loop.ts';
import { packImages, packPairs } from '../../../src/main/domain/pairs/packed.ts';
import { unitsOf } from '../../../src/main/domain/evaluate/units.ts';
import type { Engine } from '../../../src/main/nn/engines/engine.ts';
import { siameseParams } from '../../../src/main/nn/siamese.ts';
import type { EpochRow, RunConfig } from '../../../src/shared/run.ts';
import { someConfig } from '../../db/records.ts';
import { image } from '../../features/dataset/images.ts';
import { temporaryFolder } from '../../features/dataset/png-files.ts';

/** The training loop on a scripted engine: `gaps` gives the distance between the two classes after each epoch. */

const script = vi.hoisted(() => ({ gaps: [] as number[], loss: 1, epoch: 0, rates: [] as number[] }));

// A row is the image's class: 0 or 1.
vi.mock('../../../src/main/compute/embed/feature-source.ts', async (original) => ({
  ...(await original<typeof import('../../../src/main/compute/embed/feature-source.ts')>()),
  openSource: (): FeatureSource => ({
    rowLength: 1,
    prepare: () => Promise.resolve(),
    close: () => Promise.resolve(),
    async *batches(parts) {
      for (const part of parts) yield await Promise.resolve([part, Float32Array.from(part.images, ({ file }) => (file.includes('c1') ? 1 : 0))]);
    },
  }),
}));

vi.mock('../../../src/main/compute/engine/engine-choice.ts', () => ({
  openEngine: (): Promise<Engine> =>
    Promise.resolve({
      name: 'onnx',
      device: 'cpu',
      compile: () =>
        Promise.resolve({
          run: ({ images }) => {
            const gap = script.gaps[script.epoch - 1]!;
            return Promise.resolve({ embedding: Float32Array.from(images!, (side) => side * gap) }); // dim 1
          },
          dispose: () => Promise.resolve(),
        }),
      // A step is an epoch: its batch holds all pairs. Every weight is the number of epochs so far.
      trainer: (_taskFor, _frozen, initial) => {
        script.epoch = initial.step;
        return Promise.resolve({
          step: ({ labels }, pairs, lr) => {
            script.epoch++;
            script.rates.push(lr);
            return Promise.resolve({ loss: script.loss, distances: labels!.slice(), gradientNorm: 1, partSize: pairs });
          },
          state: () => {
            const params = new Map([...initial.params].map(([name, { shape, data }]) => [name, { shape, data: data.map(() => script.epoch) }]));
            return Promise.resolve({ params, slots: new Map(), step: script.epoch });
          },
          dispose: () => Promise.resolve(),
        });
      },
    }),
}));

beforeEach(() => Object.assign(script, { gaps: [], loss: 1, epoch: 0, rates: [] }));

const images = [0, 1].flatMap((c) =>
  Array.from({ length: 8 }, (_, i) =>
    image(8 * c + i, `c${c}`, { split: i < 4 ? 'train' : 'valid', sha256: (8 * c + i).toString(16).padStart(64, '0') }),
  ),
);
const validPairs = [4, 5, 6].flatMap((i) => [
  { a: i, b: i + 1, label: 0 as const },
  { a: i, b: i + 8, label: 1 as const },
]);

async function runTraining(
  folder: string,
  more: Partial<RunConfig>,
  resume = false,
  stop?: AbortSignal,
): Promise<{ result: TrainResult; rows: EpochRow[] }> {
  const config: RunConfig = { ...someConfig, size: 16, dim: 1, batch: 1000, lr: 0.4, ...more };
  const rows: EpochRow[] = [];
  const request = { weightsPath: null, caches: { features: folder, pixels: folder }, root: folder, resume, listedPairs: null, epochsStored: 0 };
  const result = await train(
    {
      ...request,
      model: { folder, config, sha256: null, epochs: 0 },
      images: packImages(images),
      units: unitsOf(images),
      validPairs: packPairs(validPairs),
    },
    {
      signal: new AbortController().signal,
      progress: (p: TrainProgress) => {
        if (p.kind === 'epoch') rows.push(p.row);
      },
    },
    stop,
  );
  return { result, rows };
}

const runFolder = (): string => join(temporaryFolder(), 'run');
/** The epoch whose weights are stored. */
function storedEpoch(folder: string): number {
  const config = { ...someConfig, size: 16, dim: 1 };
  const frozen = readBase(folder);
  const moving = siameseParams({ backbone: 'compact', flavour: 'torch', size: 16, dim: 1 }).filter(({ name }) => !frozen.has(name));
  return readModel({ folder, config, sha256: null, epochs: 0 }).get(moving[0]!.name)!.data[0]!;
}

describe('training stops', () => {
  test('after `patience` epochs without improvement, keeps the best and reports it', async () => {
    script.gaps = [0, 2, 0, 0, 0, 2, 2];
    const folder = runFolder();
    const { result, rows } = await runTraining(folder, { epochs: 20, patience: 3 });
    expect(rows.map(({ aucValid }) => aucValid)).toEqual([0.5, 1, 0.5, 0.5, 0.5]);
    expect(rows.map(({ best }) => best)).toEqual([true, true, false, false, false]);
    expect(result).toMatchObject({ bestEpoch: 2, stoppedEarly: true });
    expect(storedEpoch(folder)).toBe(2);
    expect(readLast(folder).state.step).toBe(5);
  });

  test('after its last epoch, which is not early', async () => {
    script.gaps = [2, 0, 0];
    const { result, rows } = await runTraining(runFolder(), { epochs: 3, patience: 2 });
    expect(rows).toHaveLength(3);
    expect(result).toMatchObject({ bestEpoch: 1, stoppedEarly: false });
  });

  test('never early with patience 0', async () => {
    script.gaps = [2, ...Array<number>(11).fill(0)];
    const { result, rows } = await runTraining(runFolder(), { epochs: 12, patience: 0 });
    expect(rows).toHaveLength(12);
    expect(result).toMatchObject({ bestEpoch: 1, stoppedEarly: false });
  });

  test('again at once when resumed', async () => {
    script.gaps = [2, 0, 0, 0, 0, 0, 0];
    const folder = runFolder();
    await runTraining(folder, { epochs: 20, patience: 2 });
    const again = await runTraining(folder, { epochs: 20, patience: 2 }, true);
    expect(again.rows).toEqual([]);
    expect(again.result).toMatchObject({ bestEpoch: 1, stoppedEarly: true });
  });

  test('with an error if the loss becomes NaN, with the last complete epoch stored', async () => {
    script.gaps = [2, 2, 2];
    const folder = runFolder();
    await runTraining(folder, { epochs: 2 });
    script.loss = NaN;
    await expect(runTraining(folder, { epochs: 4 }, true)).rejects.toMatchObject({ code: 'bad-request', details: { epoch: 3 } });
    expect(readLast(folder).progress.epoch).toBe(2);
    expect(storedEpoch(folder)).toBe(1);
  });

  test('by hand after its last complete epoch, like at the last one; not before the first', async () => {
    script.gaps = [2, 0, 2, 2];
    const folder = runFolder();
    const stop = new AbortController();
    stop.abort(); // in the first epoch, which is completed
    const { result, rows } = await runTraining(folder, { epochs: 20 }, false, stop.signal);
    expect(rows).toHaveLength(1);
    expect(result).toMatchObject({ bestEpoch: 1, stoppedEarly: false, stoppedByHand: true, calibration: expect.anything() as unknown });
    expect(readLast(folder).progress.epoch).toBe(1);
    const resumed = await runTraining(folder, { epochs: 3 }, true);
    expect(resumed.result).toMatchObject({ stoppedByHand: false });
    expect(resumed.rows.map(({ epoch }) => epoch)).toEqual([2, 3]);
  });

  test('within a batch when cancelled', async () => {
    script.gaps = [2, 2];
    const folder = runFolder();
    const cancelled = new AbortController();
    onTestFinished(() => cancelled.abort());
    const config: RunConfig = { ...someConfig, size: 16, dim: 1, batch: 2, epochs: 2 };
    const request = {
      weightsPath: null,
      caches: { features: folder, pixels: folder },
      root: folder,
      resume: false,
      listedPairs: null,
      epochsStored: 0,
    };
    const training = train(
      {
        ...request,
        model: { folder, config, sha256: null, epochs: 0 },
        images: packImages(images),
        units: unitsOf(images),
        validPairs: packPairs(validPairs),
      },
      { signal: cancelled.signal, progress: () => undefined },
    );
    cancelled.abort();
    await expect(training).rejects.toMatchObject({ code: 'cancelled' });
    expect(script.rates.length).toBeLessThan(8); // an epoch has 8 steps
  });
});

test('the learning rate is halved after `plateau` epochs without a lower loss', async () => {
  script.gaps = [1, 2, 1, 1, 1, 1, 2];
  const { rows } = await runTraining(runFolder(), { epochs: 7, plateau: 2 });
  expect(rows.map(({ lossValid }) => Number(lossValid.toFixed(9)))).toEqual([0.5, 0, 0.5, 0.5, 0.5, 0.5, 0]); // mean of (2 - 1)² over different pairs, half of all
  expect(rows.map(({ lr }) => lr)).toEqual([0.4, 0.4, 0.4, 0.4, 0.2, 0.2, 0.1]);
  expect(script.rates).toEqual(rows.map(({ lr }) => lr));
});
