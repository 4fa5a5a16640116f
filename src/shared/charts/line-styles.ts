/** Line styles of runs: each has its own colour and, for colour blindness, its own dashes. */
export const MAX_RUNS = 6;

const DASHES: readonly (readonly number[])[] = [[], [8, 4], [2, 3], [10, 3, 2, 3], [4, 2], [12, 3, 2, 3, 2, 3]]; // px

/** Name of the colour token of the run at this position. */
export const runColour = (order: number): string => `--run-${(order % MAX_RUNS) + 1}`;

/** With one run, dashes distinguish training from validation; with several, they distinguish runs, and training is thinner. */
export function dashOf(order: number, part: 'train' | 'valid', single: boolean): readonly number[] {
  if (single) return part === 'train' ? [6, 4] : [];
  return DASHES[order % MAX_RUNS]!;
}

export const widthOf = (part: 'train' | 'valid', single: boolean): number => (part === 'train' && !single ? 1 : 2); // px
