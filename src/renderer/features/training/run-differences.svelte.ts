import type { RunRow } from '../../../shared/run.ts';
import { type RunDifference, testMetrics } from '../../../shared/run-comparison.ts';
import { asAppError } from '../../../shared/errors.ts';
import { api } from '../../client/api.ts';

/** What the shown runs depend on, so that a new evaluation loads again. */
const keyOf = (runs: readonly RunRow[]): string =>
  JSON.stringify(runs.map((run) => [run.run, run.modelSha256, testMetrics(run)?.pairSet, testMetrics(run)?.threshold, testMetrics(run)?.auc]));

/** The first of several runs beside each of the others, on the test pairs that they share. */
export class RunDifferences {
  found = $state.raw<readonly RunDifference[]>([]);
  error = $state<string | null>(null); // a sentence
  loading = $state(false);
  private key = '';

  /** Loads the differences of these runs, unless they are loaded. Never throws. */
  async load(runs: readonly RunRow[]): Promise<void> {
    const key = keyOf(runs);
    if (key === this.key) return;
    this.key = key;
    this.found = [];
    this.error = null;
    this.loading = true;
    try {
      const found = await api.call('runs.differences', { runs: runs.map(({ run }) => run) });
      if (key === this.key) this.found = found;
    } catch (error) {
      if (key === this.key) this.error = asAppError(error).message;
    } finally {
      if (key === this.key) this.loading = false;
    }
  }
}
