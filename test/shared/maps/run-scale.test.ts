import { describe, expect, it } from 'vitest';
import { contourSentence, fullColourSentence, weakMark } from '../../../src/shared/map-words.ts';
import { fullColourOf, isWeakMap, runScaleOf, savedChoice, weakBelow } from '../../../src/shared/maps/run-scale.ts';
import { someComparison } from '../../db/records.ts';

describe('the scale of a run', () => {
  it('is the 90 % quantile of the largest values, as numpy.quantile gives it', () => {
    expect(runScaleOf(Float32Array.of(3, 1, 2, 11, 5, 4, 10, 9, 8, 7, 6))).toEqual({ fullColour: 10, images: 11 });
    expect(runScaleOf(Float32Array.of(4, 2)).fullColour).toBeCloseTo(3.8, 6); // 2 + 0.9 (4 - 2)
    expect(runScaleOf(Float32Array.of(0.5))).toEqual({ fullColour: 0.5, images: 1 });
  });

  it('is the largest value where nearly all maps are empty, and 0 where all are', () => {
    const mostlyEmpty = new Float32Array(100);
    mostlyEmpty[17] = 2;
    expect(runScaleOf(mostlyEmpty)).toEqual({ fullColour: 2, images: 100 });
    expect(runScaleOf(new Float32Array(8))).toEqual({ fullColour: 0, images: 8 });
    expect(runScaleOf(new Float32Array(0))).toEqual({ fullColour: 0, images: 0 });
  });

  it('a map below a tenth of full colour is weak; an empty one is not, and without a scale none is', () => {
    const runScale = { fullColour: 5, images: 128 };
    expect([0.49, 0.5, 7, 0].map((strongest) => isWeakMap(strongest, { runScale }))).toEqual([true, false, false, false]);
    expect(isWeakMap(1e-9, {})).toBe(false);
    expect([weakBelow({ runScale }), weakBelow({}), weakBelow({ runScale: { fullColour: 0, images: 8 } })]).toEqual([0.5, null, null]);
  });

  it('full colour is that of the run, unless the pair is stretched or the run has none', () => {
    const runScale = { fullColour: 5, images: 128 };
    expect(fullColourOf({ scale: 0.2, runScale }, 'run')).toEqual({ value: 5, scale: 'run' });
    expect(fullColourOf({ scale: 0.2, runScale }, 'pair')).toEqual({ value: 0.2, scale: 'pair' });
    expect(fullColourOf({ scale: 0.2 }, 'run')).toEqual({ value: 0.2, scale: 'pair' });
    expect(fullColourOf({ scale: 0.2, runScale: { fullColour: 0, images: 8 } }, 'run')).toEqual({ value: 0.2, scale: 'pair' });
  });

  it('a comparison of an earlier version keeps its own scale, and the words say so', () => {
    const old = someComparison('c1', 'r1');
    expect(savedChoice(old)).toBe('pair');
    expect(fullColourSentence(old, savedChoice(old))).toMatch(/stretched to this pair.*full colour is 0.500.*run’s own scale is not known/);
    const strongest = { factual: 0.5, counterfactual: 0.01 };
    const images = old.images.map((image) => ({ ...image, strongest })) as typeof old.images;
    expect(savedChoice({ images })).toBe('run');
    expect(savedChoice({ images, shownScale: 'pair' })).toBe('pair');
  });

  it('the mark of a weak map says its rule; the contour says its share and percentile', () => {
    const comparison = someComparison('c1', 'r1', { runScale: { fullColour: 5, images: 128 } });
    const image = { strongest: { factual: 3, counterfactual: 0.02 } };
    expect(weakMark(comparison, image, 'factual')).toBeNull();
    expect(weakMark(comparison, image, 'counterfactual')).toBe(
      'Weak evidence against “different”: strongest value 0.0200, below 0.500, a tenth of this run’s full colour, so no location is stated.',
    );
    expect(fullColourSentence(comparison, 'run').replaceAll('\u00a0', ' ')).toBe(
      'One scale for all maps of this run by the method Grad-CAM at layer last: full colour is 5.00 (in units of distance), the 90 % quantile of the largest values in the 128 images of 64 validation pairs.',
    );
    const images = comparison.images.map((one) => ({ ...one, ...image })) as typeof comparison.images;
    expect(contourSentence({ images })).toMatch(/strongest 20\u00a0% of the image’s area .*80th percentile/);
    expect(contourSentence(comparison)).toMatch(/strongest 10\u00a0% of the image’s area .*90th percentile/); // drawn by an earlier version
  });
});
