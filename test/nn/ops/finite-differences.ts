import type { Tensor } from '@tensorflow/tfjs';
import { expect, onTestFinished, test } from 'vitest';
import { emitForward, emitGradients } from '../../../src/main/nn/autodiff.ts';
import { Emitter } from '../../../src/main/nn/emit.ts';
import { channelBlock } from '../../../src/main/nn/engines/onnx-blocks.ts';
import { compileProgram } from '../../../src/main/nn/engines/onnx.ts';
import { evaluate } from '../../../src/main/nn/engines/tensorflow/evaluate.ts';
import { tensorOf } from '../../../src/main/nn/engines/tensorflow/executable.ts';
import { asPlain, plain } from '../../../src/main/nn/engines/tensorflow/held.ts';
import { tensorflowLibrary } from '../../../src/main/nn/engines/tensorflow/library.ts';
import { withFusedActivations } from '../../../src/main/nn/fused-activations.ts';
import { Graph, type Value } from '../../../src/main/nn/graph.ts';
import { sizeOf } from '../../../src/main/nn/ir/tensor.ts';
import type { DeviceName } from '../../../src/shared/run.ts';
import { DEVICE_UNDER_TEST } from '../engines.ts';
import { hashed } from '../reference.ts';

/** Builds the operation under test from inputs of the given shapes and returns its first output. */
export type Build = (graph: Graph, inputs: Value[]) => Value;

interface Options {
  /** Values of an input from its hashed value in [-1, 1). */
  values?: (u: number, input: number, index: number) => number;
  /** Inputs that have no gradient (statistics, labels). */
  constant?: readonly number[];
  tolerance?: number; // relative to the largest entry of the gradient
  step?: number;
}

type Run = (inputs: readonly Float32Array[]) => Promise<{ y: Float32Array; gradients: (Float32Array | null)[] }>;

interface Problem {
  graph: Graph;
  inputs: Value[];
  y: Value;
  weights: Float32Array; // of y's entries in the sum that is differentiated
  wrt: readonly number[]; // which inputs
}

/** Our own gradient rules, as written for a device; the CPU carries them all out. */
const written =
  (device: DeviceName, block = 0) =>
  async ({ graph, inputs, y, weights, wrt }: Problem): Promise<Run> => {
    const e = new Emitter(device, block);
    const bound = new Map(inputs.map((v, i) => [v, e.input(`x${i}`, v.shape)]));
    const b = emitForward(e, graph, [y], bound);
    e.output(b.refs.get(y)!, 'y');
    const values = wrt.map((i) => inputs[i]!);
    const found = emitGradients(e, graph, b, y, values, e.constant(weights, y.shape));
    for (const i of wrt) e.output(found.get(inputs[i]!)!, `d${i}`);
    const exe = await compileProgram(block > 0 ? withFusedActivations(e.program) : e.program, DEVICE_UNDER_TEST ?? 'cpu');
    onTestFinished(() => exe.dispose());
    return async (all) => {
      const out = await exe.run(Object.fromEntries(all.map((data, i) => [`x${i}`, data])));
      return { y: out['y']!, gradients: inputs.map((_, i) => out[`d${i}`] ?? null) };
    };
  };

/** TF.js's operations and its own differentiation. */
async function differentiated({ graph, inputs, y, weights, wrt }: Problem): Promise<Run> {
  const { tf } = await tensorflowLibrary();
  return async (all) => {
    const tensors = all.map((data, i) => tensorOf(tf, data, inputs[i]!.shape));
    const forward = (moved: readonly Tensor[]): Tensor => {
      const bound = new Map(inputs.map((v, i) => [v, plain(wrt.includes(i) ? moved[wrt.indexOf(i)]! : tensors[i]!)]));
      return asPlain(tf, evaluate(tf, graph, [y], bound).get(y)!);
    };
    const moving = wrt.map((i) => tensors[i]!);
    const seed = tensorOf(tf, weights, y.shape);
    const found = tf.grads((...moved) => tf.sum(tf.mul(forward(moved), seed)))(moving);
    const values = tf.tidy(() => forward(moving));
    const read = (t: Tensor): Promise<Float32Array> => t.data<'float32'>();
    const gradients = await Promise.all(inputs.map((_, i) => (wrt.includes(i) ? read(found[wrt.indexOf(i)]!) : Promise.resolve(null))));
    const result = { y: await read(values), gradients };
    tf.dispose([...tensors, ...found, seed, values]);
    return result;
  };
}

