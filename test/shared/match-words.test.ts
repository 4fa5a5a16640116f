import { expect, test } from 'vitest';
import { evenPlacement } from '../../src/shared/maps/placement.ts';
import { sharesSentence, shareText, tableSentence } from '../../src/shared/match-words.ts';
import { type CellMatches, type PairMatches, strongestPairs } from '../../src/shared/matches.ts';

/** Two cells of A and of B, each the other's best match. */
const cells: CellMatches = { cells: [0, 1], cosines: [0.9, 0.8], shares: [-0.3, 0.1] };
const pair: PairMatches = {
  ...{ width: 2, height: 1, listed: 1, distance: 1, unrelated: 2 },
  placement: evenPlacement(2, 1),
  matches: [cells, cells],
};

test('the pairs in a table have their sum, to compare with that of all pairs', () => {
  const strongest = strongestPairs(pair);
  expect(tableSentence(pair, strongest)).toBe('The 2 pairs in the table add up to −0.200 of that.');
  expect(tableSentence(pair, strongest.slice(0, 1))).toBe('The pair in the table adds −0.300 of that.');
  const weak = [{ ...strongest[0]!, share: 0.001 * (pair.distance - pair.unrelated) }];
  expect(tableSentence(pair, weak)).toMatch(/of that, 0\.1\u00a0%: they say little about this distance\.$/);
  expect(tableSentence(pair, [])).toBeNull();
});

test('the sum of all shares, both distances and the shares have the same decimals', () => {
  const near = { ...pair, distance: 1.0312, unrelated: 1.4024, matches: [{ ...cells, shares: [-0.0123, 0.004] }, cells] } as PairMatches;
  expect(shareText(near, -0.0123)).toBe('−0.0123');
  expect(sharesSentence(near)).toContain('add up to −0.3712 = D(A, B) − R = 1.0312 − 1.4024,');
});
