import { describe, expect, test } from 'vitest';
import { SeedProgress } from '../../../src/main/features/training/seed-progress.ts';
import { type SeedHooks, trainSeeds } from '../../../src/main/features/training/seeds.ts';
import type { TrainingOptions } from '../../../src/main/features/training/training.ts';
import { AppError } from '../../../src/shared/errors.ts';
import type { ExperimentRecord } from '../../../src/shared/experiment.ts';
import type { JobProgress } from '../../../src/shared/job.ts';
import type { RunRecord, RunStatus } from '../../../src/shared/run.ts';
import { freshWorkspace, storeAt } from '../../db/kit.ts';
import { someConfig, someDataset } from '../../db/records.ts';

/** An experiment on a real store, whose trainings end as `ends` says by seed: with an error, or done. */
function experimentWith(ends: Readonly<Record<number, AppError>>) {
  const store = storeAt(freshWorkspace());
  const { dataset, snapshot } = store.datasets.insert(someDataset());
  const { experiment } = store.experiments.create({ dataset, snapshot, config: someConfig, seeds: [1, 2, 3] });
  const trained: string[] = [];
  const finish = (run: RunRecord): Promise<RunRecord> => {
    const error = ends[run.config.seed];
    trained.push(`${run.run} seed ${run.config.seed}`);
    const statuses: Partial<Record<string, RunStatus>> = { cancelled: 'cancelled', 'compute-lost': 'interrupted' };
    const status = error ? (statuses[error.code] ?? 'failed') : 'done';
    const ended = store.runs.update(run.run, { status, error: error?.message ?? null });
    return error ? Promise.reject(error) : Promise.resolve(ended);
  };
  const ports = {
    experiments: store.experiments,
    runs: store.runs,
    training: {
      startSeed: ({ config }: ExperimentRecord, seed: number) =>
        finish(store.runs.create({ dataset, snapshot, config: { ...config, seed }, versions: {}, experiment })),
      resume: (run: string) => finish(store.runs.get(run)),
    },
  };
  const completed: string[] = [];
  const hooks: SeedHooks = {
    trainOne: (_, train) => train({} as TrainingOptions),
    complete: (_, run) => Promise.resolve(completed.push(run)),
  };
  return { store, experiment, trained, completed, run: () => trainSeeds(experiment, ports, hooks) };
}

describe('training the seeds of an experiment', () => {
  test('a seed that fails does not stop the others; the next time only it is trained, and figures that are missing are computed', async () => {
    const ends: Record<number, AppError> = { 2: new AppError('bad-request', 'Training diverged.') };
    const { experiment, trained, completed, store, run } = experimentWith(ends);
    await expect(run()).rejects.toThrow('Seed 2 of experiment 1 failed; 2 others ended without an error. Training diverged.');
    expect(trained).toEqual(['r1 seed 1', 'r2 seed 2', 'r3 seed 3']);
    delete ends[2];
    await run();
    expect(trained.slice(3)).toEqual(['r2 seed 2']);
    expect(completed).toEqual(['r1', 'r3']); // they have no test metrics
    expect(store.experiments.runsOf(experiment)).toHaveLength(3);
  });

  test.each(['cancelled', 'compute-lost', 'disk-full'] as const)('%s ends the experiment, which keeps the finished seeds', async (code) => {
    const { trained, run } = experimentWith({ 2: new AppError(code, 'No.') });
    await expect(run()).rejects.toMatchObject({ code });
    expect(trained).toEqual(['r1 seed 1', 'r2 seed 2']);
  });

  test('a seed whose run was removed is not trained again', async () => {
    const { trained, store, run } = experimentWith({ 1: new AppError('bad-request', 'No.') });
    await run().catch(() => undefined);
    store.runs.remove('r1');
    trained.length = 0;
    await run();
    expect(trained).toEqual([]);
  });
});

test('the progress of a job counts seeds, and its time left includes those that follow', () => {
  const shown: Partial<JobProgress>[] = [];
  let ms = 0;
  const progress = new SeedProgress(
    { signal: new AbortController().signal, setSubject: () => undefined, progress: (p) => void shown.push(p) },
    () => ms,
  );
  const first = progress.contextOf({ seed: 7, index: 0, of: 3 });
  first.progress({ done: 3, total: 900, text: 'Reading images: 3 of 900' });
  expect(shown.at(-1)).toEqual({ text: 'Seed 7 (1 of 3): Reading images: 3 of 900' });
  ms = 20_000;
  first.progress({ done: 1, total: 4, text: 'Epoch 2 of 4', secondsLeft: 40, imagesPerSecond: 5 });
  expect(shown.at(-1)).toEqual({ text: 'Seed 7 (1 of 3): Epoch 2 of 4', done: 0.25, secondsLeft: 40 + 2 * 60, imagesPerSecond: 5 });
  ms = 30_000;
  progress.contextOf({ seed: 8, index: 1, of: 3 }).progress({ done: 1, total: 4, text: 'Epoch 2 of 4', secondsLeft: 4 });
  expect(shown.at(-1)).toEqual({ text: 'Seed 8 (2 of 3): Epoch 2 of 4', done: 1.25, secondsLeft: 4 + 30 });
});
