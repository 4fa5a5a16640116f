import { AppError } from '../../../shared/errors.ts';
import { samplesPerStep } from '../../../shared/losses.ts';
import { trainingPairs } from '../../domain/pairs/sample-pairs.ts';
import { listedSamples, type Sample } from '../../domain/pairs/samples.ts';
import { SAMPLES } from '../../nn/losses/loss.ts';
import { throwIfCancelled } from '../async/parallel.ts';
import type { Part } from '../embed/feature-source.ts';
import { SAMPLERS } from './samplers.ts';
import { secondsLeft, type Session } from './session.ts';
import { distancesOf } from './validate-epoch.ts';

const REPORT_MS = 200; // between two reports of progress in an epoch

interface TrainedEpoch {
  loss: number; // mean over samples, each at the weights of its step
  images: number;
  distances: number[]; // as reported by the loss
  labels: number[]; // of the distances: 0 same, 1 different
}

/**
 * One pass over the epoch's samples; null if it is stopped within, after an earlier epoch. Throws AppError 'cancelled', or 'bad-request' if
 * the loss becomes NaN or infinite.
 */
export async function trainEpoch(session: Session, epoch: number, lr: number, firstEpoch: number): Promise<TrainedEpoch | null> {
  const { config, loss, trainer, trainImages, listedPairs, source, context } = session;
  if (loss.samples === 'none') return epochWithoutSteps(session, epoch);
  const samples = listedPairs ? listedSamples(listedPairs, config.seed, epoch) : SAMPLERS[loss.samples](trainImages, config.seed, epoch, config);
  const perSample = SAMPLES[loss.samples].images;
  const out: TrainedEpoch = { loss: 0, images: perSample * samples.length, distances: [], labels: [] };
  let done = 0;
  const began = performance.now();
  let reported = began;
  for await (const [{ batch }, images] of source.batches(batchesOf(session, samples, epoch))) {
    throwIfCancelled(context.signal);
    if (session.stop.aborted && epoch > 1) return null;
    const labels = batch.map(({ label }) => label);
    const result = await trainer.step({ images, labels: Float32Array.from(labels) }, batch.length, lr);
    if (!Number.isFinite(result.loss)) throw diverged(epoch, lr);
    if (result.partSize < Math.min(batch.length, session.partSize)) {
      session.partSize = result.partSize;
      context.progress({ kind: 'parts', partPairs: result.partSize });
    }
    out.loss += (result.loss * batch.length) / samples.length;
    out.distances.push(...result.distances);
    out.labels.push(...loss.distanceLabels(labels));
    done += batch.length;
    const now = performance.now();
    if (now - reported < REPORT_MS) continue;
    reported = now;
    context.progress({
      kind: 'step',
      epoch,
      epochs: config.epochs,
      done,
      total: samples.length,
      loss: result.loss,
      imagesPerSecond: (perSample * done) / ((now - began) / 1000),
      secondsLeft: secondsLeft(session, epoch - 1 - firstEpoch + done / samples.length, config.epochs - epoch + 1 - done / samples.length),
    });
  }
  return out;
}

/** The epoch's batches, in the order of nn/losses/loss.ts. With augmentation each image has its own random stream. */
function* batchesOf(
  { config, loss, images: all }: Session,
  samples: readonly Sample[],
  epoch: number,
): Generator<Part & { batch: readonly Sample[] }> {
  const roles = Array.from({ length: SAMPLES[loss.samples].images }, (_, k) => ({ k, side: 'abc'[k]! }));
  const size = samplesPerStep(config);
  for (let from = 0; from < samples.length; from += size) {
    const batch = samples.slice(from, from + size);
    const images = roles.flatMap(({ k }) => batch.map((sample) => all.source(sample.images[k]!)));
    const streams = config.augmentation
      ? roles.flatMap(({ side }) => batch.map((_, i) => [config.seed, 'augment', epoch, from + i, side] as const))
      : undefined;
    yield { batch, images, streams };
  }
}

/** The figures of an epoch without steps, from the epoch's training pairs. */
async function epochWithoutSteps(session: Session, epoch: number): Promise<TrainedEpoch> {
  const { config, loss, trainer, trainImages } = session;
  const pairs = trainingPairs(trainImages, config.seed, epoch, config.negatives);
  const { params } = await trainer.state();
  const distances = Array.from(await distancesOf(session, params, pairs));
  const labels = pairs.map(({ label }) => label);
  return { loss: loss.ofPairs(distances, labels, config), images: trainImages.length, distances, labels };
}

function diverged(epoch: number, lr: number): AppError {
  return new AppError(
    'bad-request',
    `Training diverged: the loss became NaN in epoch ${epoch}. Use a smaller learning rate than ${lr}, for example ${lr / 10}.${epoch > 1 ? ' The best earlier epoch is saved.' : ''}`,
    { epoch, lr },
  );
}
