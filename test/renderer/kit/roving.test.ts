import { describe, expect, it } from 'vitest';
import { stepTo } from '../../../src/renderer/kit/roving.ts';

describe('arrow keys in a list of options', () => {
  const all = [true, true, true, true];
  it('moves forwards and backwards and wraps around', () => {
    expect([0, 1, 2, 3].map((at) => stepTo('ArrowRight', at, all))).toEqual([1, 2, 3, 0]);
    expect([0, 1, 2, 3].map((at) => stepTo('ArrowUp', at, all))).toEqual([3, 0, 1, 2]);
  });
  it('skips disabled options', () => {
    expect(stepTo('ArrowRight', 0, [true, false, true])).toBe(2);
    expect(stepTo('Home', 2, [false, true, true])).toBe(1);
    expect(stepTo('End', 0, [true, true, false])).toBe(1);
    expect(stepTo('ArrowLeft', 0, [false, false])).toBeNull();
  });
  it('leaves other keys alone', () => {
    expect(stepTo('f', 0, all)).toBeNull();
  });
});
