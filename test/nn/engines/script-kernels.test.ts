import { describe, expect, test } from 'vitest';
import { tensorflowLibrary } from '../../../src/main/nn/engines/tensorflow/library.ts';
import { randomFor } from '../../../src/shared/random.ts';

const { tf, backend } = await tensorflowLibrary();

/** Against sums and positions written out here, in float64. */
describe.skipIf(backend !== 'script')('kernels of TF.js in plain JavaScript that are replaced', () => {
  const random = randomFor(1, 'kernels');
  const values = (n: number): Float32Array => Float32Array.from({ length: n }, () => random.between(-2, 2));
  const sizeOf = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);
  /** The index of each element along each axis. */
  const positions = (shape: readonly number[]): number[][] =>
    Array.from({ length: sizeOf(shape) }, (_, i) => shape.map((d, axis) => Math.floor(i / sizeOf(shape.slice(axis + 1))) % d));
  const indexOf = (at: readonly number[], shape: readonly number[]): number => at.reduce((index, i, axis) => index * shape[axis]! + i, 0);
  const tensor = (data: Float32Array, shape: number[]) => tf.tensor(data, shape, 'float32');

  test.each([
    [[5], [0]],
    [
      [3, 4],
      [1, 0],
    ],
    [
      [2, 3, 4],
      [2, 0, 1],
    ],
    [
      [2, 3, 4, 5],
      [2, 3, 1, 0],
    ],
    [
      [2, 1, 4, 1],
      [0, 3, 1, 2],
    ],
    [
      [2, 3, 2, 2, 3],
      [4, 1, 0, 3, 2],
    ],
    [
      [0, 3],
      [1, 0],
    ],
  ])('transpose %j by %j', (shape, perm) => {
    const data = values(sizeOf(shape));
    const moved = tf.transpose(tensor(data, shape), perm);
    expect(moved.shape).toEqual(perm.map((axis) => shape[axis]));
    const out = moved.dataSync();
    for (const at of positions(moved.shape)) {
      const from = shape.map((_, axis) => at[perm.indexOf(axis)]!);
      expect(out[indexOf(at, moved.shape)]).toBe(data[indexOf(from, shape)]);
    }
  });

  const OPERATIONS = {
    add: (a: number, b: number) => a + b,
    sub: (a: number, b: number) => a - b,
    mul: (a: number, b: number) => a * b,
    div: (a: number, b: number) => a / b,
    minimum: Math.min,
    maximum: Math.max,
  };
  describe.each(Object.keys(OPERATIONS) as (keyof typeof OPERATIONS)[])('%s', (name) => {
    test.each([
      [
        [2, 3],
        [2, 3],
      ],
      [[2, 3, 4, 5], [5]],
      [
        [2, 3, 4, 5],
        [1, 3, 1, 1],
      ],
      [
        [4, 1],
        [1, 3],
      ],
      [[], [2, 2]],
      [
        [3, 1, 2],
        [4, 1],
      ],
      [
        [2, 1, 2, 1, 2],
        [3, 1, 2, 1],
      ],
      [[1], [0, 2]],
    ])('of %j and %j', (shapeA, shapeB) => {
      const [a, b] = [values(sizeOf(shapeA)), values(sizeOf(shapeB))];
      const found = tf[name](tensor(a, shapeA), tensor(b, shapeB));
      const rank = Math.max(shapeA.length, shapeB.length);
      const full = (shape: number[]): number[] => [...Array<number>(rank - shape.length).fill(1), ...shape];
      const [fullA, fullB] = [full(shapeA), full(shapeB)];
      const shape = fullA.map((d, axis) => (d === 1 ? fullB[axis]! : d));
      expect(found.shape).toEqual(shape);
      const elementOf = (data: Float32Array, of: number[], at: number[]): number =>
        data[
          indexOf(
            at.map((i, axis) => (of[axis] === 1 ? 0 : i)),
            of,
          )
        ]!;
      const expected = positions(shape).map((at) => Math.fround(OPERATIONS[name](elementOf(a, fullA, at), elementOf(b, fullB, at))));
      expect([...found.dataSync()]).toEqual(expected);
    });
  });

  test('shapes that do not fit are refused, as by the library', () => {
    expect(() => tf.add(tensor(values(3), [3]), tensor(values(2), [2]))).toThrow('could not be broadcast');
  });

  test.each([
    { size: [5, 6], kernel: [3, 3], stride: 1, pad: 'same' },
    { size: [7, 5], kernel: [3, 2], stride: 2, pad: 'same' },
    { size: [6, 6], kernel: [1, 1], stride: 2, pad: 'valid' },
    { size: [8, 7], kernel: [2, 3], stride: 3, pad: 'valid' },
  ] as const)('the gradient of a kernel: $size, kernel $kernel, stride $stride, $pad', ({ size: [H, W], kernel: [kh, kw], stride, pad }) => {
    const [N, I, O] = [2, 3, 4];
    const x = values(N * H * W * I);
    const input = tf.tensor4d(x, [N, H, W, I]);
    const kernel = tf.tensor4d(values(kh * kw * I * O), [kh, kw, I, O]);
    const [h, w] = tf.conv2d(input, kernel, stride, pad).shape.slice(1) as [number, number];
    const dy = values(N * h * w * O);
    const found = tf.grad((k) => tf.conv2d(input, k as typeof kernel, stride, pad))(kernel, tf.tensor4d(dy, [N, h, w, O]));
    const before = (side: number, length: number, out: number): number =>
      pad === 'valid' ? 0 : Math.floor(Math.max(0, (out - 1) * stride + length - side) / 2);
    const [top, left] = [before(H, kh, h), before(W, kw, w)];
    const expected = positions([kh, kw, I, O]).map(([row, column, i, o]) => {
      let sum = 0;
      for (const [n, yRow, yColumn] of positions([N, h, w])) {
        const [xRow, xColumn] = [row! + yRow! * stride - top, column! + yColumn! * stride - left];
        if (xRow < 0 || xRow >= H || xColumn < 0 || xColumn >= W) continue;
        sum += x[indexOf([n!, xRow, xColumn, i!], [N, H, W, I])]! * dy[indexOf([n!, yRow!, yColumn!, o!], [N, h, w, O])]!;
      }
      return Math.fround(sum);
    });
    expect(found.shape).toEqual([kh, kw, I, O]);
    expect([...found.dataSync()]).toEqual(expected);
  });
});
