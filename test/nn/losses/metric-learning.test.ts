import { describe, expect, test } from 'vitest';
import { CLASS_WEIGHTS } from '../../../src/main/nn/losses/arcface.ts';
import { lossOf } from '../../../src/main/nn/losses/index.ts';
import { type LossName, lossInfo } from '../../../src/shared/losses.ts';
import { ENGINES } from '../engines.ts';
import { readFixture, relativeError } from '../reference.ts';
import { compileLoss } from './compile-loss.ts';

/** Written by losses.py: float64, pytorch-metric-learning, none of this code. */
interface Fixture {
  labels: number[]; // one class has a single image
  dim: number;
  directions: number[]; // of ArcFace's classes
  cases: { name: LossName; margin: number; embeddings: number[]; loss: number; gradient: number[]; weightGradient?: number[] }[];
}

const { labels, dim, directions, cases } = readFixture<Fixture>('losses.json');
const classes = directions.length / dim;

describe.each(ENGINES)('on $title', ({ open }) => {
  test.each(cases)('$name at margin $margin: loss and gradients equal those of pytorch-metric-learning', async (c) => {
    const own = new Map(c.weightGradient ? [[CLASS_WEIGHTS, { shape: [classes, dim], data: Float32Array.from(directions) }]] : []);
    const lossAt = await compileLoss(await open(), lossOf(c.name), labels, {
      dim,
      margin: c.margin,
      classes,
      own,
      unit: lossInfo(c.name).needsUnitLength,
    });
    const { loss, gradient, parameters, distances } = await lossAt(Float32Array.from(c.embeddings));
    expect(Math.abs(loss - c.loss) / c.loss).toBeLessThan(1e-5);
    expect(relativeError(gradient, c.gradient)).toBeLessThan(1e-4);
    if (c.weightGradient) expect(relativeError(parameters[CLASS_WEIGHTS]!, c.weightGradient)).toBeLessThan(1e-4);
    const row = (i: number): number[] => c.embeddings.slice(i * dim, (i + 1) * dim);
    const expected = labels.flatMap((_, i) => labels.slice(i + 1).map((__, k) => Math.hypot(...row(i).map((x, j) => x - row(i + 1 + k)[j]!))));
    expect(relativeError(distances, expected)).toBeLessThan(1e-5);
    expect(lossOf(c.name).distanceLabels(labels)).toHaveLength(expected.length);
  });
});
