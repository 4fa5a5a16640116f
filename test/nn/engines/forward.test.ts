import { expect, test } from 'vitest';
import type { Engine } from '../../../src/main/nn/engines/engine.ts';
import { compileForward } from '../../../src/main/nn/engines/forward.ts';
import { onnxEngine } from '../../../src/main/nn/engines/onnx.ts';
import { initialTensors } from '../../../src/main/nn/initialise.ts';
import { embeddingTask, siameseParams, type SiameseSpec } from '../../../src/main/nn/siamese.ts';
import type { DeviceName } from '../../../src/shared/run.ts';

const spec: SiameseSpec = { backbone: 'compact', flavour: 'torch', size: 16, dim: 2 };
const params = initialTensors(siameseParams(spec), 1);
const row = 3 * spec.size ** 2;
const imagesOf = (n: number): Float32Array => Float32Array.from({ length: n * row }, (_, i) => Math.sin(i * i));

/** The processor's engine under the name of a device; `batches` gets the number of images of each program. */
function engineOf(device: DeviceName, batches: number[]): Engine {
  const engine = onnxEngine('cpu');
  const compile: Engine['compile'] = (task, weights) => {
    batches.push(task.program.inputs.get('images')!.shape[0]!);
    return engine.compile(task, weights);
  };
  return { ...engine, device, compile };
}

test.each([
  ['cpu', 16, 4],
  ['cpu', 2, 2],
  ['webgpu', 16, 16],
] as const)('on %s, at most %i images: %i at once, and each image has the result that it has alone', async (device, most, expected) => {
  const batches: number[] = [];
  const forward = await compileForward(engineOf(device, batches), (n) => embeddingTask(spec, 'image', n), most, params);
  expect(batches).toEqual([expected]);
  const alone = await onnxEngine('cpu').compile(embeddingTask(spec, 'image', 1), params);
  for (const count of [1, 4, 6, 16]) {
    const { embedding } = await forward.run({ images: imagesOf(count) });
    expect(embedding).toHaveLength(2 * count);
    for (const i of [0, count - 1]) {
      const { embedding: one } = await alone.run({ images: imagesOf(count).slice(i * row, (i + 1) * row) });
      for (const k of [0, 1]) expect(embedding![2 * i + k]).toBeCloseTo(one![k]!, 5);
    }
  }
  await Promise.all([forward, alone].map((program) => program.dispose()));
});
