import type { RunRecord } from '../../../shared/run.ts';
import { fitCalibration } from './calibrate.ts';
import { collapseWarning, smallSampleWarning, unreachableMargin } from './warnings.ts';
import type { PairUnits } from './units.ts';

/** The fields of a run's record that are computed from validation pairs. */
export type ValidationSummary = Required<Pick<RunRecord, 'calibration' | 'validDistances' | 'warnings'>>;

/**
 * Threshold, calibration, sorted distances and warnings from validation pairs. `distances`, `labels` [N]. `scale`: the distance that
 * different images are expected to have; `margin`: the one that the loss pushes them to, null if it has none.
 * Throws as chooseThreshold does.
 */
export function summariseValidation(
  distances: readonly number[],
  labels: ArrayLike<number>,
  units: PairUnits,
  { scale, margin }: { scale: number; margin: number | null },
): ValidationSummary {
  const { calibration, warning } = fitCalibration(distances, labels, units);
  const distancesOf = (label: 0 | 1): number[] => distances.filter((_, i) => labels[i] === label).sort((a, b) => a - b);
  const warnings = [
    warning,
    collapseWarning(distances, scale),
    margin === null ? null : unreachableMargin(distances, labels, margin),
    smallSampleWarning('valid', distances.length),
  ];
  return { calibration, validDistances: { same: distancesOf(0), different: distancesOf(1) }, warnings: warnings.filter((w) => w !== null) };
}
