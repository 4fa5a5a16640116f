import type { Tensor } from '@tensorflow/tfjs';
import { expect, onTestFinished, test } from 'vitest';
import { channelBlock } from '../../../src/main/nn/engines/onnx-blocks.ts';
import { lower } from '../../../src/main/nn/engines/onnx-lower.ts';
import { compileProgram } from '../../../src/main/nn/engines/onnx.ts';
import { asChannelsFirst, channelsFirst } from '../../../src/main/nn/engines/tensorflow/device-tensor.ts';
import { evaluate } from '../../../src/main/nn/engines/tensorflow/evaluate.ts';
import { tensorOf } from '../../../src/main/nn/engines/tensorflow/executable.ts';
import { tensorflowLibrary } from '../../../src/main/nn/engines/tensorflow/library.ts';
import { ProgramBuilder } from '../../../src/main/nn/ir/build/builder.ts';
import { differentiate } from '../../../src/main/nn/ir/build/differentiate.ts';
import type { SourceProgram } from '../../../src/main/nn/ir/program.ts';
import { sizeOf } from '../../../src/main/nn/ir/tensor.ts';
import type { Value } from '../../../src/main/nn/ir/value.ts';
import type { DeviceName } from '../../../src/shared/run.ts';
import { DEVICE_UNDER_TEST } from '../engines.ts';
import { hashed } from '../reference.ts';

/** Writes the function under test and returns its (first) result. */
export type Build = (b: ProgramBuilder, inputs: Value[]) => Value;

export interface Options {
  /** Values of an input from its hashed value in [-1, 1). */
  values?: (u: number, input: number, index: number) => number;
  /** Inputs that have no gradient (statistics, labels). */
  constant?: readonly number[];
  tolerance?: number; // relative to the largest entry of the gradient
  step?: number;
  /** TF.js has no gradient for a primitive of the function; it still evaluates our rules. */
  noTensorflowGradient?: boolean;
}

interface Run {
  gradients(inputs: readonly Float32Array[]): Promise<{ y: Float32Array; gradients: (Float32Array | null)[] }>;
  /** y alone: in plain JavaScript, the gradients take most of the time, and a difference quotient needs none. */
  forward(inputs: readonly Float32Array[]): Promise<Float32Array>;
}

interface Problem {
  program: SourceProgram;
  inputs: Value[];
  y: Value;
  weights: Float32Array; // of y's entries in the sum that is differentiated
  wrt: readonly number[]; // which inputs
}

/** The function and its gradients as one program: outputs y, d0, d1 … */
function withGradients({ program, inputs, y, weights, wrt }: Problem): SourceProgram {
  const { program: b, gradients } = differentiate(
    program,
    y,
    wrt.map((i) => inputs[i]!),
    weights,
  );
  b.output('y', y);
  wrt.forEach((i, k) => {
    b.output(`d${i}`, gradients[k]!);
  });
  return b;
}

/** Our gradient rules on onnxruntime, lowered for a device; the CPU runs them all. */
const onOnnx =
  (device: DeviceName, block = 0) =>
  async (problem: Problem): Promise<Run> => {
    const exe = await compileProgram(lower(withGradients(problem), { device, block }), DEVICE_UNDER_TEST ?? 'cpu');
    onTestFinished(() => exe.dispose());
    const gradients: Run['gradients'] = async (all) => {
      const out = await exe.run(Object.fromEntries(all.map((data, i) => [`x${i}`, data])));
      return { y: out['y']!, gradients: problem.inputs.map((_, i) => out[`d${i}`] ?? null) };
    };
    return { gradients, forward: async (all) => (await gradients(all)).y };
  };

/** TF.js's operations and differentiation: an independent check of our rules. */
async function differentiateByTensorflow(problem: Problem): Promise<Run> {
  const { program, inputs, y, weights, wrt } = problem;
  const { tf } = await tensorflowLibrary();
  const forward = await forwardOnTensorflow(problem);
  const gradients: Run['gradients'] = async (all) => {
    const tensors = all.map((data, i) => tensorOf(tf, data, inputs[i]!.shape));
    const moving = wrt.map((i) => tensors[i]!);
    const seed = tensorOf(tf, weights, y.shape);
    const found = tf.grads((...moved: Tensor[]) => {
      const bound = new Map(inputs.map((v, i) => [v, channelsFirst(wrt.includes(i) ? moved[wrt.indexOf(i)]! : tensors[i]!)]));
      return tf.sum(tf.mul(asChannelsFirst(tf, evaluate(tf, program, [y], bound).get(y)!), seed));
    })(moving);
    const read = (t: Tensor): Promise<Float32Array> => t.data<'float32'>();
    const result = await Promise.all(inputs.map((_, i) => (wrt.includes(i) ? read(found[wrt.indexOf(i)]!) : Promise.resolve(null))));
    tf.dispose([...tensors, ...found, seed]);
    return { y: await forward(all), gradients: result };
  };
  return { gradients, forward };
}

/** Our gradient rules, evaluated by TF.js. */
async function onTensorflow(problem: Problem): Promise<Run> {
  const forward = await forwardOnTensorflow(problem);
  const program = withGradients(problem);
  const outputs = await evaluateOnTensorflow(program, problem.inputs, [...program.outputs.values()]);
  const names = [...program.outputs.keys()];
  const gradients: Run['gradients'] = async (all) => {
    const found = await outputs(all);
    const out = new Map(names.map((name, i) => [name, found[i]!]));
    return { y: out.get('y')!, gradients: problem.inputs.map((_, i) => out.get(`d${i}`) ?? null) };
  };
  return { gradients, forward };
}

