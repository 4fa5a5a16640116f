import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { AppError, asAppError } from '../../../shared/errors.ts';
import type { EpochRow, RunConfig } from '../../../shared/run.ts';
import type { ScheduleState } from '../../domain/evaluate/schedule.ts';
import { deleteTemporaryFiles, makeFolders } from '../../foundation/files.ts';
import type { TrainState } from '../../nn/engines/engine.ts';
import { siameseParams, specOf } from '../../nn/siamese.ts';
import type { TensorMap } from '../../nn/ir/tensor.ts';
import { twinlensMetadata } from '../../nn/weights/metadata.ts';
import { isIntact, withChecksum } from '../../nn/weights/checksum.ts';
import { readSafetensors, writeSafetensors } from '../../nn/weights/safetensors.ts';
import { bytesOf } from '../images/batches.ts';
import type { ModelRef } from '../protocol/protocol.ts';

/**
 * A run's folder has three files, each published when complete: `base` (frozen parameters, written once), `best` (trained
 * parameters and running statistics of the best epoch) and `last` (the same after the last complete epoch, with the optimizer's
 * state and the schedule; training resumes from it).
 */
const BASE = 'base.safetensors';
const BEST = 'best.safetensors';
const LAST = 'last.safetensors';
const SLOT = 'optimizer/';

export interface Progress {
  schedule: ScheduleState;
  epoch: number; // epochs done
  bestDistances: number[]; // of the validation pairs, at the best epoch
  rows: EpochRow[]; // of all epochs done; checkpoints before version 0.2 have none
}

export function writeBase(folder: string, config: RunConfig, frozen: TensorMap): void {
  makeFolders(folder);
  deleteTemporaryFiles(folder);
  writeStored(folder, BASE, frozen, metadata(config));
}

/** `params`: trained parameters and running statistics. Those of the loss are left out: they are no part of the network. */
export function writeBest(folder: string, config: RunConfig, params: TensorMap): void {
  const network = new Set(siameseParams(specOf(config)).map(({ name }) => name));
  writeStored(folder, BEST, new Map([...params].filter(([name]) => network.has(name))), metadata(config));
}

export function writeLast(folder: string, config: RunConfig, state: TrainState, progress: Progress): void {
  const tensors: TensorMap = new Map([...state.params, ...[...state.slots].map(([name, t]) => [SLOT + name, t] as const)]);
  writeStored(folder, LAST, tensors, {
    ...metadata(config),
    'twinlens.step': String(state.step),
    'twinlens.progress': JSON.stringify(progress),
  });
}

export function readLast(folder: string): { state: TrainState; progress: Progress } {
  deleteTemporaryFiles(folder);
  const { tensors, metadata: about } = readStored(folder, LAST);
  const params: TensorMap = new Map();
  const slots: TensorMap = new Map();
  for (const [name, tensor] of tensors) {
    if (name.startsWith(SLOT)) slots.set(name.slice(SLOT.length), tensor);
    else params.set(name, tensor);
  }
  const stored = about['twinlens.progress'];
  if (stored === undefined) throw damagedError(folder, LAST);
  const progress = JSON.parse(stored) as Omit<Progress, 'rows'> & Partial<Pick<Progress, 'rows'>>;
  return { state: { params, slots, step: Number(about['twinlens.step']) }, progress: { rows: [], ...progress } };
}

export const readBase = (folder: string): TensorMap => readStored(folder, BASE).tensors;

/** Throws AppError 'bad-weights' if the best epoch's file is damaged, 'not-found' if it is gone. */
export function checkBest(folder: string): void {
  readStored(folder, BEST);
}

/**
 * All tensors of the best epoch's network. Throws AppError 'not-found' if the run never finished an epoch or a file is gone,
 * 'bad-weights' if a file is damaged or is not the network of the run's results.
 */
