import { aucText, distanceText, durationText } from '../../../shared/format.ts';
import { differenceText } from '../../../shared/difference-words.ts';
import type { TermName } from '../../../shared/glossary.ts';
import { hasEpochs } from '../../../shared/losses.ts';
import { aucIntervalText, shareWithInterval } from '../../../shared/interval-words.ts';
import type { Interval, Metrics, RunRow } from '../../../shared/run.ts';
import { type RunDifference, testMetrics, whyIncomparable } from '../../../shared/run-comparison.ts';
import type { Estimate } from '../../../shared/structure.ts';

export interface ResultLine {
  name: string;
  term?: TermName;
  values: string[]; // one per run
}

const NONE = '–';
const withInterval = (value: string, interval: Interval | undefined, text: (interval: Interval) => string): string =>
  interval ? `${value} (${text(interval)})` : value;

/**
 * The results of several runs side by side. `recall`: by run. Figures on test pairs of a run that can't be compared with the first one are left out: beside
 * those of other pairs they would mislead.
 */
export function resultLines(
  runs: readonly RunRow[],
  differences: readonly RunDifference[],
  recall: Readonly<Record<string, Estimate>> = {},
): ResultLine[] {
  const [first] = runs;
  if (!first) return [];
  const figures = (text: (test: Metrics, run: RunRow) => string): string[] =>
    runs.map((run) => {
      const test = testMetrics(run);
      return test && (run === first || whyIncomparable(first, run) === null) ? text(test, run) : NONE;
    });
  const differenceTo = ({ run }: RunRow): string => {
    const found = differences.find((d) => d.run === run)?.comparison;
    return found ? differenceText(found.difference) : NONE;
  };
  const lines: ResultLine[] = [
    { name: 'AUC on test pairs', term: 'AUC', values: figures((m) => withInterval(aucText(m.auc), m.intervals?.auc, aucIntervalText)) },
    { name: 'Difference to the first', values: runs.map((run) => (run === first ? NONE : differenceTo(run))) },
    {
      name: 'AUC before training',
      term: 'Baseline',
      values: figures(({ baseline }) =>
        baseline && 'auc' in baseline ? withInterval(aucText(baseline.auc), baseline.interval, aucIntervalText) : NONE,
      ),
    },
    {
      name: 'Gain by training',
      values: figures(({ baseline }) => (baseline && 'gain' in baseline ? differenceText(baseline.gain) : NONE)),
    },
    {
      name: 'Equal error rate',
      term: 'Equal error rate',
      values: figures((m) => shareWithInterval(m.eer, m.intervals?.eer)),
    },
    { name: 'Accuracy', values: figures((m) => shareWithInterval(m.accuracy, m.intervals?.accuracy)) },
    {
      name: 'Recall@1 among test images',
      term: 'Recall@k',
      values: figures((_, { run }) => {
        const found = recall[run];
        return found ? shareWithInterval(found.value, found.interval) : NONE;
      }),
    },
    { name: 'Threshold', term: 'Threshold', values: runs.map(({ calibration }) => (calibration ? distanceText(calibration.threshold) : NONE)) },
    {
      name: 'Best epoch',
      values: runs.map(({ config, bestEpoch, epochs }) => (bestEpoch === null || !hasEpochs(config) ? NONE : `${bestEpoch} of ${epochs.length}`)),
    },
    { name: 'Training time', values: runs.map(({ seconds }) => durationText(seconds)) },
  ];
  return lines.filter(({ values }) => values.some((value) => value !== NONE));
}
