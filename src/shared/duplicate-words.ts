import { SPLIT_NAMES, SPLITS } from './dataset.ts';
import { countNoun, countText } from './format.ts';
import type { DuplicateReport } from './duplicates.ts';
import { included, isContradicting, isDone, isLeak, type Stack } from './duplicate-stacks.ts';

/** "3 near duplicates, in training and in test, of several classes". */
export function stackWords(stack: Stack): string {
  const what = stack.isExact
    ? countNoun(stack.images.length, 'image') + ' with the same pixels'
    : `${countText(stack.images.length)} near duplicates`;
  const splits = SPLITS.filter((split) => included(stack).some((image) => image.split === split));
  return [
    what,
    ...(isLeak(stack) ? [splits.map((split) => `in ${SPLIT_NAMES[split]}`).join(' and ')] : []),
    ...(isContradicting(stack) ? ['of several classes'] : []),
  ].join(', ');
}

/** How many stacks of each kind there are that are not done yet. */
export function sumText(stacks: readonly Stack[], { compared }: Pick<DuplicateReport, 'compared'>): string {
  const open = stacks.filter((stack) => !isDone(stack));
  if (open.length === 0) {
    const done = stacks.length === 0 ? '' : `, except ${countNoun(stacks.length, 'stack')} that ${stacks.length === 1 ? 'is' : 'are'} done`;
    return `No duplicates among ${countNoun(compared, 'image')}${done}.`;
  }
  const exact = open.filter(({ isExact }) => isExact).length;
  const parts = [`${countText(exact)} with the same pixels`, `${countText(open.length - exact)} near`];
  const images = open.reduce((sum, stack) => sum + included(stack).length, 0);
  return `${countNoun(open.length, 'stack')} of ${countText(images)} images among ${countText(compared)}: ${parts.join(', ')}; ${countText(open.filter(isLeak).length)} in training and in another split, ${countText(open.filter(isContradicting).length)} of several classes.`;
}

/** "0.93: near the threshold" needs two digits; 1 is only the same pixels. */
export const scoreText = (score: number): string => (score >= 0.995 && score < 1 ? '> 0.99' : score.toFixed(2));
