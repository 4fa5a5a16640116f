import { certaintyAt, isNearThreshold, similarityOf } from '../../../shared/calibration.ts';
import type { Verdict } from '../../../shared/comparison.ts';
import type { Calibration } from '../../../shared/run.ts';
import { verdictOf } from './threshold.ts';

/** What a run says of two images. */
export interface JudgedDistance {
  verdict: Verdict;
  similarity: number; // 0..1
  certainty: { low: number; high: number } | null; // 95 % interval of the similarity; null for a curve of an older version
  nearThreshold: boolean;
}

/** Verdict and similarity at a distance. Throws AppError 'bad-request' for one that is not finite. */
export function judgeDistance(distance: number, calibration: Calibration): JudgedDistance {
  const verdict = verdictOf(distance, calibration.threshold);
  const certainty = certaintyAt(distance, calibration);
  return {
    verdict,
    similarity: similarityOf(distance, calibration),
    nearThreshold: isNearThreshold(distance, calibration.threshold, calibration),
    certainty: certainty && { low: certainty.low, high: certainty.high },
  };
}
