import { aucText } from './format.ts';
import type { RunRecord } from './run.ts';
import { testMetrics } from './run-comparison.ts';

/** An AUC in a list of runs. */
export interface ListedAuc {
  auc: number; // 0..1
  isOlder: boolean; // of the pairs of an older version, so it is not that of a run of this version on today's pairs
}

/** The recipe of the validation pairs that older versions trained with (RunConfig.pairRecipe). */
const OLDER_RECIPE = 1;

/**
 * The AUC on validation pairs: of the run's evaluation on stored pairs if there is one, as in reports, else of the best epoch on the pairs that
 * it was trained with. While a run is being trained, that of the best epoch. Null before the first epoch.
 */
export function validationAuc({
  status,
  metrics,
  epochs,
  bestEpoch,
  config,
}: Pick<RunRecord, 'status' | 'metrics' | 'epochs' | 'bestEpoch'> & { config: Pick<RunRecord['config'], 'pairRecipe'> }): ListedAuc | null {
  const evaluated = metrics.find(({ split }) => split === 'valid');
  if (status !== 'running' && evaluated?.pairSet !== undefined) return { auc: evaluated.auc, isOlder: false };
  const best = epochs.find(({ epoch }) => epoch === bestEpoch);
  return best ? { auc: best.aucValid, isOlder: trainedOnOlderPairs(config) } : null;
}

/** The AUC on test pairs; null before the evaluation. */
export function listedTestAuc(run: Pick<RunRecord, 'metrics'>): ListedAuc | null {
  const test = testMetrics(run);
  return test ? { auc: test.auc, isOlder: test.pairSet === undefined } : null;
}

/** Whether the epochs' validation figures are on the pairs of an older version. */
export const trainedOnOlderPairs = ({ pairRecipe }: Pick<RunRecord['config'], 'pairRecipe'>): boolean => pairRecipe === OLDER_RECIPE;

/** "0.932", or "0.932 (older pairs)". */
export const listedAucText = ({ auc, isOlder }: ListedAuc): string => (isOlder ? `${aucText(auc)} (older pairs)` : aucText(auc));

/** Beside curves of epochs on older pairs. */
export const OLDER_CURVES =
  'Validation figures of the epochs are on the pairs of an older version, so they differ from figures on today’s validation pairs.';
