import type { EpochRow, RunRecord } from '../../shared/run.ts';

/**
 * The run with the row of an epoch that just ended. A row that is there already stays (the run may have been loaded after the epoch
 * ended). Null where an epoch before it is missing: an event was lost, and the run must be loaded again.
 */
export function appendEpoch<R extends Pick<RunRecord, 'epochs' | 'bestEpoch'>>(run: R, row: EpochRow): R | null {
  if (row.epoch <= run.epochs.length) return run;
  if (row.epoch > run.epochs.length + 1) return null;
  return { ...run, epochs: [...run.epochs, row], bestEpoch: row.best ? row.epoch : run.bestEpoch };
}
