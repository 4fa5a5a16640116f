import { aucText, percentText, settingText } from '../../../shared/format.ts';
import type { Metric } from './curves.ts';

/** A value of a curve as a person reads it; a dash where there is none. */
export function valueText(metric: Metric, value: number | null): string {
  if (value === null) return '–';
  switch (metric) {
    case 'loss':
      return settingText(value);
    case 'auc':
      return aucText(value);
    case 'accuracy':
      return percentText(value);
  }
}
