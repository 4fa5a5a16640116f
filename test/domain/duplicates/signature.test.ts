import { expect, it } from 'vitest';
import { SIGNATURE_SIDE, signatureOf } from '../../../src/main/domain/duplicates/signature.ts';

const [WIDTH, HEIGHT] = [64, 96];
/** A picture without plain rows or columns. */
const picture = Float32Array.from({ length: WIDTH * HEIGHT }, (_, i) => 3 * (i % WIDTH) + ((7 * Math.floor(i / WIDTH)) % 60));

it('averages over cells', () => {
  const signature = signatureOf(picture, WIDTH, HEIGHT);
  const cell = (x: number, y: number): number => {
    const values = [0, 1].flatMap((dx) => [0, 1, 2].map((dy) => picture[(3 * y + dy) * WIDTH + 2 * x + dx]!));
    return Math.round(values.reduce((sum, v) => sum + v, 0) / 6);
  };
  for (const [x, y] of [
    [0, 0],
    [31, 0],
    [5, 17],
    [31, 31],
  ] as const)
    expect(signature[y * SIGNATURE_SIDE + x]).toBe(cell(x, y));
});

it('cuts off a border, but not the plain background of a small object', () => {
  const [wide, high] = [WIDTH + 20, HEIGHT + 34];
  const framed = new Float32Array(wide * high).fill(250);
  for (let y = 0; y < HEIGHT; y++) framed.set(picture.subarray(y * WIDTH, (y + 1) * WIDTH), (y + 17) * wide + 10);
  const [plain, cut] = [signatureOf(picture, WIDTH, HEIGHT), signatureOf(framed, wide, high)];
  const differences = Array.from(plain, (v, i) => Math.abs(v - cut[i]!));
  expect(differences.reduce((sum, v) => sum + v, 0) / differences.length).toBeLessThan(5); // a pixel is lost on each side
  const object = new Float32Array(100 * 100).fill(250);
  for (let y = 0; y < 20; y++) object.fill(0, (y + 40) * 100 + 40, (y + 40) * 100 + 60);
  expect(signatureOf(object, 100, 100)[0]).toBe(250);
});

it('enlarges a picture that is smaller than itself, and keeps one of one tone', () => {
  const tiny = signatureOf([0, 200, 100, 50], 2, 2);
  expect([tiny[0], tiny[31], tiny[31 * 32], tiny[31 * 32 + 31]]).toEqual([0, 200, 100, 50]);
  expect(new Set(signatureOf(new Float32Array(900).fill(7), 30, 30))).toEqual(new Set([7]));
});
