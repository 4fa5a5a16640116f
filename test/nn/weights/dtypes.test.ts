import { describe, expect, it } from 'vitest';
import { bfloat16ToNumber, decodeFloats, halfToNumber } from '../../../src/main/nn/weights/dtypes.ts';

describe('binary16 (IEEE 754-2008, 3.6)', () => {
  it.each([
    [0x0000, 0],
    [0x8000, -0],
    [0x3c00, 1],
    [0xc000, -2],
    [0x3555, 0.333251953125],
    [0x7bff, 65504],
    [0xfbff, -65504],
    [0x0400, 2 ** -14],
    [0x03ff, 2 ** -14 - 2 ** -24],
    [0x0001, 2 ** -24],
    [0x7c00, Infinity],
    [0xfc00, -Infinity],
    [0x7e00, NaN],
    [0x7c01, NaN],
  ])('%i is %d', (bits, value) => expect(halfToNumber(bits)).toBe(value));

  it('rises strictly over all 31744 finite positive patterns, by one unit in the last place', () => {
    for (let bits = 1; bits < 0x7c00; bits++) {
      const step = 2 ** (Math.max(1, (bits - 1) >>> 10) - 25);
      if (halfToNumber(bits) - halfToNumber(bits - 1) !== step) expect.fail(`between ${bits - 1} and ${bits}`);
      if (halfToNumber(bits | 0x8000) !== -halfToNumber(bits)) expect.fail(`sign of ${bits}`);
    }
  });
});

it.each([
  [0x3f80, 1],
  [0xc000, -2],
  [0x4049, 3.140625],
  [0x8000, -0],
  [0x0080, 2 ** -126],
  [0x0001, 2 ** -133],
  [0x7f7f, (2 - 2 ** -7) * 2 ** 127],
  [0x7f80, Infinity],
  [0xff80, -Infinity],
  [0x7fc0, NaN],
])('bfloat16 %i is %d', (bits, value) => expect(bfloat16ToNumber(bits)).toBe(value));

describe('decodeFloats', () => {
  it('writes little-endian elements from an index on, also from bytes at an odd address', () => {
    const bytes = new Uint8Array([0xff, 0x00, 0x3c, 0x00, 0xc0]).subarray(1);
    const out = new Float32Array(4);
    decodeFloats('F16', bytes, out, 1);
    expect([...out]).toEqual([0, 1, -2, 0]);
    decodeFloats('BF16', bytes, out, 2);
    expect([...out]).toEqual([0, 1, bfloat16ToNumber(0x3c00), -2]);
  });

  it('rounds F64 to the nearest float32, beyond its range to infinity', () => {
    const bytes = new Uint8Array(new Float64Array([1 / 3, -1e-50, 1e300, 2 ** 24 + 1]).buffer);
    const out = new Float32Array(4);
    decodeFloats('F64', bytes, out, 0);
    expect([...out]).toEqual([11184811 / 2 ** 25, -0, Infinity, 2 ** 24]);
  });
});
