import { describe, expect, test } from 'vitest';
import type { Engine } from '../../../src/main/nn/engines/engine.ts';
import { cellEmbeddings, headOf } from '../../../src/main/nn/explain/cell-embeddings.ts';
import { correspond } from '../../../src/main/nn/explain/correspondence.ts';
import { methodNamed } from '../../../src/main/nn/explain/index.ts';
import { halves } from '../../../src/main/nn/explain/method.ts';
import { HIDDEN } from '../../../src/main/nn/head.ts';
import type { TensorMap } from '../../../src/main/nn/ir/tensor.ts';
import { embeddingSize, layerTask, siameseParams, type SiameseSpec } from '../../../src/main/nn/siamese.ts';
import { ENGINES } from '../engines.ts';
import { filledTensors, hashed, relativeError } from '../reference.ts';

/** Heads whose embeddings have length 1, against the head written out here in float64. */

const SPEC = { backbone: 'compact', flavour: 'torch', size: 32, dim: 3 } as const;
const LAYER = 'stage3';
const HEADS = ['unit', 'probe'] as const;

const specOf = (head: (typeof HEADS)[number]): SiameseSpec => ({ ...SPEC, head });

function paramsOf(spec: SiameseSpec): TensorMap {
  const params = filledTensors(siameseParams(spec));
  if (spec.head === 'probe') for (const name of ['probe.mean', 'probe.bias']) params.get(name)!.data.set(hashed(name, params.get(name)!.data.length));
  return params;
}

/** z of pooled features p [C]. */
function embed(params: TensorMap, spec: SiameseSpec, p: readonly number[]): number[] {
  const data = (name: string): Float32Array => params.get(name)!.data as Float32Array;
  const times = (weight: Float32Array, x: readonly number[], bias: Float32Array): number[] =>
    Array.from(bias, (offset, i) => {
      let total = offset;
      for (let c = 0; c < x.length; c++) total += weight[i * x.length + c]! * x[c]!;
      return total;
    });
  const unit = (x: number[]): number[] => {
    const length = Math.hypot(...x);
    return x.map((value) => value / length);
  };
  if (spec.head === 'unit') {
    const hidden = times(data('fc.0.weight'), p, data('fc.0.bias')).map((value) => Math.max(0, value));
    return unit(times(data('fc.2.weight'), hidden, data('fc.2.bias')));
  }
  const shares = times(data('probe.weight'), p, data('probe.bias')).map((score) => Math.exp(2 * score));
  const total = sum(shares);
  const q = shares.map((share) => share / total);
  const rest = Math.sqrt(1 + 1e-6 - q.reduce((sum, value) => sum + value ** 2, 0));
  const mean = data('probe.mean');
  return [...q, ...unit(p.map((value, c) => value - mean[c]!)).map((value) => rest * value)];
}

const distance = (a: readonly number[], b: readonly number[]): number => Math.hypot(...a.map((value, i) => value - b[i]!));
const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((total, value) => total + value, 0);

/** Features of two images at the last layer [2, C, n], their embeddings, and their pooled features. */
async function featuresOf(engine: Engine, spec: SiameseSpec, params: TensorMap, images: Float32Array) {
  const program = await engine.compile(layerTask(spec, LAYER, 2), params);
  const { features, embedding } = await program.run({ images });
  const channels = params.get(spec.head === 'probe' ? 'probe.weight' : 'fc.0.weight')!.shape[1]!;
  const cells = features!.length / (2 * channels);
  const pooled = halves(features!).map((one) => Array.from({ length: channels }, (_, c) => sum(one.subarray(c * cells, (c + 1) * cells)) / cells));
  const copies = { features: features!.slice(), embedding: embedding!.slice(), pooled, channels, cells };
  await program.dispose();
  return copies;
}

const images = Float32Array.from([...hashed('a', 3 * SPEC.size ** 2), ...hashed('b', 3 * SPEC.size ** 2)], (u) => 2 * u);

