import { expect, test } from 'vitest';
import { onnxEngine } from '../../src/main/nn/engines/onnx.ts';
import { headFromProbe, probeHead } from '../../src/main/nn/head-start.ts';
import { fitProbe, softmax } from '../../src/main/nn/probe.ts';
import { embeddingSize, embeddingTask, siameseParams, type SiameseSpec } from '../../src/main/nn/siamese.ts';
import { lossOf } from '../../src/main/nn/losses/index.ts';
import { randomFor } from '../../src/shared/random.ts';
import { filledTensors } from './reference.ts';

const SPEC: SiameseSpec = { backbone: 'compact', flavour: 'torch', size: 16, dim: 4 };
const CLASSES = 3; // the fourth has no training images
const N = 30;
const random = randomFor(1, 'rows');

test('a probe head: D² = 2 (1 - q_A · q_B - what the features add); 0 for one image, at most about 1 - q_A · q_B for unrelated ones', async () => {
  const spec: SiameseSpec = { ...SPEC, head: 'probe' };
  const params = filledTensors(siameseParams(spec));
  const channels = params.get('probe.mean')!.shape[0]!;
  const rows = Float32Array.from(
    { length: N * channels },
    (_, at) => random.normal() + Number(at % channels === Math.floor(at / channels) % CLASSES) * 3,
  );
  const targets = Uint8Array.from({ length: N * CLASSES }, (_, at) => Number(Math.floor(at / CLASSES) % CLASSES === at % CLASSES));
  const fitted = await fitProbe(rows, N, targets);
  for (const [name, tensor] of probeHead(params, fitted, rows)) params.set(name, tensor);
  const exe = await onnxEngine('cpu').compile(embeddingTask(spec, 'pooled', N), params);
  const { embedding } = await exe.run({ images: rows });
  await exe.dispose();
  const size = embeddingSize(spec);
  expect(embedding).toHaveLength(N * size);
  const q = softmax(
    fitted.scores.map((score) => 2 * score),
    CLASSES,
  );
  const z = (i: number): Float32Array => embedding!.subarray(i * size, (i + 1) * size);
  for (let i = 0; i < N; i++) {
    expect(z(i)[3]).toBe(0); // the class without images
    for (let k = 0; k < CLASSES; k++) expect(z(i)[k]).toBeCloseTo(q[i * CLASSES + k]!, 4);
    expect(Math.hypot(...z(i))).toBeCloseTo(1, 5);
  }
});

test('a head that starts as a probe and is scaled to length 1 has the direction of the square roots of the probabilities', async () => {
  const spec: SiameseSpec = { ...SPEC, head: 'unit' };
  const params = filledTensors(siameseParams(spec));
  const channels = params.get('fc.0.weight')!.shape[1]!;
  const rows = Float32Array.from(
    { length: N * channels },
    (_, at) => random.normal() + Number(at % channels === Math.floor(at / channels) % CLASSES) * 3,
  );
  const targets = Uint8Array.from({ length: N * CLASSES }, (_, at) => Number(Math.floor(at / CLASSES) % CLASSES === at % CLASSES));
  const fitted = await fitProbe(rows, N, targets);
  for (const [name, tensor] of headFromProbe(params, fitted, Math.SQRT2, randomFor(1, 'probe'), { unit: true })) params.set(name, tensor);
  const exe = await onnxEngine('cpu').compile(embeddingTask(spec, 'pooled', N), params);
  const { embedding } = await exe.run({ images: rows });
  await exe.dispose();
  const q = softmax(
    fitted.scores.map((score) => 3 * score),
    CLASSES,
  );
  let error = 0;
  for (let i = 0; i < N; i++) {
    for (let j = 0; j < i; j++) {
      let [cosine, expected] = [0, 0];
      for (let k = 0; k < SPEC.dim; k++) cosine += embedding![i * SPEC.dim + k]! * embedding![j * SPEC.dim + k]!;
      for (let k = 0; k < CLASSES; k++) expected += Math.sqrt(q[i * CLASSES + k]! * q[j * CLASSES + k]!);
      error += Math.abs(cosine - expected) / ((N * (N - 1)) / 2);
    }
  }
  expect(error).toBeLessThan(0.05);
});

test('the loss of pairs is the log-likelihood of their labels', () => {
  const half = Math.sqrt(2 - 2 * 0.5); // cosine 0.5
  expect(lossOf('probe').ofPairs([half, half], [0, 1], { margin: 2 })).toBeCloseTo(Math.log(2), 12);
  expect(lossOf('probe').ofPairs([0, Math.SQRT2], [0, 1], { margin: 2 })).toBeCloseTo(0, 5);
});
