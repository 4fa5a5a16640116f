import { SvelteSet } from 'svelte/reactivity';
import { type AppError, asAppError } from '../../../shared/errors.ts';
import type { ComparisonRow } from '../../../shared/comparison.ts';
import { pairKey } from '../../../shared/explanation-methods.ts';
import { api } from '../../client/api.ts';
import { requestExplanation, keyOf, updateCachedRow, type ExplainedPair, type ExplainRequest } from './explanation-cache.ts';

export type ScaleStatus = 'idle' | 'measuring' | 'failed' | 'cancelled';

/** Scales whose measuring a person cancelled, by run, method and layer: measured again only on request. */
const cancelledScales = new SvelteSet<string>();
const scaleKey = ({ run, method, layer }: ComparisonRow): string => JSON.stringify([run, method, layer]);

/** The explanation of one pair by one run and its loading state. */
export class Explanation {
  current = $state.raw<ExplainedPair | null>(null);
  status = $state<'idle' | 'working' | 'ready' | 'failed' | 'cancelled'>('idle');
  error = $state.raw<AppError | null>(null);
  /** Share of a long explanation that is done, 0..1; null: unknown. */
  share = $state<number | null>(null);
  /** Of the run's map scale, while the pair's row lacks it. */
  scaleStatus = $state<ScaleStatus>('idle');
  private controller: AbortController | null = null;
  private loading: Promise<ExplainedPair> | null = null; // of the last request
  private awaited: AbortController | null = null; // of a pair that a note waits for
  private lastKey = '';

  /** Retries after a failure or cancellation. */
  retry(request: ExplainRequest | null, keep = false): Promise<void> {
    this.lastKey = '';
    return this.load(request, keep);
  }

  /**
   * Loads a pair, or none. Repeating the last request does nothing, so that an effect never retries a failure.
   * `keep`: show the old explanation until the new one is loaded.
   */
  async load(request: ExplainRequest | null, keep = false): Promise<void> {
    const key = request ? keyOf(request) : '';
    if (key === this.lastKey) return;
    if (this.controller !== this.awaited) this.controller?.abort();
    this.loading = null;
    this.controller = null; // its late answer changes nothing
    this.lastKey = key;
    this.error = null;
    if (!keep) this.current = null;
    if (!request) {
      this.current = null;
      this.status = 'idle';
      return;
    }
    const controller = (this.controller = new AbortController());
    this.status = 'working';
    this.share = null;
    const awaitedPair = 'run' in request ? pairKey(request) : null;
    const stop = api.on('explaining', ({ pair, done, total }) => {
      if (pair === awaitedPair && this.controller === controller) this.share = done / total;
    });
    try {
      const found = await (this.loading = requestExplanation(request, controller.signal));
      if (this.controller !== controller) return;
      this.current = found;
      this.status = 'ready';
      void this.addScale(found.row);
    } catch (error) {
      if (this.controller !== controller) return;
      this.error = asAppError(error);
      this.status = this.error.code === 'cancelled' ? 'cancelled' : 'failed';
    } finally {
      stop();
    }
  }

  /** Asks for the scale of the run's maps if the row lacks it. The pair is shown meanwhile, in its own scale. */
  private async addScale(row: ComparisonRow): Promise<void> {
    const { comparison, run, method, layer, runScale } = row;
    this.scaleStatus = !runScale && cancelledScales.has(scaleKey(row)) ? 'cancelled' : 'idle';
    if (runScale || this.scaleStatus === 'cancelled') return;
    this.scaleStatus = 'measuring';
    let status: ScaleStatus = 'idle';
    try {
      await api.call('compare.mapScale', { run, method, layer });
      if (this.current?.row.comparison === comparison) await this.refresh();
    } catch (error) {
      status = asAppError(error).code === 'cancelled' ? 'cancelled' : 'failed'; // the pair's own scale stays; the failed job has the reason
      if (status === 'cancelled') cancelledScales.add(scaleKey(row));
    }
    if (this.current?.row.comparison === comparison) this.scaleStatus = status;
  }

  /** Measures the scale again, after a failure or cancellation. */
  async measureScale(): Promise<void> {
    const row = this.current?.row;
    if (!row) return;
    cancelledScales.delete(scaleKey(row));
    await this.addScale(row);
  }

  /** The pair that is being loaded, also if another is opened meanwhile; null if there is none. Rejects as loading does. */
  async pending(): Promise<ExplainedPair | null> {
    this.awaited = this.controller;
    return await this.loading;
  }

  cancel(): void {
    this.controller?.abort();
  }

  /** Reads the shown row again, after a change of its data set. */
  async refresh(): Promise<void> {
    const comparison = this.current?.row.comparison;
    if (comparison !== undefined) this.replace(await api.call('compare.get', { comparison }));
  }

  /** Adds the stored check and flip test to the shown comparison. Its other fields stay: the person may be changing them. */
  async addResults(comparison: string): Promise<void> {
    const lacks = (row: ComparisonRow | undefined): row is ComparisonRow => row?.comparison === comparison && !(row.check && row.flip);
    if (!lacks(this.current?.row)) return;
    const { check, flip } = await api.call('compare.get', { comparison });
    const row = this.current?.row;
    if (lacks(row) && ((check && !row.check) || (flip && !row.flip))) this.replace({ ...row, ...(check && { check }), ...(flip && { flip }) });
  }

  /** Replaces the row after a change of its judgement, note or saved state. */
  replace(row: ComparisonRow): void {
    if (this.current?.row.comparison === row.comparison) this.current = { ...this.current, row };
    updateCachedRow(row);
  }
}
