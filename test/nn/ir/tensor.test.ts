import { describe, expect, test } from 'vitest';
import { freeArray } from '../../../src/main/nn/ir/tensor.ts';

describe('freeArray', () => {
  test('frees an array that has a separate buffer', () => {
    const array = new Float32Array(4);
    const { buffer } = array;
    freeArray(array);
    expect([array.length, buffer.detached]).toEqual([0, true]);
  });

  test('leaves a part of a buffer as it is: others may use the rest', () => {
    const whole = Float32Array.of(1, 2, 3, 4);
    freeArray(whole.subarray(1));
    expect([...whole]).toEqual([1, 2, 3, 4]);
  });
});
