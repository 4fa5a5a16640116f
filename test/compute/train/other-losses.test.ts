import { expect, test, vi } from 'vitest';
import { Importer } from '../../../src/main/features/dataset/import.ts';
import type { Loss } from '../../../src/main/nn/losses/loss.ts';
import { freshWorkspace, storeAt } from '../../db/kit.ts';
import { CLI, drawColours, hasBuild, scratch } from '../../doors/cli/kit.ts';
import { computeInProcess, trainingWith } from '../../features/training/training-in-process.ts';
import { allPairs } from '../../nn/losses/all-pairs.ts';
import { triplet } from '../../nn/losses/triplet.ts';

// Stands for a line in the table of losses: the training loop gets another loss, and nothing else changes.
const chosen = vi.hoisted(() => ({ loss: null as unknown }));
vi.mock('../../../src/main/nn/losses/index.ts', () => ({ lossOf: () => chosen.loss as Loss }));

test.skipIf(!hasBuild).each([
  ['triplets', triplet],
  ['labelled images', allPairs],
] as const)('a run trains on %s with a loss from one file (needs the build)', async (_, loss) => {
  chosen.loss = loss;
  process.argv[1] = CLI; // the thread that reads images is found beside the program
  const workspace = freshWorkspace();
  const store = storeAt(workspace);
  const folder = scratch('colours');
  await drawColours(folder, 12);
  const { dataset } = await new Importer(store, computeInProcess).import({ folder, name: 'colours' }, {});
  const { epochs, metrics, status, calibration } = await trainingWith(computeInProcess, store, workspace).start(
    { dataset, size: 16, batch: 6, epochs: 4, seed: 3, device: 'cpu' },
    {},
  );
  expect(status).toBe('done');
  expect(metrics).toEqual([]);
  expect(epochs).toHaveLength(4);
  for (const { lossTrain, lossValid, aucTrain, imagesPerSecond } of epochs) {
    expect([lossTrain, lossValid, aucTrain, imagesPerSecond].every(Number.isFinite)).toBe(true);
  }
  expect(epochs.at(-1)!.lossTrain).toBeLessThan(epochs[0]!.lossTrain);
  expect(epochs.at(-1)!.aucTrain).toBeGreaterThan(0.9); // three plain colours are easy
  expect(calibration).not.toBeNull();
});
