import { lossInfo, trainsBySteps } from '../../../shared/losses.ts';
import type { RunConfig } from '../../../shared/run.ts';
import { startSchedule } from '../../domain/evaluate/schedule.ts';
import type { TrainState } from '../../nn/engines/engine.ts';
import { initialTensors } from '../../nn/initialise.ts';
import type { TrainTask } from '../../nn/ir/task.ts';
import type { TensorMap } from '../../nn/ir/tensor.ts';
import { lossOf } from '../../nn/losses/index.ts';
import { BACKBONE_PREFIX, backboneParams, siameseParams, specOf, trainableNames, trainingTask } from '../../nn/siamese.ts';
import { fitBackbone, type FitRequest } from '../embed/fit-backbone.ts';
import { checkBest, type Progress, readBase, readLast, writeBase } from '../model/checkpoint.ts';
import type { TrainRequest } from '../protocol/protocol.ts';

/** The training graph for a batch of `samples`. `classes`: of the training images. */
export function taskFor(config: RunConfig, samples: number, classes: number): TrainTask {
  const { scope, batchNorm, margin, optimizer, weightDecay, clipNorm } = config;
  const loss = lossOf(config.loss);
  const options = { scope, batchNorm, loss, margin, classes, optimizer: { name: optimizer, weightDecay, clipNorm } };
  return trainingTask(specOf(config), options, samples);
}

/** The state in which training starts: the initial or loaded weights, or a checkpoint. */
export interface Start {
  frozen: TensorMap; // tensors that training does not change
  state: TrainState; // trained tensors and the optimizer's state
  progress: Progress;
}

/** All tensors before training: drawn with the run's seed, the backbone's from `weightsPath` if there is one. */
export async function initialNetwork(config: RunConfig, weightsPath: string | null): Promise<TensorMap> {
  const spec = specOf(config);
  const tensors = initialTensors(siameseParams(spec), config.seed);
  if (weightsPath !== null) {
    const { loadWeights } = await import('../../nn/weights/load.ts'); // on demand: it loads zod
    const loaded = await loadWeights(weightsPath, { backbone: config.backbone, params: backboneParams(spec) });
    for (const [name, tensor] of loaded.tensors) tensors.set(BACKBONE_PREFIX + name, tensor);
  }
  return tensors;
}

/**
 * Initialises a network, and the tensors that its loss trains beside it, loads the backbone's weights from `weightsPath` if there is one or
 * fits it to the training images, and writes the frozen tensors.
 */
export async function newStart(
  { model: { folder, config }, weightsPath }: TrainRequest,
  classes: number,
  fit: Omit<FitRequest, 'config'>,
): Promise<Start> {
  const spec = specOf(config);
  const tensors = await fitBackbone(await initialNetwork(config, weightsPath), { ...fit, config });
  const updated = new Set(trainableNames(spec, config.scope));
  if (trainsBySteps(lossInfo(config.loss))) {
    const task = taskFor(config, 2, classes);
    for (const name of [...task.trainable, ...task.statistics.map((statistic) => statistic.name)]) updated.add(name);
    const ofLoss = [...task.program.params.values()].map(({ spec: one }) => one).filter(({ name }) => !tensors.has(name));
    for (const [name, tensor] of initialTensors(ofLoss, config.seed)) tensors.set(name, tensor);
  }
  const select = (isUpdated: boolean): TensorMap => new Map([...tensors].filter(([name]) => updated.has(name) === isUpdated));
  const frozen = select(false);
  writeBase(folder, config, frozen);
  return {
    frozen,
    state: { params: select(true), slots: new Map(), step: 0 },
    progress: { schedule: startSchedule(config), epoch: 0, bestDistances: [], rows: [] },
  };
}

/** The state after the last complete epoch. */
export function checkpointStart({ model: { folder } }: TrainRequest): Start {
  const last = readLast(folder);
  if (last.progress.schedule.best !== null) checkBest(folder); // now, because the end of the training reads it
  return { frozen: readBase(folder), ...last };
}
