import type { Calibration, RunRecord } from '../../../shared/run.ts';
import { fitCalibration } from './calibrate.ts';
import type { PairUnits } from './units.ts';

/** The fields of a run's record that are computed from validation pairs. */
export type ValidationSummary = Required<Pick<RunRecord, 'validDistances' | 'warnings'>> & { calibration: Calibration };

/**
 * Threshold, calibration, sorted distances and the calibration's warning from validation pairs; other findings are derived from these
 * (src/main/domain/lint/run.ts). `distances`, `labels` [N]. Throws as chooseThreshold does.
 */
export function summariseValidation(distances: readonly number[], labels: ArrayLike<number>, units: PairUnits): ValidationSummary {
  const { calibration, warning } = fitCalibration(distances, labels, units);
  const distancesOf = (label: 0 | 1): number[] => distances.filter((_, i) => labels[i] === label).sort((a, b) => a - b);
  return { calibration, validDistances: { same: distancesOf(0), different: distancesOf(1) }, warnings: warning === null ? [] : [warning] };
}
