import { aucText, percentText, threeDigits } from '../format.ts';
import type { Metric } from './curves.ts';

/** A curve value as text; a dash for null. */
export function valueText(metric: Metric, value: number | null): string {
  if (value === null) return '–';
  switch (metric) {
    case 'loss':
      return threeDigits(value);
    case 'auc':
      return aucText(value);
    case 'accuracy':
      return percentText(value);
  }
}
