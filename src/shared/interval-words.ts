import { aucText, countNoun, NBSP, percentText, percentTexts } from './format.ts';
import type { Interval, Intervals, Metrics } from './run.ts';

/** Beside figures of an older version, in place of their interval. */
export const NO_INTERVAL = 'Evaluated by an older version, whose intervals were too narrow. Evaluate again to get an interval.';

/** "0.833 to 0.928" */
export const aucIntervalText = ([low, high]: Interval): string => `${aucText(low)} to ${aucText(high)}`;

/** A share 0..1 with its interval, with the same digits: "82.3 % (78.1 % to 86.0 %)"; without an interval the share alone. */
export function shareWithInterval(value: number, interval: Interval | undefined): string {
  if (!interval) return percentText(value);
  const [share, low, high] = percentTexts([value, ...interval]);
  return `${share}${NBSP}(${low} to ${high})`;
}

/** "60 images", "1 group" */
export const unitsText = ({ over, units }: Pick<Intervals, 'over' | 'units'>): string => countNoun(units, over === 'groups' ? 'group' : 'image');

/** "over 60 images" */
export const overText = (of: Pick<Intervals, 'over' | 'units'>): string => `over ${unitsText(of)}`;

/** How the intervals of figures were computed, for a report. `metrics`: of one or several splits. */
export function intervalNote(metrics: readonly Metrics[]): string {
  const units = new Set(metrics.flatMap(({ intervals }) => intervals?.over ?? []));
  if (units.size === 0) return NO_INTERVAL;
  const unit = [...units].join(' or ');
  const old = metrics.some(({ intervals }) => intervals === undefined) ? ` Figures without an interval: ${NO_INTERVAL}` : '';
  const perfect = metrics.some(({ auc, intervals }) => intervals && auc >= 0.99)
    ? ' An AUC of 0.99 or more is less certain than its interval says: it depends on few images.'
    : '';
  return `Intervals (95 %) are over ${unit}: pairs that share one are not independent. They hold for new ${unit} of the same kind, for this network at this threshold.${perfect}${old}`;
}
