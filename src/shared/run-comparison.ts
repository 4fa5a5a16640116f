import type { Metrics, RunRecord } from './run.ts';
import type { PairedComparison } from './run-difference.ts';
import { runNumber } from './run-words.ts';

type Compared = Pick<RunRecord, 'run' | 'dataset' | 'snapshot' | 'metrics'>;

export const testMetrics = ({ metrics }: Pick<RunRecord, 'metrics'>): Metrics | undefined => metrics.find(({ split }) => split === 'test');

/** Why the figures of two runs on test pairs can't be compared. */
export interface Incomparable {
  problem: string; // a sentence
  evaluate: string[]; // ids of runs whose evaluation may remove the problem
}

/** Null if the figures can be compared: same data set, snapshot and test pairs. */
export function whyIncomparable(first: Compared, other: Compared): Incomparable | null {
  if (first.dataset !== other.dataset) return { problem: 'They are of different data sets.', evaluate: [] };
  if (first.snapshot !== other.snapshot) return { problem: 'The data set was changed between these runs.', evaluate: [] };
  const runs = [first, other];
  const evaluate = (found: readonly Compared[]): string[] => found.map(({ run }) => run);
  const unevaluated = runs.filter((run) => !testMetrics(run));
  if (unevaluated.length > 0)
    return {
      problem: `${namesOf(unevaluated)} ${unevaluated.length > 1 ? 'are' : 'is'} not evaluated on test pairs.`,
      evaluate: evaluate(unevaluated),
    };
  const older = runs.filter((run) => testMetrics(run)?.pairSet === undefined);
  if (older.length > 0)
    return { problem: `${namesOf(older)} ${older.length > 1 ? 'were' : 'was'} evaluated by an older version.`, evaluate: evaluate(older) };
  if (testMetrics(first)?.pairSet === testMetrics(other)?.pairSet) return null;
  return { problem: 'They were evaluated on different test pairs.', evaluate: evaluate(runs) };
}

const namesOf = (runs: readonly Compared[]): string => `${runs.length > 1 ? 'Runs' : 'Run'} ${runs.map(({ run }) => runNumber(run)).join(' and ')}`;

/** A run beside the first one: what it is above it, or why that is unknown. */
export type RunDifference = { run: string; comparison: PairedComparison } | ({ run: string; comparison: null } & Incomparable);
