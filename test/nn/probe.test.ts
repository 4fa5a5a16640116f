import { describe, expect, test } from 'vitest';
import { randomFor } from '../../src/shared/random.ts';
import { fitProbe } from '../../src/main/nn/probe.ts';

const N = 40;
const D = 60;
const K = 3;
const random = randomFor(1, 'probe test');
const label = (i: number): number => i % K;
// Each class differs from the others in one feature; all rows have a large common offset, as pooled features do.
const rows = Float32Array.from({ length: N * D }, (_, at) => 5 + random.normal() + (at % D === label(Math.floor(at / D)) ? 4 : 0));
const targets = Uint8Array.from({ length: N * K }, (_, at) => Number(at % K === label(Math.floor(at / K))));

describe('a linear probe [40, 60] -> 3 classes', () => {
  test('its weights reproduce the scores of the fitted rows', async () => {
    const { weight, bias, scores } = await fitProbe(rows, N, targets);
    for (let i = 0; i < N; i++) {
      for (let k = 0; k < K; k++) {
        let score = bias[k]!;
        for (let j = 0; j < D; j++) score += weight[k * D + j]! * rows[i * D + j]!;
        expect(score).toBeCloseTo(scores[i * K + k]!, 6);
      }
    }
  });
  test('it scores every image highest for its own class', async () => {
    const { scores } = await fitProbe(rows, N, targets);
    for (let i = 0; i < N; i++) expect(best(scores, i)).toBe(label(i));
  });
  test('held-out scores show generalisation; scores of fitted rows also fit noise', async () => {
    const { scores, heldOut } = await fitProbe(rows, N, targets);
    expect(right(heldOut)).toBeGreaterThan(0.8 * N);
    const noise = Float32Array.from({ length: N * D }, () => random.normal());
    const learned = await fitProbe(noise, N, targets);
    expect(right(learned.scores)).toBe(N);
    expect(right(learned.heldOut)).toBeLessThan(0.6 * N); // a third would be chance
    // Fitted rows get larger scores than held-out ones.
    const margin = (all: Float64Array): number =>
      rowsOf(all).reduce((sum, row, i) => sum + row[label(i)]! - Math.max(...row.filter((_, k) => k !== label(i))), 0);
    expect(margin(scores)).toBeGreaterThan(margin(heldOut));
  });
  test('it is at a minimum: no small change of a weight lowers the penalised loss', async () => {
    const { weight, bias } = await fitProbe(rows, N, targets);
    const at = loss(weight, bias);
    for (const [w, step] of [0, 17, 60, 130].flatMap((w) => [-0.02, 0.02].map((step) => [w, step] as const))) {
      const changed = weight.slice();
      changed[w]! += step;
      expect(loss(changed, bias)).toBeGreaterThan(at);
    }
  });
  test('with more rows than features it is the same probe, by steps of its weights', async () => {
    const [n, d] = [60, 12];
    const some = Float32Array.from({ length: n * d }, (_, at) => 5 + random.normal() + (at % d === label(Math.floor(at / d)) ? 2 : 0));
    const classes = Uint8Array.from({ length: n * K }, (_, at) => Number(at % K === label(Math.floor(at / K))));
    const [dual, primal] = [await fitProbe(some, n, classes), await fitProbe(some, n, classes, { heldOut: false })];
    expect(primal.heldOut).toHaveLength(0);
    for (const part of ['weight', 'bias', 'scores'] as const) primal[part].forEach((x, i) => expect(x).toBeCloseTo(dual[part][i]!, 5));
  });
  test('the same rows give the same numbers, and a row may belong to two classes', async () => {
    const both = targets.slice();
    both[1] = 1;
    expect((await fitProbe(rows, N, both)).weight).toEqual((await fitProbe(rows, N, both)).weight);
    const [, second, third] = (await fitProbe(rows, N, both)).scores;
    expect(second).toBeGreaterThan(third!);
  });
  test('equal rows give a finite probe', async () => {
    const { weight, bias } = await fitProbe(new Float32Array(4 * D).fill(3), 4, Uint8Array.of(1, 0, 1, 0, 0, 1, 0, 1));
    expect([...weight, ...bias].every(Number.isFinite)).toBe(true);
  });
  test('it can be cancelled', async () => {
    await expect(fitProbe(rows, N, targets, { pause: () => Promise.reject(new Error('cancelled')) })).rejects.toThrow('cancelled');
  });
});

const rowsOf = (all: Float64Array): number[][] => Array.from({ length: N }, (_, i) => [...all.subarray(i * K, (i + 1) * K)]);
const best = (all: Float64Array, i: number): number => rowsOf(all)[i]!.indexOf(Math.max(...rowsOf(all)[i]!));
const right = (all: Float64Array): number => rowsOf(all).filter((_, i) => best(all, i) === label(i)).length;

/** As probe.ts states it: the penalty counts in the centred and scaled coordinates. */
function loss(weight: Float64Array, bias: Float64Array): number {
  const mean = Float64Array.from({ length: D }, (_, j) => rows.reduce((sum, x, at) => sum + (at % D === j ? x : 0), 0) / N);
  const squares = rows.reduce((sum, x, at) => sum + (x - mean[at % D]!) ** 2, 0) / N;
  const centredBias = bias.map((b, k) => b + mean.reduce((total, m, j) => total + m * weight[k * D + j]!, 0));
  const squared = (x: Float64Array): number => x.reduce((total, v) => total + v * v, 0);
  let sum = 0;
  for (let i = 0; i < N; i++) {
    const scores = Array.from({ length: K }, (_, k) => {
      let s = bias[k]!;
      for (let j = 0; j < D; j++) s += weight[k * D + j]! * rows[i * D + j]!;
      return s;
    });
    sum += (Math.log(scores.reduce((total, s) => total + Math.exp(s), 0)) - scores[label(i)]!) / N;
  }
  return sum + (1e-3 / 2) * (squares * squared(weight) + squared(centredBias) / 0.1);
}
