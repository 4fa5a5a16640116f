import { countNoun, countText } from './format.ts';
import type { DuplicateReport } from './duplicates.ts';
import { included, isContradicting, isDone, isLeak, type Stack } from './duplicate-stacks.ts';

const SPLIT_WORDS = { train: 'training', valid: 'validation', test: 'test' } as const;

/** "3 near duplicates, in training and in test, of several classes". */
export function stackWords(stack: Stack): string {
  const what = stack.isExact
    ? countNoun(stack.images.length, 'image') + ' with the same pixels'
    : `${countText(stack.images.length)} near duplicates`;
  const splits = (['train', 'valid', 'test'] as const).filter((split) => included(stack).some((image) => image.split === split));
  return [
    what,
    ...(isLeak(stack) ? [splits.map((split) => `in ${SPLIT_WORDS[split]}`).join(' and ')] : []),
    ...(isContradicting(stack) ? ['of several classes'] : []),
  ].join(', ');
}

/** How many stacks of each kind there are that are not repaired yet. */
export function sumText(stacks: readonly Stack[], { compared }: Pick<DuplicateReport, 'compared'>): string {
  const open = stacks.filter((stack) => !isDone(stack));
  if (open.length === 0) return `No duplicates among ${countNoun(compared, 'image')}.`;
  const exact = open.filter(({ isExact }) => isExact).length;
  const parts = [`${countText(exact)} with the same pixels`, `${countText(open.length - exact)} near`];
  const images = open.reduce((sum, stack) => sum + included(stack).length, 0);
  return `${countNoun(open.length, 'stack')} of ${countText(images)} images among ${countText(compared)}: ${parts.join(', ')}; ${countText(open.filter(isLeak).length)} in training and in another split, ${countText(open.filter(isContradicting).length)} of several classes.`;
}

/** "0.93: near the threshold" needs two digits; 1 is only the same pixels. */
export const scoreText = (score: number): string => (score >= 0.995 && score < 1 ? '> 0.99' : score.toFixed(2));
