import { AppError } from '../../../shared/errors.ts';
import type { EpochRow } from '../../../shared/run.ts';
import { aucOf } from '../../domain/evaluate/roc.ts';
import { advanceSchedule } from '../../domain/evaluate/schedule.ts';
import { unitsOfPairs } from '../../domain/evaluate/units.ts';
import { summariseValidation } from '../../domain/evaluate/validation-summary.ts';
import { unpackPairs } from '../../domain/pairs/packed.ts';
import { sameFileCheck } from '../../foundation/files.ts';
import type { Trainer, TrainState } from '../../nn/engines/engine.ts';
import { lossOf } from '../../nn/losses/index.ts';
import { curveScale, lossInfo, samplesPerStep, trainsBySteps } from '../../../shared/losses.ts';
import { countClasses } from '../../domain/pairs/samples.ts';
import { entryOf } from '../../nn/siamese.ts';
import { openSource } from '../embed/feature-source.ts';
import { openNetworkEngine } from '../engine/network-engine.ts';
import { DatasetImages } from '../images/dataset-images.ts';
import { modelSha256, type Progress, readModel, writeBest, writeLast } from '../model/checkpoint.ts';
import type { CallContext, TrainRequest } from '../protocol/protocol.ts';
import type { TrainResult } from '../protocol/training.ts';
import { probeStart } from './probe-start.ts';
import { secondsLeft, type Session } from './session.ts';
import { newStart, checkpointStart, taskFor } from './start.ts';
import { trainEpoch } from './train-epoch.ts';
import { accuracyAt, validateEpoch } from './validate-epoch.ts';

/**
 * Trains a network. A resumed run continues after its last complete epoch and gives the same numbers as an uninterrupted
 * one: samples and augmentation come from random streams of seed and epoch, everything else is in the checkpoint.
 * `stop`: ends the training like its last epoch; an incomplete epoch is dropped. Only after a complete epoch.
 * Throws AppError 'cancelled' (within a batch; the last complete epoch stays saved), or 'bad-request' if the loss becomes NaN or
 * infinite.
 */
export async function train(
  request: TrainRequest,
  context: CallContext<'train'>,
  stop: AbortSignal = new AbortController().signal,
): Promise<TrainResult> {
  const began = performance.now();
  const { config, folder } = request.model;
  const engine = await openNetworkEngine(request.model);
  const images = new DatasetImages(request.images, request.root);
  const trainImages = images.training(config.same);
  const classes = countClasses(trainImages);
  const reading = {
    signal: context.signal,
    onProgress: (done: number, total: number): void => context.progress({ kind: 'prepare', done, total }),
  };
  const { frozen, state, progress } = request.resume
    ? checkpointStart(request)
    : await newStart(request, classes, { engine, images: trainImages.map(({ id }) => images.source(id)), ...reading });
  for (const row of progress.rows) if (row.epoch > request.epochsStored) context.progress({ kind: 'recovered', row });
  const validPairs = unpackPairs(request.validPairs);
  const source = openSource({ engine, config, entry: entryOf[config.scope], params: frozen, caches: request.caches });
  let trainer: Trainer | null = null;
  try {
    await source.prepare(images.trainingAndValidation(), reading);
    if (!request.resume && (config.headStart === 'probe' || config.loss === 'probe')) {
      const params = new Map([...frozen, ...state.params]);
      const head = await probeStart({ engine, config, source, params, trainImages, images, signal: context.signal });
      for (const [name, tensor] of head) state.params.set(name, tensor);
    }
    trainer = trainsBySteps(lossInfo(config.loss))
      ? await engine.trainer((samples) => taskFor(config, samples, classes), frozen, state)
      : trainerWithoutSteps(state);
    const session: Session = {
      folder,
      config,
      loss: lossOf(config.loss),
      engine,
      trainer,
      source,
      frozen,
      trainImages,
      listedPairs: request.listedPairs && unpackPairs(request.listedPairs),
      images,
      validPairs,
      context,
      stop,
      started: performance.now(),
      partSize: samplesPerStep(config),
    };
    const { last, stoppedEarly, stoppedByHand } = await trainEpochs(session, progress);
    return {
      bestEpoch: last.schedule.best?.epoch ?? last.epoch,
      ...summariseValidation(
        last.bestDistances,
        validPairs.map((p) => p.label),
        unitsOfPairs(validPairs, request.images.ids, request.units),
        curveScale(config),
      ),
      modelSha256: modelSha256(config, readModel(request.model)),
      seconds: (performance.now() - began) / 1000,
      stoppedEarly,
      stoppedByHand,
    };
  } finally {
    await trainer?.dispose();
    await source.close();
  }
}

/** The trainer of a loss without steps: the state stays as it started. */
const trainerWithoutSteps = (state: TrainState): Trainer => ({
  step: () => Promise.reject(new Error('This loss has no training steps.')),
  state: () => Promise.resolve(state),
  dispose: () => Promise.resolve(),
});

const movedError = (folder: string): AppError =>
  new AppError(
    'workspace',
    `The folder of this run, ${folder}, was moved, deleted or replaced during the training, so this epoch was not saved. Move it back and resume the run.`,
    { folder },
  );

/**
 * Each epoch: train, validate, advance the schedule (learning rate, best epoch, stop), write the checkpoint, report. Stops after
 * `patience` epochs without improvement, or when a person stops it. `from`: the progress after the last complete epoch.
 */
async function trainEpochs(session: Session, from: Progress): Promise<{ last: Progress; stoppedEarly: boolean; stoppedByHand: boolean }> {
  const { config, folder, trainer, context } = session;
  const isSameFolder = sameFileCheck(folder);
  let last = from;
  let stop = config.patience > 0 && from.epoch - (from.schedule.best?.epoch ?? from.epoch) >= config.patience;
  let stoppedByHand = false;
  for (let epoch = from.epoch + 1; epoch <= config.epochs && !stop; epoch++) {
    const { lr } = last.schedule;
    const began = performance.now();
    const trained = await trainEpoch(session, epoch, lr, from.epoch);
    if (trained === null) {
      stoppedByHand = true;
      break;
    }
    const trainSeconds = (performance.now() - began) / 1000;
    const state = await trainer.state();
    const valid = await validateEpoch(session, state.params);
    const next = advanceSchedule(last.schedule, valid);
    if (!isSameFolder()) throw movedError(folder);
    if (next.isBest) writeBest(folder, config, state.params);
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
    const bestDistances = next.isBest ? valid.distances : last.bestDistances;
    last = { schedule: next.state, epoch, bestDistances, rows: [...last.rows, row] };
    writeLast(folder, config, state, last);
    const left = stop ? 0 : secondsLeft(session, epoch - from.epoch, config.epochs - epoch);
    context.progress({ kind: 'epoch', row, epochs: config.epochs, secondsLeft: left });
  }
  return { last, stoppedEarly: stop && last.epoch < config.epochs, stoppedByHand };
}