describe.each(ENGINES)('on $title', ({ open }) => {
  test.each(HEADS)('the embedding of a %s head has length 1 and the values of the formula', async (head) => {
    const spec = specOf(head);
    const params = paramsOf(spec);
    const { embedding, pooled } = await featuresOf(await open(), spec, params, images);
    expect(embedding).toHaveLength(2 * embeddingSize(spec));
    for (const [i, z] of halves(embedding).entries()) {
      expect(Math.hypot(...z)).toBeCloseTo(1, 5);
      expect(relativeError(z, embed(params, spec, pooled[i]!))).toBeLessThan(1e-4);
    }
  });

  test.each(HEADS)('path maps of a %s head are complete, and equal to a numerical integral', async (head) => {
    const spec = specOf(head);
    const params = paramsOf(spec);
    const engine = await open();
    const { features, pooled, channels, cells } = await featuresOf(engine, spec, params, images);
    const explainer = methodNamed('path')(spec, LAYER);
    const program = await engine.compile(explainer.tasks['maps']!, params);
    const maps = await explainer.explain((_, inputs) => program.run(inputs), { images, blurred: () => images });
    await program.dispose();
    const z = pooled.map((p) => embed(params, spec, p));
    expect(maps.distance).toBeCloseTo(distance(z[0]!, z[1]!), 4);
    for (const i of [0, 1] as const) {
      const [p, other] = [pooled[i]!, z[1 - i]!];
      const start = distance(embed(params, spec, Array(channels).fill(0)), other);
      expect(maps.baseline![i]).toBeCloseTo(start, 4);
      expect(Math.abs(sum(maps.signed[i]) - (maps.distance - start))).toBeLessThan(2e-4 * maps.distance);
      const gradient = head === 'unit' ? meanUnitGradient(params, p, other) : meanGradient((q) => distance(embed(params, spec, q), other), p);
      const own = halves(features)[i]!;
      const expected = Array.from({ length: cells }, (_, x) => gradient.reduce((total, g, c) => total + (g * own[c * cells + x]!) / cells, 0));
      expect(relativeError(maps.signed[i], expected)).toBeLessThan(2e-3);
    }
  });

  test.each(HEADS)('the cells of a %s head add up to the embedding less that of no features, and pairs of cells to D - R', async (head) => {
    const spec = specOf(head);
    const params = paramsOf(spec);
    const { features, pooled, channels } = await featuresOf(await open(), spec, params, images);
    const weights = headOf(params, head);
    const [z, zero] = [embed(params, spec, pooled[0]!), embed(params, spec, Array(channels).fill(0))];
    const cells = cellEmbeddings(halves(features)[0], channels, weights);
    const total = z.map((_, k) => sum(cells.map((cell) => cell[k]!)));
    expect(
      relativeError(
        total,
        z.map((value, k) => value - zero[k]!),
      ),
    ).toBeLessThan(1e-5);
    const found = correspond(features, channels, weights);
    expect(found.distance).toBeCloseTo(distance(z, embed(params, spec, pooled[1]!)), 5);
    expect(Math.abs(sum(found.shares) - (found.distance - found.unrelated))).toBeLessThan(1e-6);
  });
});

test('a hidden layer has the units that the formula assumes', () => {
  expect(paramsOf(specOf('unit')).get('fc.0.weight')!.shape[0]).toBe(HIDDEN);
});

/** The mean over t of dD/dp at t p for a unit head, by the chain rule at 3000 midpoints: ReLU has kinks on the path. */
function meanUnitGradient(params: TensorMap, p: readonly number[], other: readonly number[]): number[] {
  const [w0, b0, w2, b2] = ['fc.0.weight', 'fc.0.bias', 'fc.2.weight', 'fc.2.bias'].map((name) => params.get(name)!.data as Float32Array);
  const [steps, channels, dim] = [3000, p.length, b2!.length];
  const h = Array.from({ length: HIDDEN }, (_, i) => p.reduce((total, value, c) => total + w0![i * channels + c]! * value, 0));
  const mean = new Float64Array(HIDDEN); // of dD/dh
  for (let k = 0; k < steps; k++) {
    const z = h.map((value, i) => ((k + 0.5) / steps) * value + b0![i]!);
    const f = Array.from(b2!, (bias, j) => z.reduce((total, value, i) => total + w2![j * HIDDEN + i]! * Math.max(0, value), bias));
    const length = Math.hypot(...f);
    const unit = f.map((value) => value / length);
    const d = distance(unit, other);
    const u = unit.map((value, j) => (value - other[j]!) / d);
    const along = u.reduce((total, value, j) => total + value * unit[j]!, 0);
    for (let i = 0; i < HIDDEN; i++)
      if (z[i]! > 0) for (let j = 0; j < dim; j++) mean[i]! += (((u[j]! - unit[j]! * along) / length) * w2![j * HIDDEN + i]!) / steps;
  }
  return p.map((_, c) => mean.reduce((total, value, i) => total + value * w0![i * channels + c]!, 0));
}

/** The mean over t of the gradient at t p, by central differences at 100 midpoints. */
function meanGradient(f: (p: number[]) => number, p: readonly number[]): number[] {
  const [steps, h] = [100, 1e-5];
  const mean = p.map(() => 0);
  for (let k = 0; k < steps; k++) {
    const at = p.map((value) => ((k + 0.5) / steps) * value);
    for (let c = 0; c < p.length; c++) {
      const moved = (by: number): number[] => at.with(c, at[c]! + by);
      mean[c]! += (f(moved(h)) - f(moved(-h))) / (2 * h) / steps;
    }
  }
  return mean;
}
