import { AppError } from '../../../shared/errors.ts';
import type { Metrics, RunRecord } from '../../../shared/run.ts';
import type { Workspace } from '../../foundation/workspace.ts';
import { pairsRequest } from './distances.ts';
import { refuseOutdated } from './network.ts';
import type { TrainingServices } from './service.ts';

/** Judges a run on the stored pairs of a split, all at once, at the threshold chosen on validation pairs; stores the result. */
export async function evaluateRun(s: TrainingServices, id: string, split: 'test' | 'valid', signal?: AbortSignal): Promise<Metrics> {
  const run = s.store.runs.get(id);
  const { threshold } = calibrationOf(s.workspace, run);
  const metrics = await s.compute.ask('judge', { ...(await pairsRequest(s, run, split)), threshold, split }, { signal });
  s.store.runs.putMetrics(id, metrics);
  return metrics;
}

/** Throws AppError 'bad-request' for a run that can't judge: not finished, or its network is of another version. */
export function calibrationOf(workspace: Workspace, run: RunRecord): NonNullable<RunRecord['calibration']> {
  refuseOutdated(workspace, run);
  if (run.calibration) return run.calibration;
  throw new AppError(
    'bad-request',
    `Run ${run.run} is not finished (${run.status}), so it has no threshold yet: resume it, or choose a run that is done.`,
    { run: run.run },
  );
}
