import { expect, it } from 'vitest';
import { Aligner } from '../../../src/main/domain/duplicates/align.ts';
import { signatureOf } from '../../../src/main/domain/duplicates/signature.ts';
import { randomFor } from '../../../src/shared/random.ts';

const SIDE = 128;
/** A texture of 40 soft spots, defined at every point so that it can be cropped and turned without loss. */
function spots(seed: number): (x: number, y: number) => number {
  const random = randomFor(seed, 'spots');
  const all = Array.from({ length: 40 }, () => ({
    x: random.between(-0.1, 1.1),
    y: random.between(-0.1, 1.1),
    r: random.between(0.03, 0.12),
    v: random.between(-90, 90),
  }));
  return (x, y) => 128 + all.reduce((sum, s) => sum + s.v * Math.exp(-((x - s.x) ** 2 + (y - s.y) ** 2) / (2 * s.r ** 2)), 0);
}
type Place = (x: number, y: number) => [number, number];
function drawn(seed: number, place: Place = (x, y) => [x, y], change = (v: number, _x: number, _y: number): number => v): Uint8Array {
  const at = spots(seed);
  const grey = Float32Array.from({ length: SIDE * SIDE }, (_, i) => {
    const [x, y] = [((i % SIDE) + 0.5) / SIDE, (Math.floor(i / SIDE) + 0.5) / SIDE];
    return Math.min(255, Math.max(0, change(at(...place(x, y)), x, y)));
  });
  return signatureOf(grey, SIDE, SIDE);
}
const turned =
  (angle: number): Place =>
  (x, y) => [0.5 + Math.cos(angle) * (x - 0.5) - Math.sin(angle) * (y - 0.5), 0.5 + Math.sin(angle) * (x - 0.5) + Math.cos(angle) * (y - 0.5)];
const scoreOf = (...signatures: [Uint8Array, Uint8Array]): { score: number; mirrored: boolean } =>
  new Aligner(Uint8Array.from([...signatures[0], ...signatures[1]])).align(0, 1);

it.each([
  ['cropped to 80 % of each side', drawn(1, (x, y) => [0.13 + 0.8 * x, 0.04 + 0.8 * y]), false],
  ['mirrored', drawn(1, (x, y) => [1 - x, y]), true],
  ['turned by 4 degrees', drawn(1, turned(0.07)), false],
  ['brighter, with more contrast', drawn(1, undefined, (v) => 1.3 * v - 20), false],
  ['with a plain sign over a sixth', drawn(1, undefined, (v, x, y) => (x > 0.3 && x < 0.8 && y > 0.6 && y < 0.9 ? 250 : v)), false],
])('recognises a picture %s', (_, changed, mirrored) => {
  const found = scoreOf(drawn(1), changed);
  expect(found.score).toBeGreaterThan(0.9);
  expect(found.mirrored).toBe(mirrored);
  expect(scoreOf(changed, drawn(1)).score).toBeGreaterThan(0.9);
});

it('does not take other pictures for the same, nor blank ones, nor the same composition with other details', () => {
  for (const seed of [2, 3, 4, 5]) expect(scoreOf(drawn(1), drawn(seed)).score).toBeLessThan(0.7);
  const blank = new Uint8Array(1024).fill(90);
  expect(scoreOf(blank, blank).score).toBe(0);
  const evening = (seed: number): Uint8Array => drawn(seed, undefined, (v, _x, y) => 220 - 180 * y + 0.3 * (v - 128));
  expect(scoreOf(evening(1), evening(2)).score).toBeLessThan(0.7);
  expect(scoreOf(evening(1), evening(1)).score).toBeGreaterThan(0.99);
});

it('aligns many pairs as one by one', () => {
  const all = [drawn(1), drawn(2), drawn(1, (x, y) => [1 - x, y]), drawn(2, (x, y) => [0.1 + 0.9 * x, y])];
  const aligner = new Aligner(Uint8Array.from(all.flatMap((one) => [...one])));
  const pairs = Int32Array.from([0, 1, 0, 2, 1, 3, 2, 3]);
  const steps = aligner.alignAll(pairs);
  let step = steps.next();
  while (!step.done) step = steps.next();
  expect(step.value.map(({ score }) => score)).toEqual([0, 1, 2, 3].map((p) => aligner.align(pairs[2 * p]!, pairs[2 * p + 1]!).score));
});
