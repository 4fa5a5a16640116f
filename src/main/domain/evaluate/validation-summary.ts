import type { RunRecord } from '../../../shared/run.ts';
import { fitCalibration } from './calibrate.ts';
import { chooseThreshold } from './threshold.ts';
import { collapseWarning, smallSampleWarning, unreachableMargin } from './warnings.ts';

/** What validation says of a network. */
export type ValidationSummary = Required<Pick<RunRecord, 'calibration' | 'validDistances' | 'warnings'>>;

/** From the distances of the validation pairs, `distances` and `labels` [N]: the threshold, the calibration, and what to be warned of. */
export function summariseValidation(distances: readonly number[], labels: ArrayLike<number>, margin: number): ValidationSummary {
  const { calibration, warning } = fitCalibration(distances, labels, chooseThreshold(distances, labels));
  const of = (label: 0 | 1): number[] => distances.filter((_, i) => labels[i] === label).sort((a, b) => a - b);
  const warnings = [
    warning,
    collapseWarning(distances, margin),
    unreachableMargin(distances, labels, margin),
    smallSampleWarning('valid', distances.length),
  ];
  return { calibration, validDistances: { same: of(0), different: of(1) }, warnings: warnings.filter((w) => w !== null) };
}
