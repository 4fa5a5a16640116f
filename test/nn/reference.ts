import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fnv1a } from '../../src/shared/random.ts';
import type { ParamSpec, Tensor, TensorMap } from '../../src/main/nn/ir/tensor.ts';
import { sizeOf } from '../../src/main/nn/ir/tensor.ts';

/** Deterministic numbers in [-1, 1), the inputs of the reference files, which have the formulas. */
export function hashed(name: string, n: number): Float64Array {
  const seed = fnv1a(name);
  const numbers = new Float64Array(n);
  // Loops, since a ResNet-50 has 24 million numbers: `from` with a function takes 5.5 s for them, two loops 0.2 s.
  for (let i = 0; i < n; i++) {
    let x = (seed + Math.imul(i, 0x9e3779b9)) >>> 0;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b) >>> 0;
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35) >>> 0;
    numbers[i] = ((x ^ (x >>> 16)) >>> 0) / 2 ** 31 - 1;
  }
  return numbers;
}

/** Values for every parameter, each from the hash of its name; `rename` gives the name that the reference used. */
export function filledTensors(specs: readonly ParamSpec[], rename = (name: string): string => name): TensorMap {
  return new Map(specs.map((s) => [s.name, tensorFor({ ...s, name: rename(s.name) })]));
}

function tensorFor({ name, shape }: ParamSpec): Tensor {
  const u = hashed(name, sizeOf(shape));
  const value = (): ((x: number) => number) => {
    if (shape.length >= 2) {
      const scale = Math.sqrt((3 * (name === 'fc.2.weight' ? 1 : 2)) / (sizeOf(shape) / shape[0]!));
      return (x) => x * scale;
    }
    if (name.endsWith('running_mean') || name.endsWith('bias')) return (x) => x / 10;
    if (name.endsWith('running_var')) return (x) => 1 + Math.abs(x) / 2;
    return (x) => 1 + x / 10;
  };
  const of = value();
  const data = new Float32Array(u.length);
  for (let i = 0; i < u.length; i++) data[i] = of(u[i]!);
  return { shape, data };
}

/** Reference numbers; test/nn/fixtures/README.md has the source of each file. */
export function readFixture<T>(name: string): T {
  return JSON.parse(readFileSync(resolve('test', 'nn', 'fixtures', name), 'utf8')) as T;
}

/** Largest |a - b| relative to the largest |b|: the error of a tensor as a whole. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let worst = 0;
  let scale = 0;
  for (let i = 0; i < expected.length; i++) {
    worst = Math.max(worst, Math.abs(actual[i]! - expected[i]!));
    scale = Math.max(scale, Math.abs(expected[i]!));
  }
  return scale === 0 ? worst : worst / scale;
}

/** The Euclidean norm. */
export function norm(x: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]! ** 2;
  return Math.sqrt(sum);
}
