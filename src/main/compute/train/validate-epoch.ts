import { pairDistances, embeddingRows } from '../../domain/evaluate/distances.ts';
import { confusionAt } from '../../domain/evaluate/metrics.ts';
import { aucOf } from '../../domain/evaluate/roc.ts';
import { chooseThreshold } from '../../domain/evaluate/threshold.ts';
import type { TensorMap } from '../../nn/ir/tensor.ts';
import { entryOf } from '../../nn/siamese.ts';
import { embedFrom } from '../embed/embed.ts';
import { specOf } from '../model/checkpoint.ts';
import type { Session } from './session.ts';

interface ValidatedEpoch {
  lossValid: number;
  aucValid: number;
  accuracy: number;
  threshold: number;
  distances: number[];
}

/** Metrics of the validation pairs at the threshold that fits them best. `updated`: the tensors that training updates, after the epoch. */
export async function validateEpoch(session: Session, updated: TensorMap): Promise<ValidatedEpoch> {
  const { config, loss, engine, source, frozen, images: all, validPairs, context } = session;
  const { ids, rowOf } = embeddingRows(validPairs);
  const images = ids.map((id) => all.source(id));
  const params: TensorMap = new Map([...frozen, ...updated]);
  const embeddings = await embedFrom(source, engine, specOf(config), entryOf[config.scope], params, images, context.signal);
  const distances = pairDistances(validPairs, embeddings, config.dim, rowOf);
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
