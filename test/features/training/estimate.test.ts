import { describe, expect, test } from 'vitest';
import { estimateFromMeasure, estimateFromRuns, type PastRun } from '../../../src/main/features/training/estimate.ts';
import type { EpochRow, RunConfig, RunRecord } from '../../../src/shared/run.ts';
import { someConfig } from '../../db/records.ts';

const row = (epoch: number, seconds: number): EpochRow => ({
  epoch,
  seconds,
  lossTrain: 1,
  lossValid: 1,
  aucTrain: 0.5,
  aucValid: 0.5,
  accuracyTrain: 0.5,
  accuracyValid: 0.5,
  lr: 1,
  imagesPerSecond: 1,
  best: false,
});

function past(run: string, epochs: number[], more: Partial<RunRecord> = {}, load = { train: 80, valid: 20 }): PastRun {
  const config: RunConfig = { ...someConfig, ...more.config };
  const record = { run, snapshot: 'abc', status: 'done', sessions: [], seconds: epochs.reduce((a, b) => a + b, 0), ...more, config } as RunRecord;
  return { run: { ...record, epochs: epochs.map((s, i) => row(i + 1, s)) }, load };
}

const config: RunConfig = { ...someConfig, epochs: 10 };

describe('the estimated time of a training', () => {
  test('from an earlier run: its median epoch, scaled by the number of images', () => {
    // 2 s an epoch of 100 images -> 300 images need 6 s, 10 epochs 60 s; the slow first epoch does not count.
    const found = estimateFromRuns(config, { train: 250, valid: 50 }, 'other', [past('r1', [9, 2, 2])]);
    expect(found).toMatchObject({ basis: 'based on run 1 on this computer, with 100 images' });
    expect(found!.seconds).toBeCloseTo(60, 9);
  });
  test('the time before the first epoch counts for new images, not for cached ones', () => {
    const run = past('r1', [2, 2], { seconds: 4 + 5 }); // 5 s to read 100 images
    expect(estimateFromRuns(config, { train: 160, valid: 40 }, 'other', [run])!.seconds).toBeCloseTo(40 + 10, 9);
    expect(estimateFromRuns(config, { train: 160, valid: 40 }, 'abc', [run])!.seconds).toBeCloseTo(40, 9);
  });
  test('a probe on cached features takes as long as the fastest one before, which may have read them', () => {
    const probe: RunConfig = { ...config, loss: 'probe', epochs: 1 };
    const runs = [past('r2', [0.1], { config: probe, seconds: 3 }), past('r1', [0.1], { config: probe, seconds: 20 })];
    expect(estimateFromRuns(probe, { train: 80, valid: 20 }, 'abc', runs)!.seconds).toBe(3);
    expect(estimateFromRuns(probe, { train: 80, valid: 20 }, 'abc', runs.slice(1))!.seconds).toBe(20);
    expect(estimateFromRuns(probe, { train: 160, valid: 40 }, 'other', runs)!.seconds).toBeCloseTo(5.8 + 0.2, 9); // 2.9 s before the figures
  });
  test('patches are fitted anew for every seed, so features are cached only of the same one', () => {
    const patches: RunConfig = { ...config, backbone: 'patches', scope: 'head', loss: 'probe', epochs: 1, seed: 1 };
    const load = { train: 80, valid: 20 };
    const runs = [past('r2', [1], { config: patches, seconds: 2 }), past('r1', [1], { config: patches, seconds: 20 })]; // r2 found its features cached
    expect(estimateFromRuns(patches, load, 'abc', runs)!.seconds).toBe(2);
    expect(estimateFromRuns({ ...patches, seed: 2 }, load, 'abc', runs)!.seconds).toBeCloseTo(20, 9);
    expect(estimateFromRuns(patches, load, 'abc', runs, 3)!.seconds).toBeCloseTo(2 * 19 + 3, 9);
    const beside: RunConfig = { ...patches, backbone: 'resnet18', beside: 'patches', loss: 'contrastive', epochs: 2 };
    const run = past('r1', [1, 1], { config: beside, seconds: 2 + 5 });
    expect(estimateFromRuns(beside, load, 'abc', [run])!.seconds).toBeCloseTo(2, 9);
    expect(estimateFromRuns({ ...beside, seed: 2 }, load, 'abc', [run], 2)!.seconds).toBeCloseTo(4 + 10, 9);
    const [one, three] = [1, 3].map((seeds) => estimateFromMeasure(patches, load, { forward: 1, step: 0, read: 1 }, seeds).seconds);
    expect(three! / one!).toBeCloseTo(3, 9);
  });
  test('several seeds take as many times the epochs, and read the images once', () => {
    const run = past('r1', [2, 2], { seconds: 4 + 5 });
    const found = estimateFromRuns(config, { train: 160, valid: 40 }, 'other', [run], 3)!;
    expect(found.seconds).toBeCloseTo(3 * 40 + 10, 9);
    expect(found.basis).toBe('for 3 seeds one after the other, based on run 1 on this computer, with 100 images');
    const [one, three] = [1, 3].map(
      (seeds) => estimateFromMeasure(config, { train: 160, valid: 40 }, { forward: 0, step: 1, read: 0 }, seeds).seconds,
    );
    expect(three! / one!).toBeCloseTo(3, 9);
  });
  test('only runs of the same kind count, the newest of them', () => {
    const other = (more: Partial<RunConfig>): PastRun => past('r9', [100], { config: { ...someConfig, ...more } });
    const unlike = [other({ backbone: 'resnet18' }), other({ scope: 'head' }), other({ size: 128 }), other({ device: 'cuda' })];
    const load = { train: 80, valid: 20 };
    expect(estimateFromRuns(config, load, 'abc', unlike)).toBeNull();
    expect(estimateFromRuns(config, load, 'abc', [...unlike, past('r2', [3]), past('r1', [5])])!.seconds).toBeCloseTo(30, 9);
    expect(estimateFromRuns(config, load, 'abc', [past('r2', [])])).toBeNull();
  });
  test('from measured steps: every image read once, four passes of every training image an epoch, one of every validation image', () => {
    const measured = { forward: 0.01, step: 0.03, read: 0.2 };
    const load = { train: 100, valid: 50 };
    const reading = 150 * 0.2;
    expect(estimateFromMeasure({ ...config, scope: 'all' }, load, measured).seconds).toBeCloseTo(reading + 10 * (400 * 0.03 + 50 * 0.01), 9);
    // The features of a frozen backbone are computed once.
    expect(estimateFromMeasure({ ...config, scope: 'head' }, load, measured).seconds).toBeCloseTo(
      reading + 150 * 0.01 + 10 * (400 * 0.03 + 50 * 0.01),
      9,
    );
  });
});
