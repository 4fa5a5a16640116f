import { describe, expect, test } from 'vitest';
import { colourOf } from '../../../src/shared/maps/colours.ts';
import { layerTable, paintLayer, paintOver, type ColourScale } from '../../../src/shared/maps/paint.ts';

const SCALES: ColourScale[] = ['evidence', 'viridis', 'magma', 'cividis', 'turbo', 'jet'];
const layer = (values: number[], scale: number, table: Uint8ClampedArray): number[][] => {
  const data = new Uint8ClampedArray(values.length * 4).fill(9); // old pixels are overwritten
  paintLayer(data, Float32Array.from(values), scale, table);
  return values.map((_, i) => [...data.subarray(i * 4, i * 4 + 4)]);
};

describe('a layer of evidence', () => {
  test.each([
    ['factual', 'warm'],
    ['counterfactual', 'cool'],
  ] as const)('%s over a photograph equals the report’s overlay', (view, colours) => {
    const values = Float32Array.from({ length: 200 }, (_, i) => i / 150); // up to beyond the scale
    const report = new Uint8Array(200 * 3).fill(90);
    paintOver(report, values, 1, colours);
    const screen = new Uint8ClampedArray(200 * 4);
    paintLayer(screen, values, 1, layerTable('evidence', view));
    for (let i = 0; i < 200; i++) {
      const alpha = screen[i * 4 + 3]! / 255;
      for (let c = 0; c < 3; c++) expect(Math.abs(screen[i * 4 + c]! * alpha + 90 * (1 - alpha) - report[i * 3 + c]!)).toBeLessThan(2);
    }
  });

  test('the signed view paints both sides like their own maps', () => {
    const [up, down] = layer([0.5, -0.5], 1, layerTable('evidence', 'signed')) as [number[], number[]];
    expect(up).toEqual(layer([0.5], 1, layerTable('evidence', 'factual'))[0]);
    expect(down).toEqual(layer([0.5], 1, layerTable('evidence', 'counterfactual'))[0]);
    expect(up[0]! - up[2]!).toBeGreaterThan(60);
    expect(down[2]! - down[0]!).toBeGreaterThan(60);
  });

  test('in the signed view the counterfactual side is grey if it fails its check, as opaque as before', () => {
    const [up, down] = layer([0.5, -0.5], 1, layerTable('evidence', 'signed', { greysBelow: true })) as [number[], number[]];
    const [colouredUp, colouredDown] = layer([0.5, -0.5], 1, layerTable('evidence', 'signed')) as [number[], number[]];
    expect(up).toEqual(colouredUp);
    expect(new Set(down.slice(0, 3)).size).toBe(1);
    expect(down[3]).toBe(colouredDown[3]);
  });
});

describe.each(SCALES)('%s', (scale) => {
  test('zero, NaN and a scale of zero are transparent', () => {
    for (const view of ['factual', 'counterfactual', 'signed'] as const) {
      const table = layerTable(scale, view);
      expect(layer([0, NaN], 1, table).map((pixel) => pixel[3])).toEqual([0, 0]);
      for (const nothing of [0, -1, NaN])
        expect(
          layer([1, 5], nothing, table)
            .flat()
            .every((v) => v === 0),
        ).toBe(true);
    }
  });

  test('stronger is more opaque, on both sides; values beyond the scale are clamped', () => {
    const table = layerTable(scale, 'signed');
    const alphas = layer([0.1, 0.4, 0.9, -0.1, -0.4, -0.9], 1, table).map((pixel) => pixel[3]!);
    expect(alphas[0]! < alphas[1]! && alphas[1]! < alphas[2]!).toBe(true);
    expect(alphas.slice(3)).toEqual(alphas.slice(0, 3));
    expect(layer([7, -7], 1, table)).toEqual(layer([1, -1], 1, table));
    expect(layer([-0.5], 1, layerTable(scale, 'factual'))[0]![3]).toBe(0);
  });
});

test('a sequential scale spans the range of the view', () => {
  const near = (pixel: number[], share: number): void => {
    const want = colourOf('viridis', share);
    for (let c = 0; c < 3; c++) expect(Math.abs(pixel[c]! - want[c]!)).toBeLessThan(2);
  };
  near(layer([0.5], 1, layerTable('viridis', 'factual'))[0]!, 0.5);
  near(layer([0.5], 1, layerTable('viridis', 'signed'))[0]!, 0.75);
  near(layer([-0.5], 1, layerTable('viridis', 'signed'))[0]!, 0.25);
});
