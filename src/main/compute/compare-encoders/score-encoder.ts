import { asAppError } from '../../../shared/errors.ts';
import type { RunConfig } from '../../../shared/run.ts';
import { assertFinite } from '../../domain/evaluate/check.ts';
import { compareCandidates, type CandidateRanking } from '../../domain/compare-encoders/compare-encoders.ts';
import { unitsOfPairs } from '../../domain/evaluate/units.ts';
import { unpackPairs } from '../../domain/pairs/packed.ts';
import { sizeOf } from '../../nn/ir/tensor.ts';
import { backboneParams, specOf } from '../../nn/siamese.ts';
import { throwIfCancelled } from '../async/parallel.ts';
import { CachedFeatures } from '../embed/feature-source.ts';
import { fitBackbone } from '../embed/fit-backbone.ts';
import { openNetworkEngine } from '../engine/network-engine.ts';
import { DatasetImages } from '../images/dataset-images.ts';
import type { RankEncodersRequest, ScoredEncoder, ScoreEncoderRequest } from '../protocol/encoder-comparison.ts';
import type { CallContext } from '../protocol/protocol.ts';
import { initialNetwork } from '../train/start.ts';
import { scorePlain, scoreProbe, type Scoring, queriesOf } from './score-features.ts';
import { prepareTimed, timeAgain } from './time-images.ts';

/**
 * Distances of validation pairs by an encoder, as it is and with a linear probe. Its features are read from the cache that a training with it
 * uses; missing ones are computed and cached, also if it is cancelled. Throws AppError 'bad-weights', 'bad-image' or 'not-found' for what can't be
 * read, 'bad-request' for features that are not finite, 'cancelled'.
 */
export async function scoreEncoder(request: ScoreEncoderRequest, { signal, progress }: CallContext<'scoreEncoder'>): Promise<ScoredEncoder> {
  const { caches, weightsPath } = request;
  const images = new DatasetImages(request.images, request.root);
  const classes = new Set(images.training('class').map(({ className }) => className)).size;
  const head = { scope: 'head', loss: 'probe', dim: Math.max(2, classes), augmentation: null } as const; // features do not depend on it
  const config: RunConfig = { ...request.config, ...head };
  const engine = await openNetworkEngine({ config, encoderFolder: request.encoderFolder });
  const training = images.training(config.same).map(({ id }) => images.source(id));
  const params = await fitBackbone(await initialNetwork(config, weightsPath), { engine, config, images: training, signal });
  const options = { engine, config, entry: 'pooled', params, caches } as const;
  const source = new CachedFeatures(options);
  try {
    const wanted = images.trainingAndValidation();
    const timed = await prepareTimed(source, wanted, { signal, onProgress: (done, total) => progress({ done, total }) });
    const time = timed ?? (await timeAgain(options, wanted, signal));
    throwIfCancelled(signal);
    const queries = queriesOf(images.validation(config.same));
    const scoring: Scoring = { engine, config, source, params, images, queries, pairs: unpackPairs(request.pairs), signal };
    const plain = await scorePlain(scoring);
    assertFinite(plain.distances, 'valid');
    const bytes = 4 * backboneParams(specOf(config)).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    return { channels: source.rowLength, bytes, time, plain, probe: request.probe ? await probeOrProblem(scoring) : null };
  } finally {
    await source.close();
  }
}

/** The figures without a probe are worth having, so its failure is a reason, not an error. Throws AppError 'cancelled'. */
async function probeOrProblem(scoring: Scoring): Promise<ScoredEncoder['probe']> {
  try {
    const probe = await scoreProbe(scoring, scoring.images.training(scoring.config.same));
    assertFinite(probe.distances, 'valid');
    return probe;
  } catch (error) {
    const { code, message } = asAppError(error);
    if (code === 'cancelled' || code === 'internal') throw error;
    return { problem: message };
  }
}

/** Ranks encoders by their distances of the same pairs; gives way to other work between batches of resamples. */
export async function rankEncoders(request: RankEncodersRequest, { signal, progress }: CallContext<'rankEncoders'>): Promise<CandidateRanking> {
  const { candidates, images, same } = request;
  const pairs = unpackPairs(request.pairs);
  const units = unitsOfPairs(pairs, images.ids, request.units);
  const { asked, ids } = queriesOf(new DatasetImages(images, '').validation(same));
  const unitOf = new Map(Array.from(images.ids, (id, i) => [id, request.units.of[i]!]));
  const queryUnits = asked.map((position) => unitOf.get(ids[position]!)!);
  const labels = Uint8Array.from(pairs, ({ label }) => label);
  return compareCandidates({ candidates, labels, units, queryUnits }, async (done, total) => {
    await new Promise(setImmediate);
    throwIfCancelled(signal);
    progress({ done, total });
  });
}
