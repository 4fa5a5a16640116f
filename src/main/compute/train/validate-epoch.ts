import type { Pair } from '../../../shared/dataset.ts';
import { pairDistances, embeddingRows } from '../../domain/evaluate/distances.ts';
import { confusionAt } from '../../domain/evaluate/metrics.ts';
import { aucOf } from '../../domain/evaluate/roc.ts';
import { chooseThreshold } from '../../domain/evaluate/threshold.ts';
import type { TensorMap } from '../../nn/ir/tensor.ts';
import { entryOf, specOf } from '../../nn/siamese.ts';
import { embedFrom } from '../embed/embed.ts';
import type { Session } from './session.ts';

interface ValidatedEpoch {
  lossValid: number;
  aucValid: number;
  accuracy: number;
  threshold: number;
  distances: number[];
}

/** Distances of pairs [pairs]. `updated`: the tensors that training updates. */
export async function distancesOf(session: Session, updated: TensorMap, pairs: readonly Pair[]): Promise<Float64Array> {
  const { config, engine, source, frozen, images: all, context } = session;
  const { ids, rowOf } = embeddingRows(pairs);
  const images = ids.map((id) => all.source(id));
  const params: TensorMap = new Map([...frozen, ...updated]);
  const embeddings = await embedFrom(source, engine, specOf(config), entryOf[config.scope], params, images, context.signal);
  return pairDistances(pairs, embeddings, rowOf);
}

/** Metrics of the validation pairs at the threshold that fits them best. `updated`: the tensors that training updates, after the epoch. */
export async function validateEpoch(session: Session, updated: TensorMap): Promise<ValidatedEpoch> {
  const { config, loss, validPairs } = session;
  const distances = await distancesOf(session, updated, validPairs);
  const labels = validPairs.map((p) => p.label);
  const threshold = chooseThreshold(distances, labels);
  return {
    lossValid: loss.ofPairs(distances, labels, config),
    aucValid: aucOf(distances, labels),
    accuracy: accuracyAt(distances, labels, threshold),
    threshold,
    distances: [...distances],
  };
}

export function accuracyAt(distances: ArrayLike<number>, labels: ArrayLike<number>, threshold: number): number {
  const [[tn], [, tp]] = confusionAt(distances, labels, threshold);
  return (tn + tp) / distances.length;
}
