import { expect, test } from 'vitest';
import { roundStep, thresholdAfter } from '../../../../src/renderer/features/training/threshold-keys.ts';

const END = 3.06;

test('a step is a round distance, about a two-hundredth of the axis', () => {
  for (const [end, step] of [
    [END, 0.02],
    [2, 0.01],
    [0.0041, 0.00005],
    [1020, 10],
  ] as const)
    expect(roundStep(end)).toBeCloseTo(step, 12);
});

test('arrows go to the next round distance, also from one that is not, and Page keys ten of them on', () => {
  const after = (threshold: number, ...keys: string[]): number => keys.reduce((at, key) => thresholdAfter(key, at, END)!, threshold);
  expect([after(1.2347, 'ArrowRight'), after(1.2347, 'ArrowDown')]).toEqual([1.24, 1.22]);
  expect([after(1.24, 'ArrowUp'), after(1.24, 'ArrowLeft'), after(1.24, 'PageUp'), after(1.24, 'PageDown')]).toEqual([1.26, 1.22, 1.44, 1.04]);
  expect(after(0, ...Array.from({ length: 50 }, () => 'ArrowUp'))).toBe(1);
  expect([after(1, 'End'), after(1, 'Home'), after(0.01, 'ArrowLeft'), after(3.05, 'ArrowRight')]).toEqual([END, 0, 0, END]);
  expect(after(99, 'ArrowLeft')).toBe(END); // from beyond the axis onto it
  expect(thresholdAfter('a', 1, END)).toBeNull();
});
