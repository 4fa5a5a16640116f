import { expect, test } from 'vitest';
import { deletedComparisonsText } from '../../../src/renderer/client/deleted-comparisons.ts';

test('the message on deleted comparisons says how many reports still contain them', () => {
  const reports = [{ comparisons: ['c1', 'c2'] }, { comparisons: ['c1'] }, { comparisons: [] }];
  expect(deletedComparisonsText(['c3'], reports)).toBe('Deleted the saved comparison.');
  expect(deletedComparisonsText(['c1'], reports)).toBe('Deleted the saved comparison. 2 reports still contain it.');
  expect(deletedComparisonsText(['c2'], reports)).toBe('Deleted the saved comparison. 1 report still contains it.');
  expect(deletedComparisonsText(['c2', 'c3'], reports)).toBe('Deleted 2 comparisons. 1 report still contains some of them.');
});
