import type { RunRow } from '../../shared/run.ts';

/** The validation AUC of a run's best epoch, 0..1; null before the first epoch. */
export function bestAuc(run: Pick<RunRow, 'bestEpoch' | 'epochs'>): number | null {
  return run.epochs.find((row) => row.epoch === run.bestEpoch)?.aucValid ?? null;
}

/** The run with the highest validation AUC; the newest of equals. */
export function bestRun<R extends Pick<RunRow, 'bestEpoch' | 'epochs' | 'createdMs'>>(runs: readonly R[]): R | null {
  return runs.toSorted((a, b) => (bestAuc(b) ?? -1) - (bestAuc(a) ?? -1) || b.createdMs - a.createdMs)[0] ?? null;
}
