import { aucText, percentText, threeDigits } from '../format.ts';
import { type CurveRun, type Metric, type Part, PART_WORDS, readout } from './curves.ts';

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

/** The values at an epoch in one line, for screen readers. `single`: the chart has one run, which needs no name. */
export function readoutText(
  runs: readonly CurveRun[],
  metric: Metric,
  { parts, epoch, single }: { parts: readonly Part[]; epoch: number; single: boolean },
): string {
  const lines = readout(runs, metric, parts, epoch).map(
    ({ name, part, value, best }) => `${single ? '' : `${name} `}${PART_WORDS[part]} ${valueText(metric, value)}${best ? ', best epoch' : ''}`,
  );
  return `Epoch ${epoch}. ${lines.join('; ')}`;
}
