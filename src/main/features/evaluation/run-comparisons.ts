import { LRUCache } from 'lru-cache';
import { relationKey, relationOf } from '../../../shared/pair-relation.ts';
import { AppError } from '../../../shared/errors.ts';
import type { RunRecord } from '../../../shared/run.ts';
import { type Incomparable, type RunDifference, testMetrics, whyIncomparable } from '../../../shared/run-comparison.ts';
import type { PairedComparison } from '../../../shared/run-difference.ts';
import { runNumber } from '../../../shared/run-words.ts';
import type { Counted } from '../../compute/protocol/protocol.ts';
import { unitsOfPairs } from '../../domain/evaluate/units.ts';
import { unpackPairs } from '../../domain/pairs/packed.ts';
import { assertDone, networkKey, type Evaluation, whyNotDone } from './evaluation.ts';
import { pairKey } from './pair-key.ts';
import type { EvaluationPorts } from './ports.ts';

const CACHED = 64; // comparisons; a screen shows at most a few
const SEED = 1; // of the resamples: the same comparison gives the same interval

interface ComparisonOptions {
  signal: AbortSignal;
  onProgress?: ((p: Counted & { text: string }) => void) | undefined;
}

/** Compares runs on the test pairs that they share. */
export class RunComparisons {
  private readonly ports: Pick<EvaluationPorts, 'runs' | 'pairDistances' | 'splitRows' | 'compute'>;
  private readonly evaluation: Pick<Evaluation, 'evaluateBoth'>;
  private readonly cache = new LRUCache<string, PairedComparison>({ max: CACHED });

  constructor(ports: Pick<EvaluationPorts, 'runs' | 'pairDistances' | 'splitRows' | 'compute'>, evaluation: Pick<Evaluation, 'evaluateBoth'>) {
    this.ports = ports;
    this.evaluation = evaluation;
  }

  /** The first run beside each of the others, or why the figures can't be compared. Reads no images. Throws AppError 'not-found' or 'cancelled'. */
  async differences(ids: readonly string[], signal: AbortSignal): Promise<RunDifference[]> {
    const [first, ...others] = ids.map((id) => this.ports.runs.get(id));
    const found: RunDifference[] = [];
    for (const other of others) {
      const unfinished = whyNotDone(first) ?? whyNotDone(other);
      const incomparable = unfinished === null ? whyIncomparable(first, other) : { problem: unfinished, evaluate: [] };
      const comparison = incomparable ?? (await this.compareStored(other, first, { signal }));
      found.push({ run: other.run, ...('problem' in comparison ? { comparison: null, ...comparison } : { comparison }) });
    }
    return found;
  }

  /**
   * Two runs on test pairs; evaluates those first whose distances are missing. Throws AppError 'bad-request' for an unfinished run or if they
   * can't be compared, before it evaluates where that is known before, and as evaluate does.
   */
  async compare(a: string, b: string, { signal, onProgress }: ComparisonOptions): Promise<PairedComparison> {
    if (a === b) throw new AppError('bad-request', `Run ${runNumber(a)} can’t be compared with itself. Name another run.`, { runs: [a, b] });
    const never = whyNever(this.ports.runs.get(a), this.ports.runs.get(b));
    if (never !== null) throw this.refusal(a, b, never);
    for (const id of [a, b]) assertDone(this.ports.runs.get(id));
    for (const id of [a, b]) {
      const run = this.ports.runs.get(id);
      const rows = await this.ports.splitRows(run.dataset, 'test', relationOf(run.config));
      const test = testMetrics(run);
      if (test?.pairSet === rows.pairSet && this.storedDistances(run, pairKey(rows))) continue;
      const onRead = ({ done, total }: Counted): void =>
        onProgress?.({ done, total, text: `Evaluating run ${runNumber(id)}: image ${done} of ${total}` });
      await this.evaluation.evaluateBoth(id, { signal, onProgress: onRead });
    }
    const [first, second] = [this.ports.runs.get(a), this.ports.runs.get(b)];
    const onResample = ({ done, total }: Counted): void => onProgress?.({ done, total, text: `Resampling: ${done} of ${total}` });
    const comparison = whyIncomparable(first, second) ?? (await this.compareStored(first, second, { signal, onProgress: onResample }));
    if (!('problem' in comparison)) return comparison;
    throw this.refusal(a, b, comparison.problem);
  }

  private refusal(a: string, b: string, problem: string): AppError {
    return new AppError('bad-request', `Runs ${runNumber(a)} and ${runNumber(b)} can’t be compared. ${problem}`, { runs: [a, b] });
  }

  /** From stored distances; the problem if they are not stored, or of other pairs than the data set has now. */
  private async compareStored(
    a: RunRecord,
    b: RunRecord,
    o: { signal: AbortSignal; onProgress?: (p: Counted) => void },
  ): Promise<PairedComparison | Incomparable> {
    const rows = await this.ports.splitRows(a.dataset, 'test', relationOf(a.config));
    const key = pairKey(rows);
    const stored = [a, b].map((run) => (testMetrics(run)?.pairSet === rows.pairSet ? this.storedDistances(run, key) : null));
    const missing = [a, b].filter((_, i) => stored[i] === null).map(({ run }) => run);
    if (missing.length > 0) return { problem: 'Not all of these runs were evaluated on today’s test pairs.', evaluate: missing };
    const [judgedA, judgedB] = [a, b].map((run, i) => ({ distances: stored[i]!, threshold: testMetrics(run)!.threshold }));
    const cacheKey = JSON.stringify([networkKey(a), judgedA.threshold, networkKey(b), judgedB.threshold, key]);
    const cached = this.cache.get(cacheKey);
    if (cached) return cached;
    const pairs = unpackPairs(rows.pairs);
    const comparison = await this.ports.compute.ask(
      'compareOnPairs',
      {
        a: judgedA,
        b: judgedB,
        labels: Uint8Array.from(pairs, ({ label }) => label),
        units: unitsOfPairs(pairs, rows.images.ids, rows.units),
        seed: SEED,
      },
      o,
    );
    this.cache.set(cacheKey, comparison);
    return comparison;
  }

  private storedDistances(run: RunRecord, pairs: string): Float64Array | null {
    const key = networkKey(run);
    return key && this.ports.pairDistances.get(key, pairs);
  }
}

/** Why an evaluation would not help to compare two runs; null if it may. */
function whyNever(a: RunRecord, b: RunRecord): string | null {
  if (relationKey(relationOf(a.config)) !== relationKey(relationOf(b.config)))
    return 'They mean different things by “same”, so their test pairs differ.';
  const incomparable = whyIncomparable({ ...a, metrics: [] }, { ...b, metrics: [] })!;
  return incomparable.evaluate.length === 0 ? incomparable.problem : null;
}