async function forwardOnTensorflow({ program, inputs, y }: Problem): Promise<Run['forward']> {
  const values = await evaluateOnTensorflow(program, inputs, [y]);
  return async (all) => (await values(all))[0]!;
}

/** Returns a function from the numbers of the inputs to those of `wanted`. */
async function evaluateOnTensorflow(
  program: SourceProgram,
  inputs: readonly Value[],
  wanted: readonly Value[],
): Promise<(all: readonly Float32Array[]) => Promise<Float32Array[]>> {
  const { tf } = await tensorflowLibrary();
  return async (all) => {
    const found = tf.tidy(() => {
      const bound = new Map(inputs.map((v, i) => [v, channelsFirst(tensorOf(tf, all[i]!, v.shape))]));
      const values = evaluate(tf, program, wanted, bound);
      return wanted.map((value) => asChannelsFirst(tf, values.get(value)!));
    });
    const numbers = await Promise.all(found.map((t) => t.data<'float32'>()));
    tf.dispose(found);
    return numbers;
  };
}

const BLOCK = await channelBlock();

const VARIANTS: { title: string; open(problem: Problem): Promise<Run>; like?(problem: Problem): Promise<Run> }[] = [
  { title: 'lowered for graphics cards', open: onOnnx('webgpu') },
  // A device under test runs only programs lowered for devices.
  ...(DEVICE_UNDER_TEST
    ? []
    : [
        { title: 'lowered for the CPU', open: onOnnx('cpu') },
        ...(BLOCK > 0 ? [{ title: 'in blocked layout', open: onOnnx('cpu', BLOCK), like: onOnnx('cpu') }] : []),
        { title: 'our rules on TensorFlow', open: onTensorflow },
        { title: 'TensorFlow differentiates', open: differentiateByTensorflow },
      ]),
];

/**
 * Tests the gradient of a weighted sum of the output against central differences; the title has the shapes. Uneven weights keep
 * symmetric mistakes from cancelling. At most twelve entries of each input are changed.
 */
export function checkGradient(name: string, shapes: readonly (readonly number[])[], build: Build, o: Options = {}): void {
  const variants = VARIANTS.filter(({ open }) => open !== differentiateByTensorflow || !o.noTensorflowGradient);
  test.each(variants)(`${name}: ${shapes.map((s) => `[${s}]`).join(' ')}, $title`, async ({ open, like }) => {
    const program = new ProgramBuilder();
    const inputs = shapes.map((shape, i) => program.input(`x${i}`, shape));
    const y = build(program, inputs);
    const values = shapes.map((shape, i) => Float32Array.from(hashed(`${name}${i}`, sizeOf(shape)), (u, k) => o.values?.(u, i, k) ?? u));
    const weights = Float32Array.from(hashed(`${name} weights`, sizeOf(y.shape)));
    const wrt = inputs.flatMap((_, i) => (o.constant?.includes(i) ? [] : [i]));
    const run = await open({ program, inputs, y, weights, wrt });
    const valueAt = async (all: readonly Float32Array[]): Promise<number> => (await run.forward(all)).reduce((sum, v, i) => sum + v * weights[i]!, 0);
    const analytic = await run.gradients(values);
    if (like) expectEqualRuns(analytic, await (await like({ program, inputs, y, weights, wrt })).gradients(values));
    const h = o.step ?? 1e-2;
    for (const p of wrt) {
      const gradient = analytic.gradients[p]!;
      expect(gradient.length).toBe(sizeOf(shapes[p]!));
      const scale = Math.max(...gradient.map(Math.abs));
      expect(scale).toBeGreaterThan(0);
      for (const i of sampleIndices(gradient.length, `${name}${p}`)) {
        const shifted = (by: number): Float32Array[] => values.map((data, k) => (k === p ? data.map((v, j) => (j === i ? v + by : v)) : data));
        const numeric = ((await valueAt(shifted(h))) - (await valueAt(shifted(-h)))) / (2 * h);
        expect.soft(Math.abs(gradient[i]! - numeric) / scale, `d${p}[${i}]: ${gradient[i]} against ${numeric}`).toBeLessThan(o.tolerance ?? 5e-3);
      }
    }
  });
}

/** Two layouts of the same numbers agree in every one. */
function expectEqualRuns(found: Awaited<ReturnType<Run['gradients']>>, expected: Awaited<ReturnType<Run['gradients']>>): void {
  [expected.y, ...expected.gradients].forEach((numbers, i) => {
    if (!numbers) return;
    const other = i === 0 ? found.y : found.gradients[i - 1]!;
    const scale = Math.max(...numbers.map(Math.abs));
    const worst = numbers.reduce((most, v, k) => Math.max(most, Math.abs(v - other[k]!)), 0);
    expect.soft(worst / scale, i === 0 ? 'y' : `d${i - 1}`).toBeLessThan(1e-5);
  });
}

function sampleIndices(length: number, name: string): number[] {
  if (length <= 12) return Array.from({ length }, (_, i) => i);
  return [...new Set(hashed(name, 12).map((u) => Math.floor(((u + 1) / 2) * length)))];
}
