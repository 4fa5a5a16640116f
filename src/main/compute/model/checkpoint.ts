import { createHash } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../../shared/errors.ts';
import type { EpochRow, RunConfig } from '../../../shared/run.ts';
import type { ScheduleState } from '../../domain/evaluate/schedule.ts';
import type { TrainState } from '../../nn/engines/engine.ts';
import { siameseParams, type SiameseSpec } from '../../nn/siamese.ts';
import type { TensorMap } from '../../nn/ir/tensor.ts';
import { twinlensMetadata } from '../../nn/weights/metadata.ts';
import { readSafetensors, writeSafetensors } from '../../nn/weights/safetensors.ts';
import { bytesOf } from '../images/batches.ts';

/**
 * A run's folder has three files, each published when complete: `base` (frozen parameters, written once), `best` (trained
 * parameters and running statistics of the best epoch) and `last` (the same after the last complete epoch, with the optimizer's
 * state and the schedule; training resumes from it).
 */
const BASE = 'base.safetensors';
const BEST = 'best.safetensors';
const LAST = 'last.safetensors';
const SLOT = 'optimizer/';

export const specOf = (config: RunConfig): SiameseSpec => ({
  backbone: config.backbone,
  flavour: config.flavour,
  size: config.size,
  dim: config.dim,
});

export interface Progress {
  schedule: ScheduleState;
  epoch: number; // epochs done
  bestDistances: number[]; // of the validation pairs, at the best epoch
  rows: EpochRow[]; // of all epochs done; checkpoints before version 0.2 have none
}

export function writeBase(folder: string, config: RunConfig, frozen: TensorMap): void {
  mkdirSync(folder, { recursive: true });
  writeSafetensors(join(folder, BASE), frozen, metadata(config));
}

/** `params`: trained parameters and running statistics. */
export function writeBest(folder: string, config: RunConfig, params: TensorMap): void {
  writeSafetensors(join(folder, BEST), params, metadata(config));
}

export function writeLast(folder: string, config: RunConfig, state: TrainState, progress: Progress): void {
  const tensors: TensorMap = new Map([...state.params, ...[...state.slots].map(([name, t]) => [SLOT + name, t] as const)]);
  writeSafetensors(join(folder, LAST), tensors, {
    ...metadata(config),
    'twinlens.step': String(state.step),
    'twinlens.progress': JSON.stringify(progress),
  });
}

export function readLast(folder: string): { state: TrainState; progress: Progress } {
  const { tensors, metadata: about } = readSafetensors(join(folder, LAST));
  const params: TensorMap = new Map();
  const slots: TensorMap = new Map();
  for (const [name, tensor] of tensors) {
    if (name.startsWith(SLOT)) slots.set(name.slice(SLOT.length), tensor);
    else params.set(name, tensor);
  }
  const progress = JSON.parse(about['twinlens.progress']!) as Omit<Progress, 'rows'> & Partial<Pick<Progress, 'rows'>>;
  return { state: { params, slots, step: Number(about['twinlens.step']) }, progress: { rows: [], ...progress } };
}

export const readBase = (folder: string): TensorMap => readSafetensors(join(folder, BASE)).tensors;

/** All tensors of the best epoch's network. Throws AppError 'not-found' if the run never finished an epoch. */
export function readModel(folder: string, config: RunConfig): TensorMap {
  if (!existsSync(join(folder, BEST)))
    throw new AppError('not-found', 'This run has no trained network yet: it did not finish an epoch. Resume it, or train again.');
  const tensors: TensorMap = new Map([...readBase(folder), ...readSafetensors(join(folder, BEST)).tensors]);
  const missing = siameseParams(specOf(config)).filter((p) => tensors.get(p.name)?.shape.join() !== p.shape.join());
  if (missing.length)
    throw new AppError('bad-weights', `The stored network of this run is damaged: ${missing.length} tensors don't fit, e.g. ${missing[0]!.name}.`);
  return tensors;
}

/** The fingerprint of a model: SHA-256 over the float32 bytes of all tensors, in the order of `siameseParams`. */
export function modelSha256(config: RunConfig, tensors: TensorMap): string {
  const hash = createHash('sha256');
  for (const { name } of siameseParams(specOf(config))) hash.update(bytesOf(tensors.get(name)!.data));
  return hash.digest('hex');
}

const metadata = (config: RunConfig): Record<string, string> =>
  twinlensMetadata({
    backbone: config.backbone,
    flavour: config.flavour,
    preprocessing: config.preprocessing,
    licence: config.weights?.licence ?? null,
  });
