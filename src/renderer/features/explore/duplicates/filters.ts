import { isContradicting, isDone, isLeak, type Stack } from '../../../../shared/duplicate-stacks.ts';
import { type DuplicatePairs, type RejectedPair, rejectionTest } from '../../../../shared/duplicates.ts';

/** Which stacks are listed. */
export const STACK_FILTERS = {
  open: { text: 'All', fits: (stack: Stack): boolean => !isDone(stack) },
  exact: { text: 'Exact', fits: (stack: Stack): boolean => !isDone(stack) && stack.isExact },
  near: { text: 'Near', fits: (stack: Stack): boolean => !isDone(stack) && !stack.isExact },
  leaks: { text: 'Leaks', fits: isLeak },
  contradicting: { text: 'Contradicting labels', fits: isContradicting },
  done: { text: 'Done', fits: isDone },
} as const;
export type StackFilter = keyof typeof STACK_FILTERS;
export const FILTER_NAMES = Object.keys(STACK_FILTERS) as StackFilter[];

/** A pair near the threshold. */
export interface BorderPair {
  a: number; // image ids
  b: number;
  score: number;
}

/** The `count` pairs with the lowest scores that are in, and those with the highest that are not. Pairs with the same pixels are left out. */
export function borderPairs(
  pairs: DuplicatePairs,
  rejected: readonly RejectedPair[],
  threshold: number,
  count: number,
): { inside: BorderPair[]; outside: BorderPair[] } {
  const isRejected = rejectionTest(rejected);
  const inside: BorderPair[] = [];
  const outside: BorderPair[] = [];
  for (let i = 0; i < pairs.a.length; i++) {
    const pair = { a: pairs.a[i]!, b: pairs.b[i]!, score: pairs.score[i]! };
    if (pairs.isExact[i] || isRejected(pair.a, pair.b)) continue;
    (pair.score >= threshold ? inside : outside).push(pair);
  }
  return {
    inside: inside.sort((x, y) => x.score - y.score).slice(0, count),
    outside: outside.sort((x, y) => y.score - x.score).slice(0, count),
  };
}

/** The image that an arrow key moves to: left and right within a stack, up and down to the next one. [stack, image]; null for other keys. */
export function stepInStacks(key: string, [stack, image]: [number, number], sizes: readonly number[]): [number, number] | null {
  const clamped = (s: number, i: number): [number, number] => [s, Math.min(i, sizes[s]! - 1)];
  switch (key) {
    case 'ArrowRight':
      return [stack, Math.min(image + 1, sizes[stack]! - 1)];
    case 'ArrowLeft':
      return [stack, Math.max(image - 1, 0)];
    case 'ArrowDown':
      return clamped(Math.min(stack + 1, sizes.length - 1), image);
    case 'ArrowUp':
      return clamped(Math.max(stack - 1, 0), image);
    case 'Home':
      return [0, 0];
    case 'End':
      return [sizes.length - 1, 0];
    default:
      return null;
  }
}
