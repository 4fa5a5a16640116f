import { createHash } from 'node:crypto';
import type { SplitRows } from './ports.ts';

/** The key of distances in the order of these pairs. PairSet.hash alone does not depend on the order, nor on the ids of a data set. */
export const pairKey = ({ pairSet, pairs }: Pick<SplitRows, 'pairSet' | 'pairs'>): string =>
  `${pairSet} ${createHash('sha256').update(pairs).digest('hex').slice(0, 16)}`;
