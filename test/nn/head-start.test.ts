import { describe, expect, test } from 'vitest';
import { onnxEngine } from '../../src/main/nn/engines/onnx.ts';
import { headFromProbe } from '../../src/main/nn/head-start.ts';
import { initialTensors } from '../../src/main/nn/initialise.ts';
import type { Probe } from '../../src/main/nn/probe.ts';
import { embeddingTask, featuresTask, pooledTask, siameseParams, type SiameseSpec } from '../../src/main/nn/siamese.ts';
import type { TensorMap } from '../../src/main/nn/ir/tensor.ts';
import { randomFor } from '../../src/shared/random.ts';

const spec: SiameseSpec = { backbone: 'mobilenet_v2_035', flavour: 'keras', size: 64, dim: 16 };
const engine = onnxEngine('cpu');
const random = randomFor(3, 'head start test');
const params = initialTensors(siameseParams(spec), 1);

async function run(task: ReturnType<typeof featuresTask>, tensors: TensorMap, images: Float32Array): Promise<Record<string, Float32Array>> {
  const exe = await engine.compile(task, tensors);
  try {
    return await exe.run({ images });
  } finally {
    await exe.dispose();
  }
}

describe('a head initialised by a probe', () => {
  const features = 1280;
  /** A probe whose class k scores feature k; scores are normal with standard deviation 2. */
  const probeOf = (classes: number): Probe => {
    const weight = new Float64Array(classes * features);
    for (let k = 0; k < classes; k++) weight[k * features + k] = 1;
    const scores = (): Float64Array => Float64Array.from({ length: 200 * classes }, () => 2 * random.normal());
    return { weight, bias: new Float64Array(classes), scores: scores(), heldOut: scores() };
  };
  /** Pooled features of images that get these scores, [n, 1280]. */
  const pooledFor = (scores: readonly (readonly number[])[]): Float32Array => {
    const pooled = new Float32Array(scores.length * features);
    scores.forEach((row, i) => {
      pooled.set(row, i * features);
    });
    return pooled;
  };
  async function distancesOf(scores: readonly (readonly number[])[], dim: number, margin: number): Promise<(i: number, j: number) => number> {
    const initial = initialTensors(siameseParams({ ...spec, dim }), 1);
    const head = headFromProbe(initial, probeOf(scores[0]!.length), margin, randomFor(1, 'probe'));
    for (const [name, tensor] of head) {
      expect(tensor.shape).toEqual(initial.get(name)!.shape);
      expect(tensor.data).toHaveLength(initial.get(name)!.data.length);
    }
    const task = embeddingTask({ ...spec, dim }, 'pooled', scores.length);
    const { embedding } = await run(task, new Map([...initial, ...head]), pooledFor(scores));
    return (i, j) => Math.hypot(...Array.from({ length: dim }, (_, c) => embedding![i * dim + c]! - embedding![j * dim + c]!));
  }
  /** Hellinger distance of the class probabilities, 0..1, with the inverse temperature of head-start.ts. */
  function hellinger(a: readonly number[], b: readonly number[]): number {
    const softmax = (s: readonly number[]): number[] => {
      const e = s.map((x) => Math.exp(3 * x));
      return e.map((x) => x / e.reduce((sum, y) => sum + y, 0));
    };
    const [p, q] = [softmax(a), softmax(b)];
    return Math.hypot(...p.map((x, k) => Math.sqrt(x) - Math.sqrt(q[k]!))) / Math.SQRT2;
  }

  test.each([
    [2, 16],
    [3, 16],
    [3, 3],
    [5, 16],
  ])('distances are margin times the Hellinger distance of the probabilities (%i classes, d = %i)', async (classes, dim) => {
    const margin = 3;
    const n = 60;
    const scores = Array.from({ length: n }, () => Array.from({ length: classes }, () => 2 * random.normal()));
    const distance = await distancesOf(scores, dim, margin);
    let squares = 0;
    let pairs = 0;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < i; j++, pairs++) squares += (distance(i, j) - margin * hellinger(scores[i]!, scores[j]!)) ** 2;
    }
    expect(Math.sqrt(squares / pairs) / margin).toBeLessThan(classes === 2 ? 0.01 : 0.1);
  });
  test.each([2, 1])('with fewer dimensions than classes, images of different classes still have a distance (d = %i)', async (dim) => {
    const distance = await distancesOf([[4, -2, -2], [-2, 4, -2], [-2, -2, 4]], dim, 2); // prettier-ignore
    expect(Math.max(distance(0, 1), distance(0, 2), distance(1, 2))).toBeGreaterThan(1);
  });
  test('a probe without information gives finite tensors', () => {
    const nothing = { ...probeOf(3), weight: new Float64Array(3 * features), scores: new Float64Array(30), heldOut: new Float64Array(30) };
    for (const { data } of headFromProbe(params, nothing, 2, random).values()) expect(data.every(Number.isFinite)).toBe(true);
  });
  test('the initial tensors are not changed', () => {
    const before = params.get('fc.0.weight')!.data.slice();
    headFromProbe(params, probeOf(3), 2, random);
    expect(params.get('fc.0.weight')!.data).toEqual(before);
  });
});

test('features pooled from the stage boundary, and from the image, equal those that scope head caches', async () => {
  const n = 2;
  const images = Float32Array.from({ length: n * 3 * spec.size ** 2 }, () => random.normal());
  const { features: expected } = await run(featuresTask(spec, 'pooled', n), params, images);
  const { features: boundary } = await run(featuresTask(spec, 'boundary', n), params, images);
  const { features: fromBoundary } = await run(pooledTask(spec, 'boundary', n), params, boundary!);
  const { features: fromImage } = await run(pooledTask(spec, 'image', n), params, images);
  const most = expected!.reduce((m, x) => Math.max(m, Math.abs(x)), 0);
  for (const got of [fromBoundary!, fromImage!]) {
    expect(got).toHaveLength(expected!.length);
    expected!.forEach((x, i) => {
      expect(Math.abs(got[i]! - x)).toBeLessThan(1e-5 * most);
    });
  }
});
