import { describe, expect, test } from 'vitest';
import type { FaithfulnessCheck } from '../../src/shared/faithfulness.ts';
import { counterfactualFailure, counterfactualFailures, gateSentence, imageZText, mapsClaim } from '../../src/shared/faithfulness-words.ts';
import { sampleCheck as check, sampleComparison } from '../features/report/sample.ts';

describe('words of a check', () => {
  test('each badge has its tone, sign and a sentence with z and its condition', () => {
    expect(mapsClaim(check([1, 0.9]))).toMatchObject({ words: 'Maps supported', tone: 'good', sign: '✓' });
    expect(mapsClaim(check([1, 0.9])).sentence).toContain('(z = 2.69, at least 1.65)');
    expect(mapsClaim(check([0.6, 0.3]))).toMatchObject({ words: 'Maps weakly supported', tone: 'neutral', sign: '!' });
    expect(mapsClaim(check([0.6, 0.3])).sentence).toContain('(z = 1.27, below 1.65)');
    expect(mapsClaim(check([0.1, -0.3]))).toMatchObject({ words: 'Maps not supported', tone: 'warn', sign: '✗' });
    expect(mapsClaim(check([0.1, -0.3])).sentence).toContain('(z = −0.28, below 1)');
    expect(mapsClaim(check([0, 0], { z: null })).sentence).toContain('leaves the distance as it is');
    expect(imageZText(check([1, -0.25]))).toBe('A: z = 2.00, B: z = −0.50');
  });

  test('nothing is green where the verdict is known to be wrong', () => {
    expect(mapsClaim(check([1, 0.9]), true)).toMatchObject({ words: 'Maps supported', tone: 'neutral', sign: '✓' });
    expect(mapsClaim(check([0.1, -0.3]), true).tone).toBe('warn');
  });

  test('both maps together are supported, but not one of them alone: the badge is grey and names it', () => {
    const claim = mapsClaim(check([-0.25, 3]));
    expect(claim).toMatchObject({ badge: 'supported', words: 'Maps supported together', tone: 'neutral', sign: '!' });
    expect(claim.sentence).toMatch(/That holds for both maps together: the map of A alone is not supported \(z = −0\.50\)\.$/);
    expect(claim.short).toContain('the map of A alone is not supported');
  });

  test('the short sentence keeps the reason why maps are only weakly supported', () => {
    const sample = check([1, 0.9]);
    const of = (donor: number | null) =>
      mapsClaim({
        ...sample,
        images: [
          { ...sample.images[0], donor },
          { ...sample.images[1], donor },
        ],
      });
    expect(of(-1)).toMatchObject({ words: 'Maps weakly supported', reason: 'donor' });
    expect(of(-1).short).toMatch(/, but with training images in place of the blur it does not\.$/);
    expect(of(null).short).toMatch(/, but no training image could be read for the second check\.$/);
  });

  test('a network that fails the gate is the reason, whatever z is', () => {
    const guessing = check([3, 3], { gate: { auc: 0.52, low: 0.44, high: 0.6, pairs: 1008, images: 84 } });
    expect(mapsClaim(guessing)).toMatchObject({ words: 'Maps not supported', reason: 'network' });
    expect(mapsClaim(guessing).sentence).toMatch(
      /^It is not shown that this network can tell images of this data set apart: AUC 0\.520, 95.% interval 0\.440 to 0\.600, which starts below 0\.60, on 1,008 validation pairs of 84 images/,
    );
    expect(gateSentence(check([0, 0]))).toMatch(
      /^The network can tell images of this data set apart: AUC 0\.932, 95.% interval 0\.865 to 0\.967 on 1,008 validation pairs of 84 images/,
    );
    expect(gateSentence({ gate: { auc: NaN, low: NaN, high: NaN, pairs: 0, images: 0 } })).toContain('no validation pairs of both kinds');
  });

  test('a counterfactual map fails if the distance moves against it, by the record or else by the check', () => {
    const of = (verdict: 'same' | 'different', shift: number | null | undefined, checked?: FaithfulnessCheck): string | null => {
      const comparison = { ...sampleComparison(1.63), verdict, target: 'verdict' as const, ...(checked && { check: checked }) };
      const [a, b] = comparison.images;
      return counterfactualFailure({ ...comparison, images: [shift === undefined ? a : { ...a, counterfactualShift: shift }, b] }, 0);
    };
    expect(of('different', 0.2)).toBeNull();
    expect(of('different', -0.2)).toContain('of the evidence against “different” should raise the distance, but lowers it by 0.200 in A.');
    expect(of('same', -0.2)).toBeNull();
    expect(of('same', 0.2)).toContain('should lower the distance, but raises it by 0.200 in A.');
    expect(of('same', 0)).toContain('should lower the distance, but leaves it as it is in A.');
    const both = { ...sampleComparison(1.63), verdict: 'same' as const };
    for (const [i, shift] of [0.2, 0.3].entries()) both.images[i]!.counterfactualShift = shift;
    expect(counterfactualFailures(both)).toMatch(
      /^The counterfactual maps are greyed: .* but raises it by 0\.200 in A and raises it by 0\.300 in B\.$/,
    );
    both.images[0]!.counterfactualShift = -0.2;
    expect(counterfactualFailures(both)).toMatch(/^The counterfactual map of B is greyed: in a test of each comparison, blurring/);
    expect(counterfactualFailures(sampleComparison(1.63))).toBeNull();
    expect(of('same', null)).toBeNull(); // an empty map has its own words
    expect(of('different', undefined)).toBeNull(); // a record of an older version
    expect(of('different', undefined, check([1, 1]))).toBeNull();
    const [a, b] = check().images;
    expect(of('different', undefined, check([1, 1], { images: [{ ...a, lowering: -0.1 }, b] }))).toContain('lowers it by 0.100 in A');
  });
});
