import type { CurveScale } from '../../../shared/losses.ts';
import type { Calibration, RunRecord } from '../../../shared/run.ts';
import { fitCalibration } from './calibrate.ts';
import type { PairUnits } from './units.ts';

/** The fields of a run's record that are computed from validation pairs. */
export interface ValidationSummary {
  calibration: Calibration;
  validDistances: NonNullable<RunRecord['validDistances']>;
}

/** Threshold, calibration and sorted distances from validation pairs. `distances`, `labels` [N]. Throws as chooseThreshold does. */
export function summariseValidation(
  distances: readonly number[],
  labels: ArrayLike<number>,
  units: PairUnits,
  scale?: CurveScale,
): ValidationSummary {
  const distancesOf = (label: 0 | 1): number[] => distances.filter((_, i) => labels[i] === label).sort((a, b) => a - b);
  return { calibration: fitCalibration(distances, labels, units, scale), validDistances: { same: distancesOf(0), different: distancesOf(1) } };
}
