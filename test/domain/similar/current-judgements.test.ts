import { expect, test } from 'vitest';
import { countJudgements, currentJudgements, judgementsOf, type Judged } from '../../../src/main/domain/similar/current-judgements.ts';

const judged = (query: string, partner: string | null, judgement: Judged['judgement']): Judged => ({ query, partner, judgement });

test('the newest judgement of two images counts, whichever was the query', () => {
  const current = currentJudgements([judged('a', 'b', 'same'), judged('a', 'c', 'same'), judged('b', 'a', 'different'), judged('a', 'c', null)]);
  expect(current).toEqual([judged('b', 'a', 'different')]);
  expect(judgementsOf(current, 'a')).toEqual({ partners: new Map([['b', 'different']]), isNone: false });
  expect(judgementsOf(current, 'b')).toEqual({ partners: new Map([['a', 'different']]), isNone: false });
  expect(judgementsOf(current, 'c')).toEqual({ partners: new Map(), isNone: false });
});

test('“none of these” belongs to its query and ends with a later same image', () => {
  const none = [judged('a', null, 'none'), judged('a', 'b', 'different')];
  expect(judgementsOf(currentJudgements(none), 'a').isNone).toBe(true);
  expect(judgementsOf(currentJudgements(none), 'b').isNone).toBe(false);
  expect(countJudgements(currentJudgements(none))).toEqual({ same: 0, different: 1, none: 1 });
  const found = [...none, judged('a', 'd', 'same')];
  expect(judgementsOf(currentJudgements(found), 'a').isNone).toBe(false);
  expect(judgementsOf(currentJudgements([...found, judged('a', null, 'none')]), 'a').isNone).toBe(true);
});
