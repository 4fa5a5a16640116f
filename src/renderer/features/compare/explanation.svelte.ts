import { type AppError, asAppError } from '../../../shared/errors.ts';
import type { ComparisonRow } from '../../../shared/explore.ts';
import { requestExplanation, keyOf, updateCachedRow, type Explained, type ExplainRequest } from './explanation-cache.ts';

/** One pair under one run: asked for, being computed, there, or failed. */
export class Explanation {
  current = $state.raw<Explained | null>(null);
  status = $state<'idle' | 'working' | 'ready' | 'failed' | 'cancelled'>('idle');
  error = $state.raw<AppError | null>(null);
  private controller: AbortController | null = null;
  private wanted = '';

  /** Once more, after a failure or when it was cancelled. */
  again(request: ExplainRequest | null, keep = false): Promise<void> {
    this.wanted = '';
    return this.ask(request, keep);
  }

  /** Asks for a pair, or for none; for what was asked last it does nothing, so that an effect never tries a failure again by itself. While the same images are explained anew, what is shown stays. */
  async ask(request: ExplainRequest | null, keep = false): Promise<void> {
    const key = request ? keyOf(request) : '';
    if (key === this.wanted) return;
    this.controller?.abort();
    this.wanted = key;
    this.error = null;
    if (!keep) this.current = null;
    if (!request) {
      this.current = null;
      this.status = 'idle';
      return;
    }
    const controller = (this.controller = new AbortController());
    this.status = 'working';
    try {
      const found = await requestExplanation(request, controller.signal);
      if (this.controller !== controller) return;
      this.current = found;
      this.status = 'ready';
    } catch (error) {
      if (this.controller !== controller) return;
      const known = asAppError(error);
      this.error = known;
      this.status = known.code === 'cancelled' ? 'cancelled' : 'failed';
    }
  }

  cancel(): void {
    this.controller?.abort();
  }

  /** The stored row has changed: judged, noted, saved. */
  replace(row: ComparisonRow): void {
    if (this.current?.row.comparison === row.comparison) this.current = { ...this.current, row };
    updateCachedRow(row);
  }
}
