import type { ComparisonRow } from '../../../shared/comparison.ts';
import { AppError, asAppError } from '../../../shared/errors.ts';
import { savedChoice } from '../../../shared/maps/run-scale.ts';
import { api } from '../../client/api.ts';
import { runs } from '../../client/runs.svelte.ts';

/** Measures the colour scales that the maps of a report use, as jobs with progress, before its page is built. */
export class ReportScales {
  /** The run whose scale is being measured. */
  run = $state<string | null>(null);
  private measuring: Promise<void> | null = null;

  /** Calls at the same time share the measurement. Throws AppError 'cancelled'; after another failure the page says that the scale is not known. */
  async measure(rows: readonly (ComparisonRow | null)[]): Promise<void> {
    await (this.measuring ??= this.measureMissing(rows).finally(() => {
      this.measuring = null;
      this.run = null;
    }));
  }

  private async measureMissing(rows: readonly (ComparisonRow | null)[]): Promise<void> {
    const missing = rows.filter((row) => row !== null && !row.runScale && savedChoice(row) === 'run' && hasNetwork(row)) as ComparisonRow[];
    const choices = missing.map(({ run, method, layer }) => ({ run, method, layer }));
    for (const { run, method, layer } of choices.filter((one, i) => choices.findIndex((other) => isEqual(one, other)) === i)) {
      this.run = run;
      try {
        await api.call('compare.mapScale', { run, method, layer });
      } catch (error) {
        if (asAppError(error).code === 'cancelled') throw new AppError('cancelled', 'Measuring the colour scale of its maps was cancelled.');
      }
    }
  }
}

const isEqual = (a: object, b: object): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Whether the run still has the network that explained the comparison; it has another after it was resumed. */
const hasNetwork = ({ run, modelSha256 }: ComparisonRow): boolean => runs.byId(run)?.modelSha256 === modelSha256;
