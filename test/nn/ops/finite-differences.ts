import { expect, test } from 'vitest';
import { emitForward, emitGradients } from '../../../src/main/nn/autodiff.ts';
import { Emitter } from '../../../src/main/nn/emit.ts';
import { compileProgram } from '../../../src/main/nn/engines/onnx.ts';
import { Graph, type Value } from '../../../src/main/nn/graph.ts';
import { sizeOf } from '../../../src/main/nn/tensor.ts';
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

/**
 * Titled by its shapes: the gradient of a weighted sum of the output against central differences. Uneven weights keep
 * symmetric mistakes from cancelling. At most twelve entries of each input are moved.
 */
export function checkGradient(name: string, shapes: readonly (readonly number[])[], build: Build, o: Options = {}): void {
  test(`${name}: ${shapes.map((s) => `[${s}]`).join(' ')}`, async () => {
    const graph = new Graph();
    const inputs = shapes.map((shape, i) => graph.input(`x${i}`, shape));
    const y = build(graph, inputs);
    const values = shapes.map((shape, i) => Float32Array.from(hashed(`${name}${i}`, sizeOf(shape)), (u, k) => o.values?.(u, i, k) ?? u));
    const weights = hashed(`${name} weights`, sizeOf(y.shape));

    const e = new Emitter();
    const bound = new Map(inputs.map((v, i) => [v, e.input(`x${i}`, shapes[i]!)]));
    const b = emitForward(e, graph, [y], bound);
    e.output(b.refs.get(y)!, 'y');
    const wrt = inputs.filter((_, i) => !o.constant?.includes(i));
    const gradients = emitGradients(e, graph, b, y, wrt, e.constant(Float32Array.from(weights), y.shape));
    for (const v of wrt) e.output(gradients.get(v)!, `d${inputs.indexOf(v)}`);
    const exe = await compileProgram(e.program, 'cpu');

    const run = (all: readonly Float32Array[]): ReturnType<typeof exe.run> => exe.run(Object.fromEntries(all.map((data, i) => [`x${i}`, data])));
    const valueAt = async (all: readonly Float32Array[]): Promise<number> => (await run(all)).y!.reduce((sum, v, i) => sum + v * weights[i]!, 0);
    const analytic = await run(values);
    const h = o.step ?? 1e-2;
    for (const p of wrt.map((v) => inputs.indexOf(v))) {
      const gradient = analytic[`d${p}`]!;
      expect(gradient.length).toBe(sizeOf(shapes[p]!));
      const scale = Math.max(...gradient.map(Math.abs));
      expect(scale).toBeGreaterThan(0);
      for (const i of picked(gradient.length, `${name}${p}`)) {
        const moved = (by: number): Float32Array[] => values.map((data, k) => (k === p ? data.map((v, j) => (j === i ? v + by : v)) : data));
        const numeric = ((await valueAt(moved(h))) - (await valueAt(moved(-h)))) / (2 * h);
        expect.soft(Math.abs(gradient[i]! - numeric) / scale, `d${p}[${i}]: ${gradient[i]} against ${numeric}`).toBeLessThan(o.tolerance ?? 5e-3);
      }
    }
    await exe.dispose();
  });
}

function picked(length: number, name: string): number[] {
  if (length <= 12) return Array.from({ length }, (_, i) => i);
  return [...new Set(hashed(name, 12).map((u) => Math.floor(((u + 1) / 2) * length)))];
}
