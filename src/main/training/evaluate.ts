import { AppError } from '../../shared/errors.ts';
import { randomFor } from '../../shared/random.ts';
import type { Metrics, RunRecord } from '../../shared/run.ts';
import { judge } from '../evaluate/metrics.ts';
import { splitDistances } from './distances.ts';
import type { TrainingServices } from './service.ts';

/** Judges a run on the stored pairs of a split, all at once, at the threshold chosen on validation pairs; stores the result. */
export async function evaluateRun(s: TrainingServices, id: string, split: 'test' | 'valid', signal?: AbortSignal): Promise<Metrics> {
  const run = s.store.runs.get(id);
  const { threshold } = calibrationOf(run);
  const { pairs, distances } = await splitDistances(s, run, split, { signal });
  const labels = pairs.map((p) => p.label);
  const metrics = judge(distances, labels, threshold, split, randomFor(run.config.seed, 'bootstrap', split));
  s.store.runs.putMetrics(id, metrics);
  return metrics;
}

export function calibrationOf(run: RunRecord): NonNullable<RunRecord['calibration']> {
  if (run.calibration) return run.calibration;
  throw new AppError(
    'bad-request',
    `Run ${run.run} is not finished (${run.status}), so it has no threshold yet. Resume it with: train ${run.dataset} --resume ${run.run}`,
  );
}
