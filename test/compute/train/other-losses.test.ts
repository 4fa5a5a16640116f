import { expect, test } from 'vitest';
import { Importer } from '../../../src/main/features/dataset/import.ts';
import { readLast, readModel } from '../../../src/main/compute/model/checkpoint.ts';
import type { RunRecord } from '../../../src/shared/run.ts';
import type { LossName } from '../../../src/shared/losses.ts';
import { freshWorkspace, storeAt } from '../../db/kit.ts';
import { CLI, drawColours, hasBuild, scratch } from '../../doors/cli/kit.ts';
import { computeInProcess, trainingWith } from '../../features/training/training-in-process.ts';

const LOSSES = ['triplet', 'multi-similarity', 'supcon', 'arcface'] as const satisfies LossName[];

// One data set for all: three plain colours of 12 images.
test.skipIf(!hasBuild)(
  'runs train with every loss over labelled images; a resumed one ends like an uninterrupted one (needs the build)',
  async () => {
    process.argv[1] = CLI; // the thread that reads images is found beside the program
    const workspace = freshWorkspace();
    const store = storeAt(workspace);
    const folder = scratch('colours');
    await drawColours(folder, 12);
    const { dataset } = await new Importer(store, computeInProcess).import({ folder, name: 'colours' }, {});
    const training = trainingWith(computeInProcess, store, workspace);
    const settings = { dataset, size: 16, classesPerStep: 3, imagesPerClass: 3, seed: 3, device: 'cpu' } as const;
    const modelOf = ({ run, config }: RunRecord) => readModel({ folder: workspace.run(run), config, sha256: null, epochs: 1 });
    for (const loss of LOSSES) {
      const done = await training.start({ ...settings, loss, epochs: 4 }, {});
      expect(done).toMatchObject({ status: 'done', config: { embedding: 'unit' } });
      expect(done.epochs).toHaveLength(4);
      for (const { lossTrain, lossValid, aucTrain, imagesPerSecond } of done.epochs)
        expect([lossTrain, lossValid, aucTrain, imagesPerSecond].every(Number.isFinite)).toBe(true);
      expect(Math.max(...done.epochs.map(({ aucValid }) => aucValid))).toBeGreaterThan(0.9); // three plain colours are easy
      expect(done.calibration).not.toBeNull();
      expect([...modelOf(done).keys()].filter((name) => name.startsWith('loss.'))).toEqual([]); // no part of the network
      if (loss !== 'arcface') continue;
      expect(readLast(workspace.run(done.run)).state.params.get('loss.class_weights')!.shape).toEqual([3, 16]);
      const half = await training.start({ ...settings, loss, epochs: 2 }, {});
      const resumed = await training.resume(half.run, { epochs: 4 }, {});
      const figures = ({ epochs }: RunRecord) => epochs.map(({ lossTrain, lossValid, aucValid }) => [lossTrain, lossValid, aucValid]);
      expect(figures(resumed)).toEqual(figures(done));
      for (const [name, { data }] of modelOf(done)) expect(modelOf(resumed).get(name)!.data, name).toEqual(data);
    }
  },
);
