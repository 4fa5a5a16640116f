import { hasPatches } from '../../../shared/backbones.ts';
import { similarityOf } from '../../../shared/calibration.ts';
import { unpackPairs } from '../../domain/pairs/packed.ts';
import { logRatioAt } from '../../../shared/likelihood.ts';
import type { Calibration, Metrics, RunConfig } from '../../../shared/run.ts';
import { randomFor } from '../../../shared/random.ts';
import type { PairedComparison } from '../../../shared/run-difference.ts';
import { cllrMinOf, cllrOf } from '../../domain/evaluate/cllr.ts';
import { pairDistances } from '../../domain/evaluate/distances.ts';
import { metricsOf } from '../../domain/evaluate/metrics.ts';
import { baselineOf, compareOnPairs, type JudgedPairs, resampledInterval } from '../../domain/evaluate/paired.ts';
import { reliabilityOf } from '../../domain/evaluate/reliability.ts';
import { unitsOfPairs } from '../../domain/evaluate/units.ts';
import { entryOf, specOf } from '../../nn/siamese.ts';
import { readModel } from '../model/checkpoint.ts';
import { embedFrom } from '../embed/embed.ts';
import { openNetworkEngine } from '../engine/network-engine.ts';
import { openSource } from '../embed/feature-source.ts';
import { throwIfCancelled } from '../async/parallel.ts';
import type { CallContext, EvaluateRequest, PairsRequest } from '../protocol/protocol.ts';
import { DatasetImages } from '../images/dataset-images.ts';

type Context = Pick<CallContext<'distances'>, 'signal' | 'progress'>;

/** Distances [pairs] under a trained network. Missing features are computed and cached on disk. */
export async function distances(request: PairsRequest, { signal, progress }: Context): Promise<Float64Array> {
  const { config } = request.model;
  const engine = await openNetworkEngine(request.model);
  const params = readModel(request.model);
  const entry = entryOf[config.scope];
  const source = openSource({ engine, config: { ...config, augmentation: null }, entry, params, caches: request.caches });
  const images = new DatasetImages(request.images, request.root).all();
  try {
    await source.prepare(images, { signal, onProgress: (done, total) => progress({ done, total }) });
    const embeddings = await embedFrom(source, engine, specOf(config), entry, params, images, signal);
    const rowOf = new Map(Array.from(request.images.ids, (id, row) => [id, row]));
    return pairDistances(unpackPairs(request.pairs), embeddings, rowOf);
  } finally {
    await source.close();
  }
}

/** What the untrained network of a run is: with patches, alone or beside a backbone, one that was fitted to the training images. */
export function startOf(config: Pick<RunConfig, 'backbone' | 'beside' | 'weights'>): { drawn: boolean; fitted?: true } {
  return hasPatches(config) ? { drawn: false, fitted: true } : { drawn: config.weights === null };
}

/** Metrics of a split, over all its pairs at once, and the distances that they are computed from. */
export async function evaluateSplit(request: EvaluateRequest, context: Context): Promise<{ metrics: Metrics; distances: Float64Array }> {
  const { calibration, split, images, baseline, model } = request;
  const pairs = unpackPairs(request.pairs);
  const found = await distances(request, context);
  const labels = pairs.map(({ label }) => label);
  const units = unitsOfPairs(pairs, images.ids, request.units);
  const similarities = found.map((distance) => similarityOf(distance, calibration));
  const likelihood = likelihoodOf(found, labels, calibration);
  const metrics = {
    ...metricsOf(found, labels, calibration.threshold, split, units),
    reliability: reliabilityOf(labels, similarities, units),
    ...(likelihood && { likelihood }),
    ...(baseline && { baseline: { ...startOf(model.config), ...baselineOf(baseline, found, labels, units) } }),
  };
  return { metrics, distances: found };
}

/** Two networks on the same pairs; gives way to other work between batches of resamples. */
export async function compareRuns({ a, b, labels, units, seed }: JudgedPairs, { signal, progress }: Context): Promise<PairedComparison> {
  const pause = async (done: number, total: number): Promise<void> => {
    await new Promise(setImmediate);
    throwIfCancelled(signal);
    progress({ done, total });
  };
  const resampled = await resampledInterval(a.distances, b.distances, labels, units, randomFor(seed, 'resampled pairs'), pause);
  return { ...compareOnPairs(a, b, labels, units), resampled };
}

/** The cost of the run's likelihood ratios; null for a curve of an older version. */
function likelihoodOf(found: Float64Array, labels: ArrayLike<number>, { fit, ...curve }: Calibration): Metrics['likelihood'] | null {
  if (!fit) return null;
  const logRatios = found.map((distance) => logRatioAt(distance, { ...curve, fit }));
  return { cllr: cllrOf(logRatios, labels), cllrMin: cllrMinOf(logRatios, labels) };
}
