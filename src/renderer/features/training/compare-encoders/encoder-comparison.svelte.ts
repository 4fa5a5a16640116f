import type { CallInput } from '../../../../shared/contract.ts';
import type { EncoderComparisonRow } from '../../../../shared/encoder-comparison.ts';
import { asAppError } from '../../../../shared/errors.ts';
import { api } from '../../../client/api.ts';
import { toast } from '../../../client/toasts.svelte.ts';

export type EncoderQuery = CallInput<'encoders.latest'>;

/** The data set and the meaning of "same" of the choices of a training; null while a file of pairs is missing. */
export function queryOf(dataset: string | null, { same, negatives, pairs }: Readonly<Record<string, unknown>>): EncoderQuery | null {
  if (dataset === null || (same === 'pairs' && pairs === undefined)) return null;
  const chosen = Object.entries({ same, negatives, pairs }).filter(([, value]) => value !== undefined);
  return { dataset, ...Object.fromEntries(chosen) };
}

/** The newest comparison of encoders for a query, loaded again when one was stored. */
export class LatestComparison {
  row = $state.raw<EncoderComparisonRow | null>(null);

  /** Returns the function that ends it. */
  follow(query: EncoderQuery): () => void {
    let isCurrent = true;
    const load = (): void =>
      void api
        .call('encoders.latest', query)
        .then((row) => {
          if (isCurrent) this.row = row;
        })
        .catch((error: unknown) => isCurrent && asAppError(error).code !== 'cancelled' && toast.error(error));
    load();
    const stop = api.on('changed', ({ what, id }) => {
      if ((what === 'encoders' && id === query.dataset) || what === 'datasets') load();
    });
    return () => {
      isCurrent = false;
      stop();
    };
  }
}
