import * as ort from 'onnxruntime-node';
import type { DeviceName } from '../../../shared/run.ts';
import type { Program } from '../emit.ts';
import { lowerTask, lowerTraining, type StateSpec } from '../lower.ts';
import { BETA1, BETA2 } from '../optimizers/optimizer.ts';
import { OPTIMIZERS } from '../optimizers/index.ts';
import { slotName, type TrainTask } from '../task.ts';
import { sizeOf, type Tensor, type TensorMap } from '../tensor.ts';
import type { Engine, Executable, StepResult, Trainer, TrainState } from './engine.ts';
import { HostTrainer } from './onnx-host-trainer.ts';
import { open, type Profiler, tensor } from './onnx-session.ts';

/** The engine on onnxruntime-node. Throws AppError('engine') where the device can't be used. */
export function onnxEngine(device: DeviceName, profiler?: Profiler): Engine {
  return {
    name: 'onnx',
    device,
    compile: (task, params) => compileProgram(lowerTask(task, params), device, profiler),
    trainer: async (taskFor, frozen, initial) =>
      device === 'cpu' ? new HostTrainer(taskFor, frozen, initial, profiler) : new OnnxTrainer(device, taskFor, frozen, initial),
  };
}

/** The devices that this build of onnxruntime can be asked for here; whether one works is only known by trying. */
export function onnxDevices(): DeviceName[] {
  const known: readonly string[] = ort.listSupportedBackends().map((b) => b.name);
  return (['cpu', 'webgpu', 'cuda', 'dml'] as const).filter((d) => known.includes(d));
}

export async function compileProgram(program: Program, device: DeviceName, profiler?: Profiler): Promise<Executable> {
  const shapes = new Map(program.inputs.map((input) => [input.name, input.shape]));
  const { session, close } = await open(program, device, profiler);
  return {
    async run(inputs) {
      const feeds: Record<string, ort.Tensor> = {};
      for (const name of session.inputNames) feeds[name] = tensor(inputs[name]!, shapes.get(name)!);
      const results = await session.run(feeds);
      return Object.fromEntries(Object.entries(results).map(([name, t]) => [name, t.data as Float32Array]));
    },
    dispose: close,
  };
}

interface CompiledStep {
  session: ort.InferenceSession;
  inputs: ReadonlyMap<string, readonly number[]>;
}

/** State is kept twice: a step reads one set of buffers and writes the other, so none is allocated or copied per step. */
class OnnxTrainer implements Trainer {
  private readonly compiled = new Map<number, CompiledStep>();
  private readonly device: DeviceName;
  private readonly taskFor: (pairs: number) => TrainTask;
  private readonly frozen: TensorMap;
  private readonly paramNames: string[];
  private steps: number;
  private current: Map<string, ort.Tensor>;
  private spare: Map<string, ort.Tensor>;

  constructor(device: DeviceName, taskFor: (pairs: number) => TrainTask, frozen: TensorMap, initial: TrainState) {
    this.device = device;
    this.taskFor = taskFor;
    this.frozen = frozen;
    this.steps = initial.step;
    this.paramNames = [...initial.params.keys()];
    const task = taskFor(1);
    const slots = OPTIMIZERS[task.optimizer.name].slots.flatMap((slot) =>
      task.trainable.map((p) => [slotName(slot, p), initial.params.get(p)!.shape] as const),
    );
    const all: [string, Tensor][] = [
      ...initial.params,
      ...slots.map(([name, shape]): [string, Tensor] => [name, initial.slots.get(name) ?? { shape, data: new Float32Array(sizeOf(shape)) }]),
    ];
    this.current = new Map(all.map(([name, t]) => [name, tensor(Float32Array.from(t.data), t.shape)]));
    this.spare = new Map(all.map(([name, t]) => [name, tensor(new Float32Array(t.data.length), t.shape)]));
  }

  async step(inputs: Readonly<Record<string, Float32Array>>, pairs: number, lr: number): Promise<StepResult> {
    const compiled = await this.compiledFor(pairs);
    const t = this.steps + 1;
    const feeds: Record<string, ort.Tensor> = {
      lr: tensor(Float32Array.of(lr), []),
      correction1: tensor(Float32Array.of(1 / (1 - BETA1 ** t)), []),
      correction2: tensor(Float32Array.of(1 / (1 - BETA2 ** t)), []),
    };
    for (const [name, shape] of compiled.inputs) feeds[name] = tensor(inputs[name]!, shape);
    for (const [name, value] of this.current) feeds[name] = value;
    const used = Object.fromEntries(compiled.session.inputNames.map((name) => [name, feeds[name]!]));
    const fetches: Record<string, ort.Tensor | null> = { loss: null, distances: null, gradientNorm: null };
    for (const [name, value] of this.spare) fetches[`next:${name}`] = value;
    const out = await compiled.session.run(used, fetches);
    [this.current, this.spare] = [this.spare, this.current];
    this.steps = t;
    return {
      loss: (out.loss!.data as Float32Array)[0]!,
      distances: out.distances!.data as Float32Array,
      gradientNorm: (out.gradientNorm!.data as Float32Array)[0]!,
    };
  }

  state(): Promise<TrainState> {
    const params: TensorMap = new Map();
    const slots: TensorMap = new Map();
    for (const [name, value] of this.current) {
      (this.paramNames.includes(name) ? params : slots).set(name, { shape: value.dims, data: Float32Array.from(value.data as Float32Array) });
    }
    return Promise.resolve({ params, slots, step: this.steps });
  }

  async dispose(): Promise<void> {
    for (const { session } of this.compiled.values()) await session.release();
    this.compiled.clear();
  }

  private async compiledFor(pairs: number): Promise<CompiledStep> {
    const known = this.compiled.get(pairs);
    if (known) return known;
    const task = this.taskFor(pairs);
    const { program, state } = lowerTraining(task, this.frozen);
    this.expectState(state);
    const { session } = await open(program, this.device);
    const compiled = { session, inputs: new Map([...task.graph.inputs].map(([name, v]) => [name, v.shape])) };
    this.compiled.set(pairs, compiled);
    return compiled;
  }

  private expectState(state: readonly StateSpec[]): void {
    const missing = state.filter((s) => !this.current.has(s.name));
    if (missing.length) throw new Error(`The training state lacks ${missing.map((s) => s.name).join(', ')}.`);
  }
}