export function readModel({ folder, config, sha256, epochs }: ModelRef): TensorMap {
  if (epochs === 0 && ![BEST, LAST].some((file) => existsSync(join(folder, file))))
    throw new AppError('not-found', 'This run has no trained network yet: it did not finish an epoch. Resume it, or train again.');
  const tensors: TensorMap = new Map([...readBase(folder), ...readStored(folder, BEST).tensors]);
  const missing = siameseParams(specOf(config)).filter((p) => tensors.get(p.name)?.shape.join() !== p.shape.join());
  if (missing.length)
    throw new AppError('bad-weights', `The stored network of this run is damaged: ${missing.length} tensors don't fit, e.g. ${missing[0]!.name}.`);
  if (sha256 !== null) verifyModel(folder, config, tensors, sha256);
  return tensors;
}

/** The fingerprint of a model: SHA-256 over the float32 bytes of all tensors, in the order of `siameseParams`. */
export function modelSha256(config: RunConfig, tensors: TensorMap): string {
  const hash = createHash('sha256');
  for (const { name } of siameseParams(specOf(config))) hash.update(bytesOf(tensors.get(name)!.data));
  return hash.digest('hex');
}

const verified = new Map<string, string>(); // state of a run's files when their SHA-256 was verified, by folder

/** Compares the fingerprint once for each state of the files: SHA-256 takes ten times as long as their own checksums. */
function verifyModel(folder: string, config: RunConfig, tensors: TensorMap, sha256: string): void {
  const state = JSON.stringify([
    sha256,
    ...[BASE, BEST].map((file) => statSync(join(folder, file))).map((s) => [s.ino, s.size, s.mtimeMs, s.ctimeMs]),
  ]);
  if (verified.get(folder) === state) return;
  if (modelSha256(config, tensors) !== sha256) {
    throw new AppError(
      'bad-weights',
      `The network in ${folder} is not the one that this run's results were computed with: a file was damaged or replaced. ${RESTORE}`,
      { folder },
    );
  }
  verified.set(folder, state);
}

const RESTORE = 'Restore the folder from a backup, or train again with the same settings.';
const CAN_NOT_RESUME = `so the run can’t be resumed. Its best network is another file and can still be used. ${RESTORE}`;
const DAMAGED: Record<string, string> = {
  [BASE]: `The stored network of this run is damaged. ${RESTORE}`,
  [BEST]: `The stored network of this run is damaged. ${RESTORE}`,
  [LAST]: `The checkpoint of this run is damaged, ${CAN_NOT_RESUME}`,
};

const writeStored = (folder: string, file: string, tensors: TensorMap, about: Record<string, string>): void =>
  writeSafetensors(join(folder, file), tensors, withChecksum(tensors, { ...about, [IDENTITY]: identityOf(folder, file) }));

/** Metadata entry that distinguishes a file from an intact one of another run. Files of versions before 0.2 have none. */
const IDENTITY = 'twinlens.file';
const identityOf = (folder: string, file: string): string => `${basename(folder)}/${file}`;

/** Reads a run's file and verifies its checksum. Throws AppError 'bad-weights' if it is damaged or another file, 'not-found' if it is gone. */
function readStored(folder: string, file: string): ReturnType<typeof readSafetensors> {
  try {
    const stored = readSafetensors(join(folder, file));
    const identity = stored.metadata[IDENTITY] ?? identityOf(folder, file);
    if (identity === identityOf(folder, file) && isIntact(stored.tensors, stored.metadata)) return stored;
  } catch (error) {
    const { code } = asAppError(error);
    if (code === 'not-found') throw goneError(folder, file, error);
    throw code === 'bad-weights' ? damagedError(folder, file, error) : error;
  }
  throw damagedError(folder, file);
}

function damagedError(folder: string, file: string, cause?: unknown): AppError {
  const path = join(folder, file);
  return new AppError('bad-weights', `${DAMAGED[file]} (${path})`, { file: path }, cause);
}

function goneError(folder: string, file: string, cause: unknown): AppError {
  const path = join(folder, file);
  const sentences =
    file === LAST
      ? `The checkpoint of this run is gone: ${path} is missing, ${CAN_NOT_RESUME}`
      : `The network of this run is gone: ${path} is missing. ${RESTORE}`;
  return new AppError('not-found', sentences, { file: path }, cause);
}

const metadata = (config: RunConfig): Record<string, string> =>
  twinlensMetadata({
    backbone: config.backbone,
    flavour: config.flavour,
    preprocessing: config.preprocessing,
    licence: config.weights?.licence ?? null,
  });
