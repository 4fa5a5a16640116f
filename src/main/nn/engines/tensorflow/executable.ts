import type { Tensor } from '@tensorflow/tfjs';
import { ProgramBuilder } from '../../ir/build/builder.ts';
import { dependants } from '../../ir/build/differentiate.ts';
import type { SourceProgram } from '../../ir/program.ts';
import type { Task } from '../../ir/task.ts';
import type { TensorMap } from '../../ir/tensor.ts';
import type { Value } from '../../ir/value.ts';
import type { Executable } from '../engine.ts';
import { constantValues, evaluate } from './evaluate.ts';
import { asChannelsFirst, type DeviceTensor, channelsFirst } from './device-tensor.ts';
import type { Tf } from './library.ts';

type Inputs = Readonly<Record<string, Float32Array>>;

export const tensorOf = (tf: Tf, data: Float32Array, shape: readonly number[]): Tensor => tf.tensor(data, [...shape], 'float32');

/** Holds a task's parameters, and the values computed from them alone, until disposed. */
export class TensorflowExecutable implements Executable {
  private readonly tf: Tf;
  private readonly task: Task;
  private readonly constants: ReadonlyMap<Value, DeviceTensor>;

  constructor(tf: Tf, task: Task, params: TensorMap) {
    this.tf = tf;
    this.task = task;
    const bound = bindParams(tf, task.program, params);
    // Gradients with respect to parameters need every operation on them, so nothing is precomputed.
    const constants = task.gradients ? new Map<Value, DeviceTensor>() : evaluate(tf, task.program, constantValues(task.program), bound);
    this.constants = new Map([...bound, ...constants]);
  }

  async run(inputs: Inputs): Promise<Record<string, Float32Array>> {
    await yieldToEvents();
    const { tf } = this;
    const found = tf.tidy(() => {
      const bound = new Map([...this.constants, ...bindInputs(tf, this.task.program, inputs)]);
      return this.task.derived ? this.computeDerived(bound) : this.task.gradients ? this.computeGradients(bound) : this.computeOutputs(bound);
    });
    try {
      const names = Object.keys(found);
      const data = await Promise.all(names.map((name) => found[name]!.data<'float32'>()));
      return Object.fromEntries(names.map((name, i) => [name, data[i]!]));
    } finally {
      tf.dispose(found);
    }
  }

  dispose(): Promise<void> {
    for (const { tensor } of this.constants.values()) tensor.dispose();
    return Promise.resolve();
  }

  private computeOutputs(bound: ReadonlyMap<Value, DeviceTensor>): Record<string, Tensor> {
    const { program, outputs } = this.task;
    const values = evaluate(this.tf, program, Object.values(outputs), bound);
    // Clones: an output that depends on parameters only is one of the constants, which outlive this run.
    return Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, this.tf.clone(asChannelsFirst(this.tf, values.get(value)!))]));
  }

  /** A forward pass, then for each gradient one from its value on, which TF.js differentiates. */
  private computeDerived(bound: ReadonlyMap<Value, DeviceTensor>): Record<string, Tensor> {
    const { tf } = this;
    const b = new ProgramBuilder(this.task.program);
    const values = new Map(bound);
    const compute = (wanted: readonly Value[]): void => {
      for (const [value, tensor] of evaluate(tf, b, wanted, values)) values.set(value, tensor);
    };
    let outputs = this.task.outputs;
    compute(Object.values(outputs));
    for (let step = this.task.derived, n = 0; step; n++) {
      const { of, seed, wrt } = step;
      compute(seed ? [...wrt, seed] : wrt);
      const gradients = wrt.map((value, i) => {
        const gradient = b.input(`step ${n} gradient ${i}`, value.shape);
        values.set(gradient, this.gradientOf({ of, seed }, value, b, values));
        return gradient;
      });
      const result = step.then(b, gradients);
      compute(Object.values(result.outputs));
      outputs = { ...outputs, ...result.outputs };
      step = result.next;
    }
    return Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, tf.clone(asChannelsFirst(tf, values.get(value)!))]));
  }

  /** d(sum(seed * of)) / d(value), in the layout of the value's tensor. */
  private gradientOf(
    { of, seed }: { of: Value; seed: Value | undefined },
    value: Value,
    program: SourceProgram,
    values: ReadonlyMap<Value, DeviceTensor>,
  ): DeviceTensor {
    const { tf } = this;
    const { tensor, channelsLast } = values.get(value)!;
    const dependent = dependants(program, [value]);
    if (!dependent.has(of)) return { tensor: tf.zerosLike(tensor), channelsLast };
    const fixed = [...values].filter(([other]) => !dependent.has(other));
    const weights = seed && asChannelsFirst(tf, values.get(seed)!);
    const [gradient] = tf.grads((x) => {
      const y = asChannelsFirst(tf, evaluate(tf, program, [of], new Map([...fixed, [value, { tensor: x, channelsLast }]])).get(of)!);
      return tf.sum(weights ? tf.mul(y, weights) : y);
    })([tensor]);
    return { tensor: gradient!, channelsLast };
  }

  private computeGradients(bound: ReadonlyMap<Value, DeviceTensor>): Record<string, Tensor> {
    const { tf } = this;
    const { program, outputs, gradients } = this.task;
    const { of, wrt } = gradients!;
    const parameters = wrt.map((name) => program.params.get(name)!.value);
    let values = new Map<Value, DeviceTensor>();
    const found = tf.grads((...tensors) => {
      const variables = parameters.map((value, i): [Value, DeviceTensor] => [value, channelsFirst(tensors[i]!)]);
      values = evaluate(tf, program, [...Object.values(outputs), of], new Map([...bound, ...variables]));
      for (const { tensor } of values.values()) tf.keep(tensor);
      return tf.sum(values.get(of)!.tensor);
    })(parameters.map((value) => bound.get(value)!.tensor));
    const named = Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, asChannelsFirst(tf, values.get(value)!)]));
    return { ...copyOutputs(tf, named, values), ...Object.fromEntries(wrt.map((name, i) => [`gradient:${name}`, found[i]!])) };
  }
}

/** Copies the outputs and frees the tensors that `tf.keep` retained through the differentiation. */
function copyOutputs(tf: Tf, named: Readonly<Record<string, Tensor>>, retained: ReadonlyMap<Value, DeviceTensor>): Record<string, Tensor> {
  const out = Object.fromEntries(Object.entries(named).map(([name, tensor]) => [name, tf.clone(tensor)]));
  for (const { tensor } of retained.values()) tensor.dispose();
  return out;
}

export function bindInputs(tf: Tf, program: SourceProgram, inputs: Inputs): Map<Value, DeviceTensor> {
  return new Map([...program.inputs].map(([name, value]) => [value, channelsFirst(tensorOf(tf, inputs[name]!, value.shape))]));
}

export function bindParams(tf: Tf, program: SourceProgram, params: TensorMap): Map<Value, DeviceTensor> {
  return new Map(
    [...program.params].map(([name, { value }]) => {
      const tensor = params.get(name);
      if (!tensor) throw new Error(`The parameter ${name} has no values.`);
      if (tensor.shape.join() !== value.shape.join()) throw new Error(`The parameter ${name} is [${tensor.shape}], not [${value.shape}].`);
      return [value, channelsFirst(tensorOf(tf, tensor.data, value.shape))];
    }),
  );
}

/** Handles pending events, such as a cancellation, between two computations: TF.js computes on this thread. */
export const yieldToEvents = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
