import type { RunRow } from '../../../shared/run.ts';
import { type RunDifference, testMetrics } from '../../../shared/run-comparison.ts';
import { type Estimate, testRecall } from '../../../shared/structure.ts';
import { asAppError } from '../../../shared/errors.ts';
import { api } from '../../client/api.ts';

/** What the shown runs depend on, so that a new evaluation loads again. */
const keyOf = (runs: readonly RunRow[]): string =>
  JSON.stringify(runs.map((run) => [run.run, run.modelSha256, testMetrics(run)?.pairSet, testMetrics(run)?.threshold, testMetrics(run)?.auc]));

/** The first of several runs beside each of the others, on the test pairs that they share, and the neighbours of each run. */
export class RunDifferences {
  found = $state.raw<readonly RunDifference[]>([]);
  /** Recall@1 of the embeddings among test images, by run; without runs whose neighbours are not measured. */
  recall = $state.raw<Readonly<Record<string, Estimate>>>({});
  error = $state<string | null>(null); // a sentence
  loading = $state(false);
  private key = '';

  /** Loads the differences of these runs, unless they are loaded. Never throws. */
  async load(runs: readonly RunRow[]): Promise<void> {
    const key = keyOf(runs);
    if (key === this.key) return;
    this.key = key;
    this.found = [];
    this.recall = {};
    this.error = null;
    this.loading = true;
    try {
      const [found, recalls] = await Promise.all([
        api.call('runs.differences', { runs: runs.map(({ run }) => run) }),
        Promise.all(runs.map(async ({ run }) => [run, testRecall(await api.call('runs.structure', { run }))] as const)),
      ]);
      if (key !== this.key) return;
      this.found = found;
      this.recall = Object.fromEntries(recalls.flatMap(([run, recall]) => (recall ? [[run, recall] as const] : [])));
    } catch (error) {
      if (key === this.key) this.error = asAppError(error).message;
    } finally {
      if (key === this.key) this.loading = false;
    }
  }
}
