import type { Metrics } from '../run.ts';

/** Where the threshold puts a split on its ROC curve; null where one of the two kinds of pairs is missing. "Different" is positive. */
export function operatingPoint({ confusion: [[tn, fp], [fn, tp]] }: Pick<Metrics, 'confusion'>): { fpr: number; tpr: number } | null {
  return tn + fp > 0 && fn + tp > 0 ? { fpr: fp / (tn + fp), tpr: tp / (fn + tp) } : null;
}
