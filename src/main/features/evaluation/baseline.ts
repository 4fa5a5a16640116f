import { hasPatches } from '../../../shared/backbones.ts';
import { asAppError } from '../../../shared/errors.ts';
import type { RunRecord } from '../../../shared/run.ts';
import type { NetworkKey } from '../../db/pair-distances.ts';
import { log } from '../../foundation/log/log.ts';
import { pairKey } from './pair-key.ts';
import type { EvaluationOptions, EvaluationPorts, SplitRequest } from './ports.ts';

/** Everything that the distances of an untrained network depend on, besides the pairs. */
function keyOf({ dataset, snapshot, config }: RunRecord): NetworkKey {
  const { backbone, beside, encoder, flavour, size, preprocessing, resampling, sampleBits, weights, seed, pooling } = config;
  const start = weights?.sha256 ?? `seed ${seed}`;
  const pooled = pooling === 'mean' ? [] : [pooling];
  const imported = encoder ? [encoder.input, encoder.output] : [];
  const fitted = hasPatches(config) ? [beside, snapshot, `seed ${seed}`] : []; // the training images and the seed decide its tensors
  const key = [dataset, backbone, flavour, size, preprocessing, resampling, sampleBits, start, ...imported, ...pooled, ...fitted];
  return { untrained: JSON.stringify(key) };
}

/**
 * Distances of a split's pairs by the network of a run before its training, computed once for all runs of a data set that start from it. Where they
 * can't be computed, the reason: the run's own figures do not depend on them. Throws AppError 'cancelled'.
 */
export async function untrainedDistances(
  { pairDistances, compute, initialWeights }: Pick<EvaluationPorts, 'pairDistances' | 'compute' | 'initialWeights'>,
  run: RunRecord,
  { pairSet, ...request }: SplitRequest,
  o: EvaluationOptions,
): Promise<Float64Array | { problem: string }> {
  const key = keyOf(run);
  const pairs = pairKey({ pairSet, pairs: request.pairs });
  const stored = pairDistances.get(key, pairs);
  if (stored) return stored;
  try {
    const weightsPath = run.config.scope === 'head' ? null : await initialWeights(run, o.signal);
    const distances = await compute.ask('untrainedDistances', { ...request, weightsPath }, o);
    if (!distances.every(Number.isFinite)) return { problem: 'The features of the untrained network are not finite.' };
    pairDistances.put(key, pairs, distances);
    return distances;
  } catch (error) {
    const { code, message } = asAppError(error);
    if (code === 'cancelled' || code === 'internal') throw error;
    log().warn({ run: run.run, error: message }, 'no figures of the untrained network');
    return { problem: message };
  }
}
