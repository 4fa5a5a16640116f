import { expect, test } from 'vitest';
import { evenPlacement } from '../../src/shared/maps/placement.ts';
import { tableSentence } from '../../src/shared/match-words.ts';
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
  expect(tableSentence(pair, [])).toBeNull();
});
