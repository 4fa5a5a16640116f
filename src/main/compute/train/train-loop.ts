import type { Pair } from '../../../shared/dataset.ts';
import { AppError } from '../../../shared/errors.ts';
import { unpackPairs } from '../../domain/pairs/packed.ts';
import type { EpochRow, RunConfig } from '../../../shared/run.ts';
import { pairDistances, rowsOf } from '../../domain/evaluate/distances.ts';
import { confusionAt } from '../../domain/evaluate/metrics.ts';
import { aucOf } from '../../domain/evaluate/roc.ts';
import { startSchedule, step as scheduleStep } from '../../domain/evaluate/schedule.ts';
import { chooseThreshold } from '../../domain/evaluate/threshold.ts';
import { validated } from '../../domain/evaluate/validation.ts';
import { initialTensors } from '../../nn/initialise.ts';
import type { Engine, Trainer, TrainState } from '../../nn/engines/engine.ts';
import { lossOf } from '../../nn/losses/index.ts';
import { type Loss, SAMPLES } from '../../nn/losses/loss.ts';
import { BACKBONE_PREFIX, backboneParams, entryOf, siameseParams, trainingTask } from '../../nn/siamese.ts';
import type { TrainTask } from '../../nn/ir/task.ts';
import type { TensorMap } from '../../nn/ir/tensor.ts';
import { loadWeights } from '../../nn/weights/load.ts';
import type { TrainImage } from '../../domain/pairs/draw.ts';
import type { Sample } from '../../domain/pairs/samples.ts';
import { SAMPLERS } from './samplers.ts';
import { modelSha256, type Progress, readBase, readLast, readModel, specOf, writeBase, writeBest, writeLast } from '../model/checkpoint.ts';
import { embedFrom } from '../embed/embed.ts';
import { openEngine } from '../engine/engine-choice.ts';
import { type FeatureSource, openSource, type Part } from '../embed/feature-source.ts';
import { throwIfCancelled } from '../async/parallel.ts';
import { probeStart } from './probe-start.ts';
import type { CallContext, TrainRequest, TrainResult } from '../protocol/protocol.ts';
import { DatasetImages } from '../images/dataset-images.ts';

const REPORT_MS = 200; // between two reports of progress in an epoch

interface Session {
  request: TrainRequest;
  config: RunConfig;
  loss: Loss;
  engine: Engine;
  trainer: Trainer;
  source: FeatureSource;
  frozen: TensorMap;
  trainImages: TrainImage[];
  images: DatasetImages;
  validPairs: Pair[];
  context: CallContext<'train'>;
  started: number; // ms, when the first step of this session began
  partPairs: number; // the most samples at once that memory has sufficed for
}

/**
 * Trains a network. A resumed run continues after its last complete epoch and gives the same numbers as an uninterrupted
 * one: samples and augmentation come from random streams of seed and epoch, everything else is in the checkpoint.
 * Throws AppError 'cancelled' (within a batch; the last complete epoch is kept), 'bad-request' when the loss becomes NaN.
 */
export async function train(request: TrainRequest, context: CallContext<'train'>): Promise<TrainResult> {
  const began = performance.now();
  const { config, folder } = request.model;
  const engine = await openEngine(config.engine, config.device);
  const { frozen, state, progress } = request.resume ? resumed(request) : await fresh(request);
  const images = new DatasetImages(request.images, request.root);
  const trainImages = images.training();
  const validPairs = unpackPairs(request.validPairs);
  const source = openSource({ engine, config, entry: entryOf[config.scope], params: frozen, caches: request.caches });
  let trainer: Trainer | null = null;
  try {
    await source.prepare(images.used(), { signal: context.signal, onProgress: (done, total) => context.progress({ kind: 'prepare', done, total }) });
    if (!request.resume && config.headStart === 'probe') {
      const params = new Map([...frozen, ...state.params]);
      const head = await probeStart({ engine, config, source, params, trainImages, images, signal: context.signal });
      for (const [name, tensor] of head) state.params.set(name, tensor);
    }
    trainer = await engine.trainer((samples) => taskFor(config, samples), frozen, state);
    const session: Session = {
      request,
      config,
      loss: lossOf(config.loss),
      engine,
      trainer,
      source,
      frozen,
      trainImages,
      images,
      validPairs,
      context,
      started: performance.now(),
      partPairs: config.batch,
    };
    const { last, stoppedEarly } = await epochs(session, progress);
    return {
      bestEpoch: last.schedule.best?.epoch ?? last.epoch,
      ...validated(
        last.bestDistances,
        validPairs.map((p) => p.label),
        config.margin,
      ),
      modelSha256: modelSha256(config, readModel(folder, config)),
      seconds: (performance.now() - began) / 1000,
      stoppedEarly,
    };
  } finally {
    await trainer?.dispose();
    await source.close();
  }
}

function taskFor(config: RunConfig, samples: number): TrainTask {
  const { scope, batchNorm, margin, optimizer, weightDecay, clipNorm } = config;
  const loss = lossOf(config.loss);
  return trainingTask(specOf(config), { scope, batchNorm, loss, margin, optimizer: { name: optimizer, weightDecay, clipNorm } }, samples);
}

interface Start {
  frozen: TensorMap;
  state: TrainState;
  progress: Progress;
}

