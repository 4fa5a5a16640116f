import { describe, expect, test } from 'vitest';
import { onnxEngine } from '../../src/main/nn/engines/onnx.ts';
import { headFromProbe } from '../../src/main/nn/head-start.ts';
import { initialTensors } from '../../src/main/nn/initialise.ts';
import { embeddingTask, featuresTask, HIDDEN, pooledTask, siameseParams, type SiameseSpec } from '../../src/main/nn/siamese.ts';
import type { TensorMap } from '../../src/main/nn/tensor.ts';
import { randomFor } from '../../src/shared/random.ts';

const spec: SiameseSpec = { backbone: 'mobilenet_v2_035', flavour: 'keras', size: 64, dim: 16 };
const engine = onnxEngine('cpu');
const random = randomFor(3, 'head start test');
const params = initialTensors(siameseParams(spec), 1);

async function run(task: ReturnType<typeof embeddingTask>, tensors: TensorMap, images: Float32Array): Promise<Record<string, Float32Array>> {
  const exe = await engine.compile(task, tensors);
  try {
    return await exe.run({ images });
  } finally {
    await exe.dispose();
  }
}

describe('a head that begins as a probe', () => {
  const features = 1280;
  const classes = 3;
  // Class k scores high where feature k does.
  const weight = new Float64Array(classes * features);
  for (let k = 0; k < classes; k++) weight[k * features + k] = 1;
  const bias = new Float64Array(classes).fill(-5);
  const pooled = new Float32Array(classes * features);
  for (let k = 0; k < classes; k++) pooled[k * features + k] = 9;

  test.each([16, 2, 1])('images surely of two classes lie about a margin apart where d gives room (d = %i)', async (dim) => {
    const drawn = initialTensors(siameseParams({ ...spec, dim }), 1);
    const head = headFromProbe(drawn, { weight, bias, scores: new Float64Array() }, 2, randomFor(1, 'probe'));
    for (const [name, tensor] of head) {
      expect(tensor.shape).toEqual(drawn.get(name)!.shape);
      expect(tensor.data).toHaveLength(drawn.get(name)!.data.length);
    }
    const { embedding } = await run(embeddingTask({ ...spec, dim }, 'pooled', classes), new Map([...drawn, ...head]), pooled);
    const distance = (i: number, j: number): number =>
      Math.hypot(...Array.from({ length: dim }, (_, c) => embedding![i * dim + c]! - embedding![j * dim + c]!));
    const apart = [distance(0, 1), distance(0, 2), distance(1, 2)];
    if (dim === 16) for (const d of apart) expect(Math.abs(d - 2)).toBeLessThan(0.25);
    else expect(Math.max(...apart)).toBeGreaterThan(1);
  });
  test('the drawn tensors stay as they were, and units that no class uses keep a share of them', () => {
    const before = params.get('fc.0.weight')!.data.slice();
    const head = headFromProbe(params, { weight, bias, scores: new Float64Array() }, 2, random);
    expect(params.get('fc.0.weight')!.data).toEqual(before);
    const spare = (HIDDEN - 1) * features;
    expect(head.get('fc.0.weight')!.data[spare]! / before[spare]!).toBeCloseTo(0.05, 5);
  });
});

test('features pooled from the stage boundary, and from the image, are those that scope head caches', async () => {
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
