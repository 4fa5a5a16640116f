import { AppError, asAppError, type ErrorCode } from '../../../shared/errors.ts';
import type { ExperimentRecord } from '../../../shared/experiment.ts';
import { experimentNumber } from '../../../shared/experiment-words.ts';
import { countNoun, listText } from '../../../shared/format.ts';
import type { RunRecord } from '../../../shared/run.ts';
import type { ExperimentStore } from '../../db/experiments.ts';
import type { RunStore } from '../../db/runs.ts';
import type { Training, TrainingOptions } from './training.ts';

/** A seed of an experiment that is being trained. */
export interface SeedStep {
  seed: number;
  index: number; // among the seeds, from 0
  of: number; // seeds
}

/** What a caller does with each seed. */
export interface SeedHooks {
  /** Trains a seed by calling `train` and computes its figures. */
  trainOne(step: SeedStep, train: (o: TrainingOptions) => Promise<RunRecord>): Promise<unknown>;
  /** Computes the figures of a seed whose training ended without them. */
  complete(step: SeedStep, run: string): Promise<unknown>;
}

export interface SeedPorts {
  experiments: Pick<ExperimentStore, 'get' | 'runsOf'>;
  runs: Pick<RunStore, 'get'>;
  training: Pick<Training, 'startSeed' | 'resume'>;
}

/** Errors that another seed would meet, too. */
const OF_ALL_SEEDS: ReadonlySet<ErrorCode> = new Set([
  ...(['cancelled', 'compute-lost', 'disk-full', 'workspace', 'busy', 'offline'] as const),
  ...(['not-found', 'bad-dataset', 'bad-image', 'bad-weights'] as const),
]);

/**
 * Trains the seeds of an experiment that are not finished, one after the other, in their order: resumes those that were started and creates
 * the others. Seeds whose run was removed are left out. A seed that fails does not stop the others. Throws the error of a failure that other
 * seeds would meet, too, at once, and AppError 'bad-request' at the end if some failed alone.
 */
export async function trainSeeds(id: string, ports: SeedPorts, hooks: SeedHooks): Promise<void> {
  const experiment = ports.experiments.get(id);
  const failed: { seed: number; message: string }[] = [];
  for (const [index, seed] of experiment.seeds.entries()) {
    const step = { seed, index, of: experiment.seeds.length };
    try {
      await trainSeed(experiment, step, ports, hooks);
    } catch (error) {
      const failure = asAppError(error);
      if (OF_ALL_SEEDS.has(failure.code) || runOfSeed(experiment, seed, ports)?.run.status !== 'failed') throw error;
      failed.push({ seed, message: failure.message });
    }
  }
  if (failed.length === 0) return;
  const name = `experiment ${experimentNumber(id)}`;
  const seeds = failed.map(({ seed }) => String(seed));
  const rest = experiment.seeds.length - failed.length;
  throw new AppError(
    'bad-request',
    `${failed.length === 1 ? 'Seed' : 'Seeds'} ${listText(seeds)} of ${name} failed; ${rest === 0 ? 'no seed is trained' : `${countNoun(rest, 'other')} ended without an error`}. ${failed[0]!.message}`,
    { experiment: id, seeds },
  );
}

async function trainSeed(experiment: ExperimentRecord, step: SeedStep, ports: SeedPorts, hooks: SeedHooks): Promise<void> {
  const known = runOfSeed(experiment, step.seed, ports);
  if (known === null) {
    await hooks.trainOne(step, (o) => ports.training.startSeed(experiment, step.seed, o));
    return;
  }
  const { run, removed } = known;
  if (removed) return;
  if (run.status !== 'done') await hooks.trainOne(step, (o) => ports.training.resume(run.run, {}, o));
  else if (!run.metrics.some(({ split }) => split === 'test')) await hooks.complete(step, run.run);
}

/** The run of a seed, whether it is removed or not; null if it was not started. */
function runOfSeed(
  { experiment }: Pick<ExperimentRecord, 'experiment'>,
  seed: number,
  { experiments, runs }: SeedPorts,
): { run: RunRecord; removed: boolean } | null {
  for (const { run: id, removed } of experiments.runsOf(experiment)) {
    const run = runs.get(id);
    if (run.config.seed === seed) return { run, removed };
  }
  return null;
}
