import { describe, expect, test } from 'vitest';
import { badgeOf, type NetworkGate, SUPPORTED_FROM, WEAK_FROM, zOf } from '../../src/shared/faithfulness.ts';

const image = (score: number, rolled: number[], pixels: string, donor: number | null = 1) => ({ score, rolled, pixels, donor });
const gate = (low: number): NetworkGate => ({ auc: low + 0.05, low, high: low + 0.1, pairs: 200, images: 60 });

describe('z', () => {
  test('is the summed scores over the root of the summed mean squares, which the sign of a rolled score does not change', () => {
    const a = image(0.6, [0.3, -0.3], 'a');
    const b = image(0.4, [0.4, 0.4], 'b');
    expect(zOf([a, b])).toBeCloseTo(1 / Math.hypot(0.3, 0.4), 12);
    expect(zOf([b, a])).toBe(zOf([a, b]));
    expect(zOf([{ ...a, rolled: [-0.3, -0.3] }, b])).toBe(zOf([a, b]));
  });

  test('counts two copies of one image once', () => {
    const a = image(0.6, [0.3, -0.3], 'a');
    expect(zOf([a, a])).toBeCloseTo(2, 12);
    expect(zOf([a, { ...a, pixels: 'b' }])).toBeCloseTo(2 * Math.SQRT2, 12);
  });

  test('is unknown if the rolled maps move nothing', () => {
    expect(zOf([image(0, [0, 0], 'a'), image(0, [0, 0], 'b')])).toBeNull();
    expect(zOf([image(1e-7, [1e-7, 2e-7], 'a'), image(0, [0, 0], 'b')])).toBeNull();
  });
});

describe('the badge', () => {
  const of = (z: number | null, low = 0.9, [a, b]: [number | null, number | null] = [1, -0.5]) =>
    badgeOf({
      z,
      gate: gate(low),
      images: [
        { pixels: 'a', donor: a },
        { pixels: 'b', donor: b },
      ],
    });

  test.each([
    [3, 'supported', 'moves'],
    [SUPPORTED_FROM, 'supported', 'moves'],
    [1.64, 'weak', 'between'],
    [WEAK_FROM, 'weak', 'between'],
    [0.99, 'not-supported', 'elsewhere'],
    [-4, 'not-supported', 'elsewhere'],
    [null, 'not-supported', 'no-effect'],
  ] as const)('at z %s is %s', (z, badge, reason) => {
    expect(of(z)).toEqual({ badge, reason });
  });

  test('is not supported without a network that tells same from different, whatever z is', () => {
    expect(of(9, 0.5999)).toEqual({ badge: 'not-supported', reason: 'network' });
    expect(of(9, NaN)).toEqual({ badge: 'not-supported', reason: 'network' });
    expect(of(9, 0.6).badge).toBe('supported');
  });

  test('is not supported for two images of the same pixels, whatever z is: their distance is 0 for every network', () => {
    const image = { pixels: 'a', donor: 1 };
    expect(badgeOf({ z: 9, gate: gate(0.9), images: [image, image] })).toEqual({ badge: 'not-supported', reason: 'identical' });
  });

  test('is weak at most if the donor fill disagrees or was not possible', () => {
    expect(of(9, 0.9, [0.2, -0.3])).toEqual({ badge: 'weak', reason: 'donor' });
    expect(of(9, 0.9, [0, 0])).toEqual({ badge: 'weak', reason: 'donor' });
    expect(of(9, 0.9, [null, null])).toEqual({ badge: 'weak', reason: 'no-donor' });
    expect(of(0.5, 0.9, [-1, -1]).badge).toBe('not-supported');
  });
});
