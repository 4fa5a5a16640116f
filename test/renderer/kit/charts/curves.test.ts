import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chartsOf, type CurveRun, curvesOf, readout } from '../../../../src/shared/charts/curves.ts';
import { dashOf, MAX_RUNS, runColour } from '../../../../src/shared/charts/line-styles.ts';
import { epochBounds, panRange, type Range, zoomRange } from '../../../../src/renderer/kit/charts/range.ts';
import { smooth } from '../../../../src/shared/charts/smooth.ts';
import type { LossName } from '../../../../src/shared/losses.ts';
import type { EpochRow } from '../../../../src/shared/run.ts';

const row = (epoch: number, lossTrain: number, lossValid: number): EpochRow => ({
  epoch,
  lossTrain,
  lossValid,
  aucTrain: 0.6,
  aucValid: 0.7,
  accuracyTrain: 0.8,
  accuracyValid: 0.9,
  lr: 1e-3,
  seconds: 1,
  imagesPerSecond: 1,
  best: false,
});
const run = (id: string, bestEpoch: number | null, ...rows: EpochRow[]): CurveRun => ({ run: id, name: id, bestEpoch, epochs: rows });
const BOTH = ['train', 'valid'] as const;

test('losses of different kinds are in separate charts, each run with its colour', () => {
  const [a, b] = [{ ...run('a', 1, row(1, 2, 3)), loss: 'contrastive' } as const, { ...run('b', 1, row(1, 20, 30)), loss: 'arcface' } as const];
  const { curves } = curvesOf([a, b], 'loss', { smoothing: 0, parts: BOTH, loss: 'arcface' });
  expect(curves.map(({ run: id, order, values }) => [id, order, values])).toEqual([
    ['a', 0, [null]],
    ['a', 0, [null]],
    ['b', 1, [20]],
    ['b', 1, [30]],
  ]);
  expect(curvesOf([a, b], 'auc', { smoothing: 0, parts: BOTH, loss: null }).curves.every(({ values }) => values[0] !== null)).toBe(true);
});

test('a run keeps its colour beside runs without curves', () => {
  const second = { ...run('b', 1, row(1, 2, 3)), order: 1 };
  expect(curvesOf([second], 'auc', { smoothing: 0, parts: ['valid'] }).curves.map(({ order }) => order)).toEqual([1]);
  expect(readout([second], 'auc', ['valid'], 1).map(({ order }) => order)).toEqual([1]);
});

test('a loss over labelled images has one chart for training and one for validation pairs, whose loss has another formula', () => {
  const titles = (...losses: LossName[]): string[] => chartsOf(['loss', 'auc'], losses, BOTH).map(({ title }) => title);
  expect(titles('contrastive')).toEqual(['Loss', 'AUC']);
  expect(titles('arcface')).toEqual(['Loss, training', 'Loss, validation', 'AUC']);
  expect(titles('contrastive', 'arcface')).toEqual(['Contrastive loss', 'ArcFace loss, training', 'ArcFace loss, validation', 'AUC']);
  const [, training, validation] = chartsOf(['loss'], ['contrastive', 'arcface'], BOTH);
  expect([training, validation].map((one) => [one!.loss, one!.parts])).toEqual([
    ['arcface', ['train']],
    ['arcface', ['valid']],
  ]);
  expect(chartsOf(['loss'], ['arcface'], ['valid']).map(({ title, parts }) => [title, parts])).toEqual([['Loss', ['valid']]]);
});