async function fresh({ model: { folder, config }, weightsPath }: TrainRequest): Promise<Start> {
  const spec = specOf(config);
  const tensors = initialTensors(siameseParams(spec), config.seed);
  if (weightsPath !== null) {
    const loaded = await loadWeights(weightsPath, { backbone: config.backbone, params: backboneParams(spec) });
    for (const [name, tensor] of loaded.tensors) tensors.set(BACKBONE_PREFIX + name, tensor);
  }
  const task = taskFor(config, 2);
  const moving = new Set([...task.trainable, ...task.statistics.map(({ name }) => name)]);
  const part = (wanted: boolean): TensorMap => new Map([...tensors].filter(([name]) => moving.has(name) === wanted));
  const frozen = part(false);
  writeBase(folder, config, frozen);
  return {
    frozen,
    state: { params: part(true), slots: new Map(), step: 0 },
    progress: { schedule: startSchedule(config), epoch: 0, bestDistances: [] },
  };
}

function resumed({ model: { folder } }: TrainRequest): Start {
  return { frozen: readBase(folder), ...readLast(folder) };
}

async function epochs(session: Session, from: Progress): Promise<{ last: Progress; stoppedEarly: boolean }> {
  const { config, request, trainer, context } = session;
  const { folder } = request.model;
  let last = from;
  let stop = config.patience > 0 && from.epoch - (from.schedule.best?.epoch ?? from.epoch) >= config.patience;
  for (let epoch = from.epoch + 1; epoch <= config.epochs && !stop; epoch++) {
    const { lr } = last.schedule;
    const began = performance.now();
    const trained = await trainEpoch(session, epoch, lr, from.epoch);
    const trainSeconds = (performance.now() - began) / 1000;
    const state = await trainer.state();
    const valid = await validateEpoch(session, state.params);
    const next = scheduleStep(last.schedule, valid);
    const moving = state.params;
    if (next.isBest) writeBest(folder, config, moving);
    last = { schedule: next.state, epoch, bestDistances: next.isBest ? valid.distances : last.bestDistances };
    writeLast(folder, config, state, last);
    ({ stop } = next);
    const row: EpochRow = {
      epoch,
      lossTrain: trained.loss,
      lossValid: valid.lossValid,
      aucTrain: aucOf(trained.distances, trained.labels),
      aucValid: valid.aucValid,
      accuracyTrain: accuracyAt(trained.distances, trained.labels, valid.threshold),
      accuracyValid: valid.accuracy,
      lr,
      seconds: (performance.now() - began) / 1000,
      imagesPerSecond: trained.images / trainSeconds,
      best: next.isBest,
    };
    const left = stop ? 0 : secondsLeft(session, epoch - from.epoch, config.epochs - epoch);
    context.progress({ kind: 'epoch', row, epochs: config.epochs, secondsLeft: left });
  }
  return { last, stoppedEarly: stop && last.epoch < config.epochs };
}

const secondsLeft = (session: Session, done: number, left: number): number =>
  ((performance.now() - session.started) / 1000 / Math.max(done, 1e-9)) * left;

interface TrainedEpoch {
  loss: number; // mean over samples, each at the weights of its step
  images: number;
  distances: number[]; // those that the loss reports, and their labels
  labels: number[];
}

async function trainEpoch(session: Session, epoch: number, lr: number, firstEpoch: number): Promise<TrainedEpoch> {
  const { config, loss, trainer, trainImages, source, context } = session;
  const samples = SAMPLERS[loss.samples](trainImages, config.seed, epoch);
  const perSample = SAMPLES[loss.samples].images;
  const out: TrainedEpoch = { loss: 0, images: perSample * samples.length, distances: [], labels: [] };
  let done = 0;
  const began = performance.now();
  let reported = began;
  for await (const [{ batch }, images] of source.batches(stepsOf(session, samples, epoch))) {
    throwIfCancelled(context.signal);
    const labels = batch.map(({ label }) => label);
    const result = await trainer.step({ images, labels: Float32Array.from(labels) }, batch.length, lr);
    if (!Number.isFinite(result.loss)) throw diverged(epoch, lr);
    if (result.partPairs < Math.min(batch.length, session.partPairs)) {
      session.partPairs = result.partPairs;
      context.progress({ kind: 'parts', partPairs: result.partPairs });
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

/** The epoch's batches, in the order of nn/losses/loss.ts. Where the run augments, each image has a random stream of its own. */
function* stepsOf({ config, loss, images: all }: Session, samples: readonly Sample[], epoch: number): Generator<Part & { batch: readonly Sample[] }> {
  const roles = Array.from({ length: SAMPLES[loss.samples].images }, (_, k) => ({ k, side: 'abc'[k]! }));
  for (let from = 0; from < samples.length; from += config.batch) {
    const batch = samples.slice(from, from + config.batch);
    const images = roles.flatMap(({ k }) => batch.map((sample) => all.source(sample.images[k]!)));
    const streams = config.augmentation
      ? roles.flatMap(({ side }) => batch.map((_, i) => [config.seed, 'augment', epoch, from + i, side] as const))
      : undefined;
    yield { batch, images, streams };
  }
}

interface ValidatedEpoch {
  lossValid: number;
  aucValid: number;
  accuracy: number;
  threshold: number;
  distances: number[];
}

async function validateEpoch(session: Session, moving: TensorMap): Promise<ValidatedEpoch> {
  const { config, loss, engine, source, frozen, images: all, validPairs, context } = session;
  const { ids, rowOf } = rowsOf(validPairs);
  const images = ids.map((id) => all.source(id));
  const params: TensorMap = new Map([...frozen, ...moving]);
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

function accuracyAt(distances: ArrayLike<number>, labels: ArrayLike<number>, threshold: number): number {
  const [[tn], [, tp]] = confusionAt(distances, labels, threshold);
  return (tn + tp) / distances.length;
}

function diverged(epoch: number, lr: number): AppError {
  return new AppError(
    'bad-request',
    `Training diverged: the loss became NaN in epoch ${epoch}. Use a smaller learning rate than ${lr}, for example ${lr / 10}. The best epoch before it is kept.`,
    { epoch, lr },
  );
}
