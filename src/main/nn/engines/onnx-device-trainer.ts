import type * as ort from 'onnxruntime-node';
import type { DeviceName } from '../../../shared/run.ts';
import { ProgramBuilder } from '../ir/build/builder.ts';
import { correctionsAfter } from '../optimizers/optimizer.ts';
import type { TrainTask } from '../ir/task.ts';
import type { TensorMap } from '../ir/tensor.ts';
import { lowerTraining } from './onnx-lower.ts';
import { initialSlots, type StepResult, type Trainer, type TrainState } from './engine.ts';
import { open, type OpenSession, type Profiler, runOrOutOfMemory, runSession, tensor } from './onnx-session.ts';

interface Compiled extends OpenSession {
  inputs: ReadonlyMap<string, readonly number[]>;
}

/**
 * Training on a graphics card: forward pass, gradients and update are one program. Weights and slots stay in device memory
 * between steps. Only batches are uploaded, and only the loss, the distances and the gradient norm are read back.
 */
export class DeviceTrainer implements Trainer {
  private readonly compiled = new Map<number, Compiled>();
  private readonly device: DeviceName;
  private readonly taskFor: (samples: number) => TrainTask;
  private readonly frozen: TensorMap;
  private readonly profiler: Profiler | undefined;
  private readonly paramNames: ReadonlySet<string>;
  private readonly current: Map<string, ort.Tensor>; // weights, statistics and slots; in main memory before the first step
  private reader: Promise<OpenSession> | null = null;
  private steps: number;

  constructor(device: DeviceName, taskFor: (samples: number) => TrainTask, frozen: TensorMap, initial: TrainState, profiler?: Profiler) {
    this.device = device;
    this.taskFor = taskFor;
    this.frozen = frozen;
    this.profiler = profiler;
    this.steps = initial.step;
    this.paramNames = new Set(initial.params.keys());
    const all = [...initial.params, ...initialSlots(taskFor(1), initial)];
    this.current = new Map(all.map(([name, t]) => [name, tensor(Float32Array.from(t.data), t.shape)]));
  }

  async step(inputs: Readonly<Record<string, Float32Array>>, samples: number, lr: number): Promise<StepResult> {
    const { session, inputs: shapes } = await this.compiledFor(samples);
    const { correction1, correction2 } = correctionsAfter(this.steps);
    const feeds: Record<string, ort.Tensor> = {
      lr: tensor(Float32Array.of(lr), []),
      correction1: tensor(Float32Array.of(correction1), []),
      correction2: tensor(Float32Array.of(correction2), []),
      ...Object.fromEntries(this.current),
    };
    for (const [name, shape] of shapes) feeds[name] = tensor(inputs[name]!, shape);
    const sessionFeeds = Object.fromEntries(session.inputNames.map((name) => [name, feeds[name]!]));
    const { out, distances } = await runOrOutOfMemory(runSession(session, this.device, sessionFeeds), this.device);
    for (const [name, previous] of this.current) {
      previous.dispose();
      this.current.set(name, out[`next:${name}`]!);
    }
    this.steps++;
    return {
      loss: (out['loss']!.data as Float32Array)[0]!,
      distances,
      gradientNorm: (out['gradientNorm']!.data as Float32Array)[0]!,
      partSize: samples,
    };
  }

  /** Reading a tensor in device memory aborts the process (onnxruntime 1.30), so a session that adds 0 copies it to main memory. */
  async state(): Promise<TrainState> {
    this.reader ??= this.openReader();
    const { session } = await this.reader;
    const outputs = await runSession(session, this.device, Object.fromEntries(this.current));
    const params: TensorMap = new Map();
    const slots: TensorMap = new Map();
    for (const [name, { dims }] of this.current) {
      const data = Float32Array.from(outputs[`read:${name}`]!.data as Float32Array);
      (this.paramNames.has(name) ? params : slots).set(name, { shape: dims, data });
    }
    return { params, slots, step: this.steps };
  }

  async dispose(): Promise<void> {
    for (const value of this.current.values()) value.dispose();
    this.current.clear();
    for (const { close } of this.compiled.values()) await close();
    this.compiled.clear();
    await (await this.reader)?.close();
  }

  private openReader(): Promise<OpenSession> {
    const b = new ProgramBuilder();
    for (const [name, { dims }] of this.current) b.output(`read:${name}`, b.add(b.input(name, dims), b.scalar(0)));
    return open(b, this.device);
  }

  private async compiledFor(samples: number): Promise<Compiled> {
    const existing = this.compiled.get(samples);
    if (existing) return existing;
    const task = this.taskFor(samples);
    const { program, state } = lowerTraining(task, this.frozen, this.device);
    const missing = state.filter((s) => !this.current.has(s.name));
    if (missing.length) throw new Error(`The training state lacks ${missing.map((s) => s.name).join(', ')}.`);
    const opened = await open(program, this.device, this.profiler, new Set(state.map((s) => s.next)));
    const compiled = { ...opened, inputs: new Map([...task.program.inputs].map(([name, v]) => [name, v.shape])) };
    this.compiled.set(samples, compiled);
    return compiled;
  }
}
