import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type uPlot from 'uplot';
import type { Curve, CurveSet } from '../../../../src/shared/charts/curves.ts';
import { dataOf, makePlot, type PlotInput } from '../../../../src/renderer/kit/charts/plot.ts';

/** What is asked of the chart library, and what is drawn over its curves, on a canvas that notes each call. */

const made = vi.hoisted(() => ({ options: undefined as unknown as uPlot.Options, data: undefined as unknown }));
vi.mock('uplot', () => ({
  default: function (options: uPlot.Options, data: unknown) {
    Object.assign(made, { options, data });
  },
}));

beforeEach(() => {
  vi.stubGlobal('getComputedStyle', () => ({ getPropertyValue: (token: string) => ` <${token}> ` }));
  vi.stubGlobal('devicePixelRatio', 2);
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const curve = (order: number, part: 'train' | 'valid', values: (number | null)[], faint = false): Curve =>
  ({ run: `r${order + 1}`, name: `Run ${order + 1} of a long name`, order, part, faint, values }) as Curve;
const one: CurveSet = { epochs: [1, 2, 3], curves: [curve(0, 'train', [0.9, 0.5, 0.3]), curve(0, 'valid', [0.8, 0.6, null])] };
const two: CurveSet = { epochs: [1, 2, 3], curves: [...one.curves, curve(1, 'train', [1, 1, 1]), curve(1, 'valid', [0.8, 0.6, 0.6])] };

const events = { onEpoch: vi.fn(), onRange: vi.fn() };
function plot(more: Partial<PlotInput> = {}): uPlot.Options {
  const input = { curveSet: one, single: true, best: [], range: [1, 3], log: false, domain: null, ...more } as PlotInput;
  makePlot({ clientWidth: 500, clientHeight: 50 } as HTMLElement, input, events);
  return made.options;
}

const rangeOf = (options: uPlot.Options, low: number, high: number): [number, number] =>
  (options.scales!['y']!.range as (u: unknown, low: number, high: number) => [number, number])(null, low, high);

/** A plot of 100 px by 100 px at (10, 20), epochs 1 to 3 across, values 0 to 1 up. */
function draw(options: uPlot.Options): { calls: [string, ...unknown[]][]; texts: [string, number, number][] } {
  const calls: [string, ...unknown[]][] = [];
  const ctx = new Proxy({} as Record<string, unknown>, {
    get: (target, name: string) => target[name] ?? ((...args: unknown[]) => void calls.push([name, ...args])),
    set: (target, name: string, value) => ((target[name] = value), calls.push([`${name}=`, value]), true),
  });
  const valToPos = (value: number, scale: string): number => (scale === 'x' ? 10 + (value - 1) * 50 : 20 + (1 - value) * 100);
  const u = { ctx, bbox: { left: 10, top: 20, width: 100, height: 100 }, valToPos } as unknown as uPlot;
  for (const hook of options.hooks!.draw!) hook!(u);
  return { calls, texts: calls.filter(([name]) => name === 'fillText').map(([, ...args]) => args as [string, number, number]) };
}

describe('the canvas of the curves', () => {
  test('has the epochs, a series per curve, a default size, and the colours of the theme', () => {
    const options = plot({ curveSet: two, single: false });
    expect(made.data).toEqual(dataOf(two));
    expect(dataOf(two)).toEqual([[1, 2, 3], ...two.curves.map(({ values }) => values)]);
    expect([options.width, options.height]).toEqual([500, 120]);
    const strokes = options.series.slice(1).map(({ stroke }) => stroke);
    expect(strokes).toEqual([1, 1, 2, 2].map((n, i) => `color-mix(in srgb, <--run-${n}> ${i % 2 ? 100 : 65}%, transparent)`));
    expect(options.series.slice(1).map(({ width }) => width)).toEqual([1, 2, 1, 2]); // training is thinner
    expect(new Set(options.series.slice(1).map(({ dash }) => JSON.stringify(dash))).size).toBe(2); // dashes tell runs apart
  });

  test('distinguishes training from validation by dashes for a single run', () => {
    const [, train, valid] = plot().series;
    expect(train!.dash).not.toEqual([]);
    expect(valid!.dash).toEqual([]);
  });

  test('draws the values behind a smoothed curve faintly', () => {
    const [, raw] = plot({ curveSet: { epochs: [1, 2], curves: [curve(0, 'valid', [1, 2], true)] } }).series;
    expect(raw).toMatchObject({ width: 1, stroke: 'color-mix(in srgb, <--run-1> 30%, transparent)' });
  });

  test('shows a point for a single epoch', () => {
    const [, only] = plot({ curveSet: { epochs: [1], curves: [curve(0, 'valid', [1])] } }).series;
    expect(only!.points).toMatchObject({ show: true });
    expect(plot().series[1]!.points).toMatchObject({ show: false });
  });

  test('adds a margin around the values, also around a flat curve', () => {
    const options = plot();
    const [low, high] = rangeOf(options, 0.5, 1);
    expect([low < 0.5, low > 0.4, high > 1, high < 1.1]).toEqual([true, true, true, true]);
    expect(rangeOf(options, -1, 1)[0]).toBeLessThan(-1);
    expect(rangeOf(options, 0.5, 0.5)[1]).toBeGreaterThan(0.5);
    expect(rangeOf(options, 0, 0)[1]).toBeGreaterThan(0);
    expect(rangeOf(options, NaN, NaN)).toEqual([0, 1]);
  });

  test('uses the given domain or a log scale', () => {
    expect(plot({ domain: [0.5, 1] }).scales!['y']).toEqual({ range: [0.5, 1] });
    expect(plot({ log: true, domain: [0.5, 1] }).scales!['y']).toEqual({ distr: 3 });
  });
});

describe('the pointer', () => {
  const hook = (name: 'setCursor' | 'setSelect', u: object): void => plot().hooks![name]![0]!(u as uPlot);
  beforeEach(() => {
    vi.clearAllMocks();
  });

  test('reports the epoch under it, or none', () => {
    hook('setCursor', { cursor: { event: {}, idx: 1 } });
    hook('setCursor', { cursor: { event: {}, idx: null } });
    expect(events.onEpoch.mock.calls).toEqual([[2], [null]]);
  });

  test('outside the plot keeps the epoch that the keys chose', () => {
    hook('setCursor', { cursor: { idx: null } });
    expect(events.onEpoch).not.toHaveBeenCalled();
  });

  test('selects a range by a drag of at least 8 px', () => {
    const setSelect = vi.fn();
    const posToVal = (px: number): number => px / 100;
    hook('setSelect', { select: { left: 100, width: 7 }, posToVal, setSelect });
    expect(events.onRange).not.toHaveBeenCalled();
    hook('setSelect', { select: { left: 100, width: 200 }, posToVal, setSelect });
    expect(events.onRange).toHaveBeenCalledWith([1, 3]);
    expect(setSelect).toHaveBeenCalledWith({ left: 0, top: 0, width: 0, height: 0 }, false);
  });
});

describe('over the curves', () => {
  test('the best epoch has a line and a dot on the validation curve', () => {
    const { calls } = draw(plot({ best: [{ order: 0, epoch: 2 }] }));
    expect(calls).toContainEqual(['moveTo', 60, 20]);
    expect(calls).toContainEqual(['lineTo', 60, 120]);
    expect(calls).toContainEqual(['arc', 60, 60, 8, 0, 2 * Math.PI]); // 4 px at a pixel ratio of 2, at 0.6
    expect(calls).toContainEqual(['strokeStyle=', '<--run-1>']);
  });

  test('a best epoch outside the range or without a value has no dot', () => {
    expect(draw(plot({ best: [{ order: 0, epoch: 2 }], range: [3, 9] })).calls.some(([name]) => name === 'arc')).toBe(false);
    expect(draw(plot({ best: [{ order: 0, epoch: 3 }] })).calls.some(([name]) => name === 'arc')).toBe(false);
  });

  test('line ends are labelled: training and validation of one run, else the shortened run names', () => {
    expect(draw(plot()).texts.map(([text, x]) => [text, x])).toEqual([
      ['training', 122],
      ['validation', 122],
    ]);
    expect(draw(plot({ curveSet: two, single: false })).texts.map(([text]) => text)).toEqual(['Run 1 of a…', 'Run 2 of a…']);
  });

  test('labels of curves that end at the same value are 14 px apart', () => {
    const [[, , a], [, , b]] = draw(plot({ curveSet: two, single: false })).texts as [[string, number, number], [string, number, number]];
    expect(Math.abs(a - b)).toBeGreaterThanOrEqual(28); // at a pixel ratio of 2
  });

  test('a curve that ends within the range is labelled at its last value', () => {
    const set = { epochs: one.epochs, curves: [curve(0, 'train', [0.9, 0.5, 0.3])] };
    const y = (range: [number, number]): number => draw(plot({ curveSet: set, range })).texts[0]![2];
    expect(y([1, 2])).toBeCloseTo(70, 0); // training at epoch 2: 0.5
    expect(y([1, 3])).toBeCloseTo(90, 0);
  });
});
