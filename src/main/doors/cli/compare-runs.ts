import type { Command } from 'commander';
import { aucText, distanceText } from '../../../shared/format.ts';
import { AppError, asAppError } from '../../../shared/errors.ts';
import { comparisonDetails, differenceSentence } from '../../../shared/difference-words.ts';
import { aucIntervalText } from '../../../shared/interval-words.ts';
import type { RunRecord } from '../../../shared/run.ts';
import { testMetrics } from '../../../shared/run-comparison.ts';
import type { PairedComparison } from '../../../shared/run-difference.ts';
import { epochsText, workspaceOption } from './data.ts';
import { compareExperiments, isExperiment } from './experiments.ts';
import { type Common, addCommonOptions, withServices } from './options.ts';
import { duration, percent, print, ProgressLine } from './output.ts';

interface Found {
  a: string;
  b: string;
  comparison: PairedComparison;
}

/** The first run beside each of the others, once. A run that can't be compared leaves the rest. Throws if none can, and when it is cancelled. */
export async function compareEach(
  first: string,
  others: readonly string[],
  compare: (a: string, b: string) => Promise<PairedComparison>,
): Promise<{ found: Found[]; refused: AppError[] }> {
  const found: Found[] = [];
  const refused: AppError[] = [];
  for (const other of new Set(others)) {
    try {
      found.push({ a: first, b: other, comparison: await compare(first, other) });
    } catch (error) {
      const problem = asAppError(error);
      if (problem.code === 'cancelled') throw error;
      refused.push(problem);
    }
  }
  if (found.length === 0) throw refused[0]!;
  return { found, refused };
}

/** `compare-runs`: two or more runs on the test pairs that they share, each with the first. */
export function addCompareRunsCommand(program: Command): void {
  addCommonOptions(
    program
      .command('compare-runs <run> <others...>')
      .description(
        'compare the results of runs, or the means of two experiments, on the same test pairs; evaluates runs that were not evaluated on them',
      ),
  ).action(async (run: string, others: string[], { workspace, json }: Common) => {
    if ([run, ...others].some(isExperiment)) {
      await compareExperiments({ ...workspaceOption(workspace), ...(json && { json }) }, [run, ...others]);
      return;
    }
    const { runs, comparisons, problems } = await withServices(workspaceOption(workspace), true, `compare-runs ${run}`, async (s, signal) => {
      const line = new ProgressLine();
      const onProgress = ({ text }: { text: string }): void => line.update(text);
      try {
        const { found, refused } = await compareEach(run, others, (a, b) => s.runComparisons.compare(a, b, { signal, onProgress }));
        return { comparisons: found, problems: refused, runs: [run, ...found.map(({ b }) => b)].map((id) => s.store.runs.get(id)) };
      } finally {
        line.end();
      }
    });
    const document = {
      runs: runs.map(figuresOf),
      comparisons: comparisons.map(({ comparison, ...ids }) => ({ ...ids, ...comparison })),
      problems: problems.map(({ message }) => message),
    };
    print(Boolean(json), document, () => [
      ...runs.map(figuresLine),
      ...comparisons.flatMap(({ a, b, comparison }) => [
        differenceSentence(a, b, comparison.difference),
        ...comparisonDetails(a, b, comparison).map((sentence) => `  ${sentence}`),
      ]),
    ]);
    const [first, ...more] = problems;
    if (first) throw new AppError(first.code, [first, ...more].map(({ message }) => message).join(' '), first.details);
  });
}

const figuresOf = (run: RunRecord): object => {
  const { roc: _, ...figures } = testMetrics(run)!;
  return { run: run.run, epochs: run.epochs.length, seconds: run.seconds, ...figures };
};

export function figuresLine(run: RunRecord): string {
  const { auc, intervals, eer, accuracy, threshold } = testMetrics(run)!;
  const interval = intervals ? ` (${aucIntervalText(intervals.auc)})` : '';
  return `${run.run}: AUC ${aucText(auc)}${interval}, EER ${percent(eer)}, accuracy ${percent(accuracy)}, threshold ${distanceText(threshold)}, ${epochsText(run)}, ${duration(run.seconds)}`;
}
