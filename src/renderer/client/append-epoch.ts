import type { EpochRow, RunRecord } from '../../shared/run.ts';

/**
 * Returns the run with the row of a finished epoch appended. A row that the run already has is ignored: the run may have been loaded
 * after the event was sent. Returns null if an earlier epoch is missing: an event was lost, so the run must be loaded again.
 */
export function appendEpoch<R extends Pick<RunRecord, 'epochs' | 'bestEpoch'>>(run: R, row: EpochRow): R | null {
  if (row.epoch <= run.epochs.length) return run;
  if (row.epoch > run.epochs.length + 1) return null;
  return { ...run, epochs: [...run.epochs, row], bestEpoch: row.best ? row.epoch : run.bestEpoch };
}
