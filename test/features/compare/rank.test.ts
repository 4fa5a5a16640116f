import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { verdictsOf, rankPairs } from '../../../src/main/features/compare/rank.ts';
import type { QueuedPair } from '../../../src/shared/pair-queue.ts';

const CALIBRATION = { threshold: 1, slope: 3 };
const pair = (n: number, distance: number, label: 0 | 1): QueuedPair => verdictsOf([{ a: n, b: n + 1000, label }], [distance], CALIBRATION)[0]!;

test('the verdict depends on the distance alone: at the threshold it is the same', () => {
  expect(pair(1, 1, 0)).toEqual({
    a: 1,
    b: 1001,
    label: 0,
    distance: 1,
    similarity: 0.5,
    certainty: null,
    verdict: 'same',
    correct: true,
    nearThreshold: true,
  });
  expect(pair(1, 1, 1).correct).toBe(false);
  expect(pair(1, 1.0001, 1)).toMatchObject({ verdict: 'different', correct: true });
  expect(pair(1, 2, 0)).toMatchObject({ verdict: 'different', correct: false });
});

describe('queues, against a comparison of every two pairs', () => {
  const pairsOf = fc
    .array(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.constantFrom(0 as const, 1 as const)), { maxLength: 40 })
    .map((list) => list.map(([d, label], n) => pair(n, d / 20, label)));
  const off = (p: QueuedPair): number => Math.abs(p.distance - 1);
  /** A stable sort: the position of a pair is the number of pairs before it. */
  const sortBy = (pairs: readonly QueuedPair[], before: (x: QueuedPair, y: QueuedPair) => boolean): QueuedPair[] => {
    const out: QueuedPair[] = [];
    pairs.forEach((p, i) => {
      out[pairs.filter((q, j) => before(q, p) || (!before(p, q) && j < i)).length] = p;
    });
    return out;
  };

  test.each([
    ['wrong', (p: QueuedPair) => (p.verdict === 'different') !== (p.label === 1), (x: QueuedPair, y: QueuedPair) => off(x) > off(y)],
    ['confident', (p: QueuedPair) => (p.verdict === 'different') === (p.label === 1), (x: QueuedPair, y: QueuedPair) => off(x) > off(y)],
    ['hardest', () => true, (x: QueuedPair, y: QueuedPair) => (x.correct ? off(x) : -off(x)) < (y.correct ? off(y) : -off(y))],
    ['borderline', () => true, (x: QueuedPair, y: QueuedPair) => off(x) < off(y)],
  ] as const)('%s', (kind, fits, before) => {
    fc.assert(
      fc.property(pairsOf, (pairs) => {
        expect(rankPairs(pairs, kind, 1, 1)).toEqual(sortBy(pairs.filter(fits), before));
      }),
    );
  });

  test('random contains every pair once, in an order that depends on the seed alone', () => {
    const pairs = Array.from({ length: 50 }, (_, n) => pair(n, n / 25, 0));
    const one = rankPairs(pairs, 'random', 1, 1);
    expect([...one].sort((x, y) => x.a - y.a)).toEqual(pairs);
    expect(one).not.toEqual(pairs);
    expect(rankPairs(pairs, 'random', 1, 1)).toEqual(one);
    expect(rankPairs(pairs, 'random', 1, 2)).not.toEqual(one);
  });
});
