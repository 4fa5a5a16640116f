import type { Calibration, RunRecord } from '../../../shared/run.ts';
import { similarityOf } from './calibrate.ts';

const BINS = 10;

/**
 * Expected calibration error (Guo et al. 2017, "On calibration of modern neural networks"): in ten bins of similarity of equal width,
 * the difference between the mean similarity and the share of same pairs, averaged over the pairs. 0..1; 0 without pairs.
 * On the pairs that the curve was fitted to it is optimistic.
 */
export function calibrationError({ same, different }: NonNullable<RunRecord['validDistances']>, calibration: Calibration): number {
  const surplus = new Float64Array(BINS); // by bin: sum of similarities − number of same pairs
  const add = (distance: number, isSame: 0 | 1): void => {
    const similarity = similarityOf(distance, calibration);
    surplus[Math.min(BINS - 1, Math.floor(similarity * BINS))] += similarity - isSame;
  };
  for (const distance of same) add(distance, 1);
  for (const distance of different) add(distance, 0);
  const pairs = same.length + different.length;
  return pairs === 0 ? 0 : surplus.reduce((sum, bin) => sum + Math.abs(bin), 0) / pairs;
}