const BLOCK = await channelBlock();

const WAYS: { title: string; open(problem: Problem): Promise<Run>; like?(problem: Problem): Promise<Run> }[] = [
  { title: 'as graphics cards get it', open: written('webgpu') },
  // A device under test knows only what is written for devices.
  ...(DEVICE_UNDER_TEST
    ? []
    : [
        { title: 'as the CPU gets it', open: written('cpu') },
        ...(BLOCK > 0 ? [{ title: 'in blocks of channels', open: written('cpu', BLOCK), like: written('cpu') }] : []),
        { title: 'TensorFlow', open: differentiated },
      ]),
];

/**
 * Titled by its shapes: the gradient of a weighted sum of the output against central differences. Uneven weights keep
 * symmetric mistakes from cancelling. At most twelve entries of each input are moved.
 */
export function checkGradient(name: string, shapes: readonly (readonly number[])[], build: Build, o: Options = {}): void {
  test.each(WAYS)(`${name}: ${shapes.map((s) => `[${s}]`).join(' ')}, $title`, async ({ open, like }) => {
    const graph = new Graph();
    const inputs = shapes.map((shape, i) => graph.input(`x${i}`, shape));
    const y = build(graph, inputs);
    const values = shapes.map((shape, i) => Float32Array.from(hashed(`${name}${i}`, sizeOf(shape)), (u, k) => o.values?.(u, i, k) ?? u));
    const weights = Float32Array.from(hashed(`${name} weights`, sizeOf(y.shape)));
    const wrt = inputs.flatMap((_, i) => (o.constant?.includes(i) ? [] : [i]));
    const run = await open({ graph, inputs, y, weights, wrt });
    const valueAt = async (all: readonly Float32Array[]): Promise<number> => (await run(all)).y.reduce((sum, v, i) => sum + v * weights[i]!, 0);
    const analytic = await run(values);
    if (like) expectAlike(analytic, await (await like({ graph, inputs, y, weights, wrt }))(values));
    const h = o.step ?? 1e-2;
    for (const p of wrt) {
      const gradient = analytic.gradients[p]!;
      expect(gradient.length).toBe(sizeOf(shapes[p]!));
      const scale = Math.max(...gradient.map(Math.abs));
      expect(scale).toBeGreaterThan(0);
      for (const i of picked(gradient.length, `${name}${p}`)) {
        const moved = (by: number): Float32Array[] => values.map((data, k) => (k === p ? data.map((v, j) => (j === i ? v + by : v)) : data));
        const numeric = ((await valueAt(moved(h))) - (await valueAt(moved(-h)))) / (2 * h);
        expect.soft(Math.abs(gradient[i]! - numeric) / scale, `d${p}[${i}]: ${gradient[i]} against ${numeric}`).toBeLessThan(o.tolerance ?? 5e-3);
      }
    }
  });
}

/** Two ways that lay the same numbers out otherwise agree in every one. */
function expectAlike(found: Awaited<ReturnType<Run>>, expected: Awaited<ReturnType<Run>>): void {
  [expected.y, ...expected.gradients].forEach((numbers, i) => {
    if (!numbers) return;
    const other = i === 0 ? found.y : found.gradients[i - 1]!;
    const scale = Math.max(...numbers.map(Math.abs));
    const worst = numbers.reduce((most, v, k) => Math.max(most, Math.abs(v - other[k]!)), 0);
    expect.soft(worst / scale, i === 0 ? 'y' : `d${i - 1}`).toBeLessThan(1e-5);
  });
}

function picked(length: number, name: string): number[] {
  if (length <= 12) return Array.from({ length }, (_, i) => i);
  return [...new Set(hashed(name, 12).map((u) => Math.floor(((u + 1) / 2) * length)))];
}
