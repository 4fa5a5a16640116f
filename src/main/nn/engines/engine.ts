import type { DeviceName, EngineName } from '../../../shared/run.ts';
import { OPTIMIZERS } from '../optimizers/index.ts';
import { slotName, type Task, type TrainTask } from '../ir/task.ts';
import { sizeOf, type TensorMap } from '../ir/tensor.ts';

/** The state of training between two steps. */
export interface TrainState {
  params: TensorMap; // trainable parameters and running statistics
  slots: TensorMap; // optimizer state under slotName(slot, parameter); empty = zeros
  step: number; // steps done
}

export interface StepResult {
  loss: number; // mean over the batch's samples
  distances: Float32Array; // [M], as reported by the loss
  gradientNorm: number; // before clipping
  partSize: number; // samples computed at once; fewer than the batch where memory was short
}

/** A compiled task. Inputs and outputs are row-major float32 of the task's shapes. */
export interface Executable {
  run(inputs: Readonly<Record<string, Float32Array>>): Promise<Record<string, Float32Array>>;
  dispose(): Promise<void>;
}

/** A training step, compiled for each batch size on first use. Owns the weights during training. */
export interface Trainer {
  /** One step on a batch of `samples` samples at learning rate `lr`. */
  step(inputs: Readonly<Record<string, Float32Array>>, samples: number, lr: number): Promise<StepResult>;
  /** A copy of the state after the last finished step. */
  state(): Promise<TrainState>;
  dispose(): Promise<void>;
}

/** Runs tasks on one device. */
export interface Engine {
  readonly name: EngineName;
  readonly device: DeviceName;
  compile(task: Task, params: TensorMap): Promise<Executable>;
  /** `taskFor(samples)` gives the step for a batch of that many samples; `frozen` holds the parameters that are not updated. */
  trainer(taskFor: (samples: number) => TrainTask, frozen: TensorMap, initial: TrainState): Promise<Trainer>;
}

/** The optimizer's initial slots: those of a resumed run, zeros for a new run. */
export function initialSlots({ optimizer, trainable }: TrainTask, { params, slots }: TrainState): TensorMap {
  const needed = OPTIMIZERS[optimizer.name].slots.flatMap((slot) => trainable.map((p) => [slotName(slot, p), params.get(p)!.shape] as const));
  return new Map(needed.map(([name, shape]) => [name, slots.get(name) ?? { shape, data: new Float32Array(sizeOf(shape)) }]));
}