describe('smoothing', () => {
  test('is the bias-corrected moving average', () => {
    // s1 = 4; s2 = (0.5·0.5·4 + 0.5·8) / 0.75 = 20/3
    const [first, second] = smooth([4, 8], 0.5);
    expect(first).toBeCloseTo(4, 12);
    expect(second).toBeCloseTo(20 / 3, 12);
  });
  test('weight 0 changes nothing; a constant stays one; gaps stay gaps and do not count', () => {
    expect(smooth([3, null, 1], 0)).toEqual([3, null, 1]);
    fc.assert(
      fc.property(fc.double({ min: -5, max: 5, noNaN: true }), fc.double({ min: 0, max: 0.98, noNaN: true }), (value, weight) => {
        for (const s of smooth([value, value, value], weight)) expect(s).toBeCloseTo(value, 9);
      }),
    );
    expect(smooth([4, null, 8], 0.5)[2]).toBeCloseTo(20 / 3, 12);
  });
});

describe('the visible range of epochs', () => {
  const bounds: Range = [1, 101];
  test('zooming in keeps its centre; zooming out stops at the bounds', () => {
    expect(zoomRange([1, 101], 26, 0.5, bounds)).toEqual([13.5, 63.5]);
    expect(zoomRange([1, 101], 1, 0.5, bounds)).toEqual([1, 51]);
    expect(zoomRange([40, 60], 50, 100, bounds)).toEqual([1, 101]);
    expect(zoomRange([10, 11], 10.5, 0.01, bounds)).toEqual([10, 11]); // never closer than one epoch
  });
  test('panning stops at the bounds and keeps the length', () => {
    expect(panRange([10, 20], 5, bounds)).toEqual([15, 25]);
    expect(panRange([10, 20], -50, bounds)).toEqual([1, 11]);
    expect(panRange([10, 20], 500, bounds)).toEqual([91, 101]);
  });
  test('a single epoch has an axis', () => {
    expect([epochBounds([]), epochBounds([1]), epochBounds([1, 2, 3])]).toEqual([
      [1, 2],
      [1, 2],
      [1, 3],
    ]);
  });
});

describe('curves', () => {
  const a = run('a', 2, row(1, 1, 2), row(2, 0.5, 1));
  const b = run('b', null, row(1, 3, Infinity));
  test('cover the epochs of the longest run, with gaps for non-finite values', () => {
    const { epochs, curves } = curvesOf([a, b], 'loss', { smoothing: 0, parts: BOTH });
    expect(epochs).toEqual([1, 2]);
    expect(curves.map(({ run: id, part, order, values }) => [id, part, order, values])).toEqual([
      ['a', 'train', 0, [1, 0.5]],
      ['a', 'valid', 0, [2, 1]],
      ['b', 'train', 1, [3, null]],
      ['b', 'valid', 1, [null, null]],
    ]);
    const { curves: of } = curvesOf([a], 'accuracy', { smoothing: 0, parts: ['valid'] });
    expect(of[0]!.values).toEqual([0.9, 0.9]);
  });
  test('smoothed curves have faint raw curves', () => {
    const { curves } = curvesOf([a], 'loss', { smoothing: 0.5, parts: ['valid'] });
    expect(curves.map((c) => [c.faint, c.values[0]])).toEqual([
      [true, 2],
      [false, 2],
    ]);
    expect(curves[0]!.values[1]).toBe(1);
    expect(curves[1]!.values[1]).toBeCloseTo(4 / 3, 12);
  });
  test('a readout has raw values, the best epoch, and omits shorter runs', () => {
    expect(readout([a, b], 'loss', BOTH, 2).map(({ run: id, part, value, best }) => [id, part, value, best])).toEqual([
      ['a', 'train', 0.5, true],
      ['a', 'valid', 1, true],
    ]);
    expect(readout([b], 'loss', ['valid'], 1)[0]!.value).toBeNull();
  });
  test('runs shown together have different styles', () => {
    const looks = Array.from({ length: MAX_RUNS }, (_, i) => i);
    expect(new Set(looks.map(runColour)).size).toBe(MAX_RUNS);
    expect(new Set(looks.map((i) => dashOf(i, 'valid', false).join())).size).toBe(MAX_RUNS);
    expect(dashOf(0, 'train', true)).not.toEqual(dashOf(0, 'valid', true));
  });
});
